"""When a message is a narrower question about what is talked about, rather than a wish of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dialogues.topics import NOTHING
from dialogues.understanding.interpret import Reading

ASK_FACET = "ask_facet"  # the intent
NO_FACET = "none"

LIKELY = 0.4
"""From this probability on a facet is taken; over so many of them it is far above the next."""
LIKELIEST = 0.2
"""The same where the message is nothing else that is understood, and something is talked about that it may be of."""
CERTAIN = 0.75
"""From this probability on it outdoes an intent that is an act."""
_AS_LIKELY_AS_NOT = 0.5
ALARMING = 0.6
"""From this probability on an alarm is taken that no phrase told."""

_VAGUE = frozenset({"nlu_fallback", "out_of_scope", "help"})
_COURTESY = frozenset({"affirm", "deny", "cancel", "thank", "goodbye", "greet"})
_FEW_WORDS = 2
_ASKING = frozenset({"link", "person", "afm", "code", "cases"})
"""What is talked about while a question is open."""
_OPEN_TOPICS = frozenset({"case", "paper", "cases", "service", "office"})
"""What an unclear message may well be of."""
_BESIDE = frozenset({"told", "bot", "genuine", "privacy"})
"""Facets that are answered beside a wish which opens a topic."""
_LINKING = frozenset({"link", "afm", "code"})
_OF_SOMETHING = frozenset(
    {
        "state", "when", "next", "why", "until", "late", "extension", "submit", "documents", "todo", "fee", "pay",
        "amount", "who", "contact", "object", "term", "anger", "praise",
    }
)  # fmt: skip
"""Facets that mean nothing where nothing is talked about."""
_OPENS = frozenset({"ask_case_status", "ask_missing_documents", "list_my_cases"})
_BY_STATE = frozenset(
    "give_afm give_code confirm_deletion give_topic follow_up other_case send_attachment about_alerts "  # noqa: SIM905
    "maybe_person cancel_handover unsure explain wait set_preference unlink not_received".split()
)
"""Intents that the dialogue's state has told: a facet does not outdo them."""
_ACTS = frozenset(
    "stop_notifications start_notifications change_language talk_to_human cancel verify_identity "  # noqa: SIM905
    "request_certificate list_my_cases report_document_sent".split()
)
_OPENING = frozenset("state documents fee contact submit".split())  # noqa: SIM905
"""Facets that open a topic where none is open: there the intent tells it whole."""
_AS_INTENTS: Mapping[str, str] = MappingProxyType({"anger": "complaint"})
"""Facets that are intents of their own."""
_ALARMS = frozenset({"danger", "despair", "grief", "fraud", "breach"})
"""Facets that are alarms, and intents of the same name (alarm_phrases.py knows the plain ones)."""


def _is_courtesy_with_more(reading: Reading, about: str) -> bool:
    """«εντάξει, πες μου για τα λεφτά»: a yes to nothing is not all that is said."""
    return about not in _ASKING and reading.intent in _COURTESY and len(reading.text.split()) > _FEW_WORDS


def _is_told_already(reading: Reading, facet: str, about: str) -> bool:
    """Where the intent says the same, or surely something else: it answers whole, and knows what was talked about."""
    if reading.intent == "report_document_sent" and reading.confidence >= _AS_LIKELY_AS_NOT:
        return True
    if reading.intent == "out_of_scope" and about not in _OPEN_TOPICS | _LINKING and facet in _OF_SOMETHING:
        return True
    return (reading.intent, facet) == ("ask_fees", "fee") and about in ("service", "office", "link", "person")


def with_facet(reading: Reading, facet: str, chance: float, about: str) -> Reading:
    """The reading, as a question about ``about`` where it is one."""
    if reading.intent == "cancel" and about not in _ASKING and len(reading.text.split()) > _FEW_WORDS:
        reading = replace(reading, intent="nlu_fallback", confidence=0.0)  # there is nothing to break off
    if (reading.intent == "help" and facet == "bot") or not any(map(str.isalpha, reading.text)):
        return reading
    if about in _ASKING and reading.has("procedure", "certificate_type", "agency") and reading.intent not in _VAGUE:
        return reading  # something else is opened: it is told whole
    vague = about in _OPEN_TOPICS and (reading.intent in _VAGUE or _is_courtesy_with_more(reading, about))
    if facet == NO_FACET or reading.intent in _BY_STATE or chance < (LIKELIEST if vague else LIKELY):
        return reading
    if _is_told_already(reading, facet, about):
        return reading
    if facet in _ALARMS:
        return replace(reading, intent=facet, confidence=chance) if chance >= ALARMING else reading
    if reading.intent in _ACTS and reading.confidence >= CERTAIN > chance:
        return reading
    if about == NOTHING and facet in _OPENING and reading.intent not in _VAGUE:
        return reading
    if about == NOTHING and facet in _BESIDE and reading.intent in _OPENS and reading.confidence >= CERTAIN:
        return replace(reading, facet=facet)
    intent = _AS_INTENTS.get(facet, ASK_FACET)
    return replace(reading, intent=intent, facet=facet, confidence=chance)
