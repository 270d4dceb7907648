"""When a message is a narrower question about what is talked about, rather than a wish of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from dialogues.topics import NOTHING
from dialogues.understanding.acts import SURE
from dialogues.understanding.alarm_phrases import weary_in
from dialogues.understanding.courtesy import is_question
from dialogues.understanding.going_on import ALARMS as ALARMS
from dialogues.understanding.going_on import ASK_FACET as ASK_FACET
from dialogues.understanding.going_on import asked_in as asked_in
from dialogues.understanding.going_on import going_on, is_past
from dialogues.understanding.interpret import Reading

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
    "give_afm give_code confirm_deletion give_topic give_detail follow_up other_case send_attachment about_alerts "  # noqa: SIM905
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


_TOLD_BY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ask_case_status": frozenset({"state", "when", "next", "todo", "documents", "until"}),
        "list_my_cases": frozenset({"state", "when", "next", "todo", "documents", "until"}),
        "ask_missing_documents": frozenset({"documents", "todo", "until", "submit"}),
        "report_document_sent": frozenset({"state", "documents", "todo", "told"}),
        "ask_fees": frozenset({"fee", "pay", "when"}),
        "ask_office_hours": frozenset({"contact", "who", "submit"}),
        "help": frozenset({"documents", "fee", "when", "submit", "contact", "who"}),
    }
)
"""What the answer to a wish tells anyway."""
_ASKED_BESIDE = (_OF_SOMETHING | _BESIDE | {"proxy"}) - {"anger", "praise", "state"}
"""Second questions that get an answer of their own."""


_PARTING = frozenset({"thank", "goodbye"})
_GIVES_WAY = frozenset({"about_alerts", "maybe_person", "nlu_fallback", "out_of_scope", "report_document_sent"})
"""Intents that a likely alarm outdoes, whatever told them."""
_OF_ALERTS = frozenset({"privacy", "state"})
"""Facets that ask, of alerts, how they are set."""


def second_of(reading: Reading, others: Sequence[str]) -> str | None:
    """The second question of a message that was read, among what its clauses ask; ``None`` where it asks nothing more
    than is told anyway."""
    told = frozenset[str]() if reading.intent == ASK_FACET else _TOLD_BY.get(reading.intent)
    if told is None:
        return None
    first = reading.facet or NO_FACET
    beside = (each for each in others if each in _ASKED_BESIDE and each not in told and not first.startswith(each))
    return next(beside, None)


def in_their_order(reading: Reading, others: Sequence[str]) -> Reading:
    """The reading with its two questions in the order of the clauses that ask them."""
    first = next((each for each in others if each in _ASKED_BESIDE), None)
    swapped = reading.intent == ASK_FACET and first == reading.second_facet and reading.facet in others
    return replace(reading, facet=first, second_facet=reading.facet) if first and swapped else reading


def _is_courtesy_with_more(reading: Reading) -> bool:
    """«εντάξει, πες μου για τα λεφτά»: a yes to nothing is not all that is said."""
    return reading.intent in _COURTESY and len(reading.text.split()) > _FEW_WORDS


def _is_told_already(reading: Reading, facet: str, about: str) -> bool:
    """Where the intent says the same, or surely something else: it answers whole, and knows what was talked about."""
    if reading.intent == "report_document_sent" and reading.confidence >= _AS_LIKELY_AS_NOT and facet != "why":
        return True
    if reading.intent == "certificate_status" and reading.confidence >= CERTAIN and facet in _BESIDE:
        return True
    if reading.intent == "out_of_scope" and about not in _OPEN_TOPICS | _LINKING and facet in _OF_SOMETHING:
        return True
    return (reading.intent, facet) == ("ask_fees", "fee") and about in ("service", "office", "link", "person")


def _breaking_off(reading: Reading, about: str, *, asking: bool) -> Reading:
    """What «άκυρο» means: the person that was called, what is asked, or nothing that could be broken off."""
    if reading.intent != "cancel":
        return reading
    if about == "called":
        return replace(reading, intent="cancel_handover")
    more = not asking and len(reading.text.split()) > _FEW_WORDS
    return replace(reading, intent="nlu_fallback", confidence=0.0) if more else reading


def _is_no_question(reading: Reading, facet: str, chance: float) -> bool:
    """An act or a complaint that was clearly said, a word of help, or no word at all."""
    if reading.intent in _ACTS and reading.confidence >= CERTAIN > chance:
        return True
    if reading.intent == "complaint" and reading.confidence >= CERTAIN and chance < ALARMING:
        return True
    return (reading.intent == "help" and facet == "bot" and chance < SURE) or not any(map(str.isalpha, reading.text))


def of_something(reading: Reading, facet: str, chance: float) -> Reading:
    """The reading as a question that only something which is talked about can answer, where it likely is one."""
    if facet not in (_OF_SOMETHING | {"told"}) - {"anger", "praise"} or chance < LIKELY:
        return reading
    return replace(reading, intent=ASK_FACET, facet=facet, confidence=chance)


def with_facet(reading: Reading, facet: str, chance: float, about: str, *, asking: bool = False) -> Reading:
    """The reading, as a question about ``about`` where it is one. ``asking``: a question of ours is open."""
    asking = asking or about in _ASKING
    unclear = reading.intent in _VAGUE or reading.confidence == 0
    alarming = LIKELY if facet == "despair" and unclear else ALARMING  # the one that must not be missed
    if "despair" in (facet, reading.intent) and (meant := weary_in(reading.text)):
        return replace(reading, intent=meant, confidence=SURE)
    if facet == "danger" and is_past(reading.text):
        facet = NO_FACET
    if facet in ALARMS and facet != about and chance >= alarming and reading.intent in _GIVES_WAY:
        return replace(reading, intent=facet, confidence=chance)
    if told := going_on(reading, facet if chance >= LIKELY else NO_FACET, about):
        return told
    if sure := asked_in(reading.text):
        facet, chance = sure, SURE
    elif reading.confidence >= SURE and reading.intent in _TOLD_BY:
        return reading
    if reading.intent in _PARTING and reading.confidence >= CERTAIN and not is_question(reading.text):
        return reading
    if about == "alerts" and facet in _OF_ALERTS:
        return replace(reading, intent="my_preferences")
    reading = _breaking_off(reading, about, asking=asking)
    if facet not in ALARMS and _is_no_question(reading, facet, chance):
        return reading
    if asking and reading.has("procedure", "certificate_type", "agency") and reading.intent not in _VAGUE:
        return reading  # something else is opened: it is told whole
    vague = about in _OPEN_TOPICS and (reading.intent in _VAGUE or (not asking and _is_courtesy_with_more(reading)))
    unsaid = reading.confidence == 0 and chance >= ALARMING  # an act that was not asked for
    if facet == NO_FACET or (reading.intent in _BY_STATE and not unsaid) or chance < (LIKELIEST if vague else LIKELY):
        return reading
    if chance < SURE and _is_told_already(reading, facet, about):
        return reading
    if facet in ALARMS:
        return replace(reading, intent=facet, confidence=chance) if chance >= ALARMING else reading
    if about == NOTHING and facet == "state":
        return replace(reading, intent="ask_case_status", confidence=chance)
    if about == NOTHING and facet in _OPENING and reading.intent not in _VAGUE:
        return reading
    if about == NOTHING and facet in _BESIDE and reading.intent in _OPENS and reading.confidence >= CERTAIN:
        return replace(reading, facet=facet)
    intent = _AS_INTENTS.get(facet, ASK_FACET)
    return replace(reading, intent=intent, facet=facet, confidence=chance)
