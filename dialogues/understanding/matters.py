"""Which procedure everyday words are about, where a message names none: «το χωραφάκι», «μπήκε νερό στο μαγαζί».
By words: matters.yml; which certificate is described: papers.yml."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from dialogues.turn import Entity
from dialogues.understanding.phrases import Phrases, load_phrases
from dialogues.understanding.reading import Reading
from nlu.clauses import clauses

_WANTED = frozenset(
    {
        "request_certificate",
        "help",
        "nlu_fallback",
        "out_of_scope",
        "ask_case_status",
        "ask_missing_documents",
        "ask_facet",
    }
)
"""What a wish for a paper that is described, not named, may be taken for."""
_OF_ISSUE = frozenset({"state", "submit", "make", "todo", "link", "pay", "documents"})
_LIKELY = 0.8
_NAMES = ("case_ref", "protocol", "kaek", "procedure", "agency", "certificate_type")


def matter_of(text: str) -> str | None:
    """The procedure's code; ``None`` where no word tells one."""
    return _table().find(text)


def with_matter(reading: Reading) -> Reading:
    """The reading with the procedures that its words are about, unless it names something itself."""
    if reading.has(*_NAMES):
        return reading
    if (paper := _papers().find(reading.text)) is not None:
        return _wanting(replace(reading, entities=(*reading.entities, Entity("certificate_type", paper, 0, 0))))
    told = dict.fromkeys(code for clause in clauses(reading.text) if (code := matter_of(clause)))
    return replace(reading, entities=(*reading.entities, *(Entity("procedure", code, 0, 0) for code in told)))


def _wanting(reading: Reading) -> Reading:
    """The wish for the paper that is described, unless something else is surely asked of it."""
    asked = reading.intent == "ask_facet" and reading.facet not in _OF_ISSUE
    if reading.intent not in _WANTED or asked:
        return reading
    return replace(reading, intent="request_certificate", confidence=max(reading.confidence, _LIKELY), facet=None)


@cache
def _papers() -> Phrases:
    return load_phrases(Path(__file__).with_name("papers.yml"))


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("matters.yml"))
