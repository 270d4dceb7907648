"""What a message says of the answer before it, or of the talk's end. Pure tables (misread.yml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dialogues.understanding.phrases import Phrases, load_phrases

_A_FEW = 3
"""Words: a no with so many has nothing beside it that could be meant."""


def is_misread(text: str) -> bool:
    """Does it say that something else was asked? Then the same answer once more is no answer."""
    return _table().find(text) == "misread"


def closes(text: str) -> bool:
    """Is a no to nothing that was asked meant to end the talk? One with more beside it corrects something."""
    return len(text.split()) <= _A_FEW or _table().find(text) == "closing"


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("misread.yml"))
