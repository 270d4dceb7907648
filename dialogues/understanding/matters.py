"""Which procedure everyday words are about, where a message names none: «το χωραφάκι», «μπήκε νερό στο μαγαζί».
By words: matters.yml."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from dialogues.turn import Entity
from dialogues.understanding.phrases import Phrases, load_phrases
from dialogues.understanding.reading import Reading
from nlu.clauses import clauses

_NAMES = ("case_ref", "protocol", "kaek", "procedure", "agency", "certificate_type")


def matter_of(text: str) -> str | None:
    """The procedure's code; ``None`` where no word tells one."""
    return _table().find(text)


def with_matter(reading: Reading) -> Reading:
    """The reading with the procedures that its words are about, unless it names something itself."""
    if reading.has(*_NAMES):
        return reading
    told = dict.fromkeys(code for clause in clauses(reading.text) if (code := matter_of(clause)))
    return replace(reading, entities=(*reading.entities, *(Entity("procedure", code, 0, 0) for code in told)))


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("matters.yml"))
