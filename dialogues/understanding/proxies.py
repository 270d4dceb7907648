"""What is asked about acting for somebody else, once that was answered. By words: proxies.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dialogues.understanding.phrases import Phrases, load_phrases

PROXY = "proxy"
"""The facet, and what is talked about after its answer."""
OWN, HOW, PAPER, FIRM = "own", "how", "paper", "firm"


def proxy_question(text: str) -> str | None:
    """:data:`OWN`: one's own case again; :data:`PAPER`: with an authorisation; :data:`HOW`: how the other does it."""
    return _table().find(text)


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("proxies.yml"))
