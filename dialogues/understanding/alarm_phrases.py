"""What cannot wait for a classifier: danger, despair, a death, fraud, another's data shown. By words: alarms.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dialogues.understanding.phrases import Phrases, load_phrases

ALARMS = ("danger", "despair", "grief", "fraud", "breach")
"""Intents that these words lead to."""


def alarm_in(text: str) -> str | None:
    """Which of :data:`ALARMS` a message raises; ``None``: it is about something else, or long past."""
    return _table().find(text)


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("alarms.yml"))
