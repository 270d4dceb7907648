"""What a message means after an alarm, after condolences, or after an answer about acting for somebody else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from dialogues.catalogue.terms import term_in
from dialogues.understanding.acts import SURE
from dialogues.understanding.courtesy import thanks
from dialogues.understanding.phrases import Phrases, load_phrases, phrases_of
from dialogues.understanding.proxies import FIRM, OWN, PROXY, proxy_question
from dialogues.understanding.reading import Reading

ASK_FACET = "ask_facet"  # the intent
VIOLENCE = "violence"
"""What of danger has numbers of its own."""
ALARMS = frozenset({"danger", "despair", "grief", "fraud", "breach"})
"""Facets that are alarms, and intents of the same name (alarm_phrases.py knows the plain ones)."""
_CONTENT, _TERM = "content", "term"
"""What a paper says is asked by no word of its own: it is what the paper means."""
_LONG = 7  # words: so much is said of something else than fraud
_AFTER_ALARM: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "danger": frozenset({"complaint", "talk_to_human", "maybe_person", "nlu_fallback", "out_of_scope", "help"}),
        "despair": frozenset(
            {"complaint", "nlu_fallback", "out_of_scope", "help", "affirm", "deny", "thank", "maybe_person", "cancel"}
        ),
        "fraud": frozenset({"complaint", "nlu_fallback", "verify_identity", "give_code"}),
    }
)
"""What is still said of an emergency, of despair or of fraud, whatever it would mean elsewhere."""
_FRAUD: Mapping[str, str] = MappingProxyType(
    {"fraud_report": "contact", "fraud_given": "contact", "fraud_money": "genuine"}
)
"""What is asked after fraud was told, and as which facet."""
_OF_DEATH = frozenset(
    {
        "nlu_fallback", "out_of_scope", "help", "request_certificate", "ask_missing_documents", "ask_office_hours",
        "certificate_status",
    }
)  # fmt: skip
"""What is asked after condolences: how a death is declared."""
_STILL_PROXY = frozenset(
    {
        "complaint", "nlu_fallback", "out_of_scope", "help", "report_document_sent", "ask_case_status", "list_my_cases",
        "provide_reference", "request_certificate", "verify_identity", "ask_missing_documents", "ask_office_hours",
    }
)  # fmt: skip
"""What is still asked for somebody else, after that was answered, unless one's own is named."""
_PROXY_TOO = frozenset({PROXY, "submit", "todo", "next", "who", "why", "object", "documents", "repeat", "state"})
"""Facets that, asked there, are about acting for somebody else too."""
_ASKED_TOO = (None, *_PROXY_TOO, "make")
"""The same, where the words surely ask them."""
_UNCALLED = frozenset({"cancel", "deny", "maybe_person", "nlu_fallback", "out_of_scope", "thank"})
"""What may call a person off, where one was called."""
_NUMBERED = ("procedure", "case_ref", "code", "afm")


def going_on(reading: Reading, facet: str, about: str) -> Reading | None:
    """The reading in the light of what was just told; ``None`` where that changes nothing. ``facet``: what it likely
    asks."""
    if about in ALARMS and (answered := _after_alarm(reading, about)):
        return answered
    if about == "called" and reading.intent in _UNCALLED and _over().find(reading.text) == "uncalled":
        return replace(reading, intent="cancel_handover", confidence=SURE)
    if about == "grief" and reading.intent in _OF_DEATH and _over().find(reading.text) == "death":
        return replace(reading, intent=ASK_FACET, facet="documents")
    return _for_somebody(reading, facet) if about == PROXY and asked_in(reading.text) in _ASKED_TOO else None


def is_past(text: str) -> bool:
    """Is it told of days ago: «πριν δύο βδομάδες», «πέρσι»? Then it is no emergency any more."""
    return _past().find(text) == "past"


def _for_somebody(reading: Reading, facet: str) -> Reading | None:
    told = proxy_question(reading.text)
    noway = facet == "noway" and reading.intent != "verify_identity"
    if told == OWN or noway or (reading.intent not in _STILL_PROXY and facet not in _PROXY_TOO):
        return None
    return replace(reading, intent=ASK_FACET, facet=f"{PROXY}_{told or FIRM}", confidence=SURE)


def _after_alarm(reading: Reading, about: str) -> Reading | None:
    follows = _over().find(reading.text)
    if about == "danger" and follows == "danger_over":
        return replace(reading, intent=follows)
    if about != "despair" and thanks(reading.text):
        return replace(reading, intent="thank", confidence=SURE)
    if about == "fraud" and (told := _FRAUD.get(follows or "")):
        return replace(reading, intent=ASK_FACET, facet=told)
    if about == "fraud" and len(reading.text.split()) > _LONG:
        return None
    still = reading.intent in _AFTER_ALARM.get(about, ()) and not reading.has(*_NUMBERED)
    return replace(reading, intent=about) if still and not asked_in(reading.text) else None


def is_violence(text: str) -> bool:
    """Does somebody at home hurt the citizen? Numbers of their own help there."""
    return _over().find(text) == VIOLENCE


def asked_in(text: str) -> str | None:
    """The facet that the words of a message surely ask (asked.yml); a word's meaning only of a word that is known."""
    facet = _asked().find(text)
    if facet == _CONTENT:
        return _TERM
    return None if facet == _TERM and term_in(text) is None else facet


@cache
def _asked() -> Phrases:
    return load_phrases(Path(__file__).with_name("asked.yml"))


@cache
def _over() -> Phrases:
    return load_phrases(Path(__file__).with_name("over.yml"))


@cache
def _past() -> Phrases:
    file: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("over.yml").read_text("utf-8"))
    return phrases_of(file["past"], file["lists"])
