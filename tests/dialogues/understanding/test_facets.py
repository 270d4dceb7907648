"""When a narrower question is taken, and when a message stays what it is."""

from __future__ import annotations

import pytest

from dialogues.actions.naming import named_by
from dialogues.topics import NOTHING, OPENS, about, opened
from dialogues.understanding.facets import ASK_FACET, with_facet
from dialogues.understanding.interpret import Reading
from tests.dialogues.domain import RESPONSES
from tests.dialogues.fakes import CADASTRE, FLOOD, INSURANCE


def test_a_likely_facet_is_asked() -> None:
    read = with_facet(Reading("πότε;", "deny", 0.6), "when", 0.9, "case")
    assert (read.intent, read.facet) == (ASK_FACET, "when")


@pytest.mark.parametrize(
    ("reading", "facet", "chance", "topic"),
    [
        (Reading("ναι", "affirm", 0.9), "none", 0.9, "link"),
        (Reading("ίσως", "deny", 0.9), "when", 0.3, "case"),
        (Reading("θέλω υπάλληλο", "talk_to_human", 0.95), "who", 0.6, "case"),
        (Reading("123456", "give_code", 1.0), "when", 0.9, "code"),
        (Reading("πού βρίσκεται η αίτησή μου", "ask_case_status", 0.9), "state", 0.9, NOTHING),
        (Reading("φωτιά", "greet", 0.9), "danger", 0.5, NOTHING),
    ],
)
def test_a_message_stays_what_it_is(reading: Reading, facet: str, chance: float, topic: str) -> None:
    assert with_facet(reading, facet, chance, topic) == reading


def test_where_nothing_else_is_understood_less_is_enough() -> None:
    lost = Reading("πες μια μέρα", "nlu_fallback", 0.2)
    assert with_facet(lost, "when", 0.25, "case").facet == "when"
    assert with_facet(lost, "when", 0.25, NOTHING) == lost


def test_an_alarm_is_an_intent_of_its_own() -> None:
    assert with_facet(Reading("καίγεται", "greet", 0.9), "danger", 0.7, "case").intent == "danger"
    assert with_facet(Reading("αίσχος", "greet", 0.9), "anger", 0.7, "case").intent == "complaint"


def test_what_is_asked_beside_a_wish_is_kept_with_it() -> None:
    read = with_facet(Reading("πού είναι και θα μου πείτε;", "ask_case_status", 0.9), "told", 0.8, NOTHING)
    assert (read.intent, read.facet) == ("ask_case_status", "told")


def test_there_is_nothing_to_break_off_where_nothing_is_open() -> None:
    said = Reading("γύρνα πίσω στο οικόπεδο", "cancel", 0.9)
    assert with_facet(said, "none", 0.9, "case").intent == "nlu_fallback"
    assert with_facet(said, "none", 0.9, "link") == said


def test_every_response_that_opens_a_topic_is_there() -> None:
    assert set(OPENS) - {"utter_alerts_on", "utter_alerts_off", "utter_preference_set"} <= set(RESPONSES)


def test_the_open_question_goes_before_the_topic() -> None:
    assert about({}) == NOTHING
    assert about({"about": "paper"}) == "paper"
    assert about({"about": "paper", "question": "link"}) == "link"
    assert about({"about": "paper", "question": "erase"}) == "paper"
    assert opened(["utter_case_status", "utter_offer_link"]) == "case"
    assert opened(["utter_thank"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("τι γίνεται με την πλημμύρα", [FLOOD]),
        ("i plimmira", [FLOOD]),
        ("η διόρθωση", []),
        ("η αίτησή μου", []),
        ("η κτηματολογική εγγραφή", [CADASTRE]),
    ],
)
def test_a_case_is_named_by_its_own_words(text: str, expected: list[object]) -> None:
    assert named_by(text, [INSURANCE, CADASTRE, FLOOD]) == expected
