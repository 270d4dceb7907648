"""Is this paper genuine? By the code that a message tells, right or with a slip; else by its words: checks.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dialogues.turn import Entity
from dialogues.understanding.phrases import Phrases, load_phrases
from dialogues.understanding.reading import Reading
from nlu.certificate_codes import code_told
from nlu.language import detect

CHECK, CODE = "check_certificate", "certificate_code"
"""The intent, and the entity: of a code with a slip its value is empty."""


def check_in(text: str) -> Reading | None:
    """``None``: nobody asks it. A code alone asks."""
    if (told := code_told(text)) is not None:
        rest = f"{text[: told.start]} {text[told.end :]}"
        code = Entity(CODE, told.code, told.start, told.end)
        return Reading(text, CHECK, entities=(code,), language=detect(rest) if rest.strip() else "unknown")
    return Reading(text, CHECK, language=detect(text)) if _table().find(text) else None


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("checks.yml"))
