"""Narrower questions in a conversation: one answer to one question, what is open stays open, nothing is said twice."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.dialogues.fakes import ANNA, CHRISTOS, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow

ASKED = {
    "when": ("πότε θα είναι έτοιμη περίπου;", "when will it be ready?"),
    "next": ("και μετά τι ακολουθεί;", "what comes after that?"),
    "why": ("γιατί αργεί τόσο;", "why does it take so long?"),
    "todo": ("πρέπει να κάνω κάτι εγώ;", "do I have to do anything?"),
    "who": ("ποια υπηρεσία είναι αρμόδια;", "which office is responsible for it?"),
    "contact": ("τι τηλέφωνο έχουν;", "what is their phone number?"),
    "term": ("τι σημαίνει έλεγχος πληρότητας;", "what does completeness check mean?"),
    "object": ("μπορώ να κάνω ένσταση;", "can I file an objection?"),
    "bot": ("είσαι ρομπότ ή άνθρωπος;", "are you a robot or a human?"),
    "genuine": ("πώς ξέρω ότι δεν είναι απάτη;", "how do I know this is not a scam?"),
    "privacy": ("ποιος διαβάζει αυτά που γράφω;", "who reads what I write here?"),
}


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("facet", ASKED)
@pytest.mark.parametrize("language", [0, 1], ids=["el", "en"])
async def test_each_question_has_an_answer_of_its_own(talk: Talk, channel: str, facet: str, language: int) -> None:
    opening = ("πού βρίσκεται η αίτησή μου;", "where is my application?")[language]
    talk.by(ANNA).on(channel)
    await talk.say(opening)
    whole = talk.text
    await talk.say(ASKED[facet][language])
    assert talk.names != ["utter_rephrase"]
    assert talk.text != whole
    assert not {"utter_rephrase", "utter_out_of_scope", "utter_help"} & set(talk.names)
    assert _is_greek(talk.text) is (language == 0) or facet in ("contact", "term")


def _is_greek(text: str) -> bool:
    """By its small letters: a reference has capitals, and what gov.gr calls a service stands in quotes."""
    return re.search("[α-ω]", re.sub("«[^»]*»", "", text)) is not None


async def test_the_same_is_not_said_twice_word_for_word(talk: Talk) -> None:
    talk.by(ANNA)
    said = [(await talk.say("πότε θα είναι έτοιμη;")) and talk.text for _ in range(4)]
    assert all(one != other for one, other in pairwise(said))


async def test_a_question_about_an_offer_is_answered_and_the_offer_put_again(talk: Talk) -> None:
    await talk.say("πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_offer_link"]
    await talk.say("τι ακριβώς θα μου ζητήσετε;")
    assert "utter_ask_link_again" in talk.names
    await talk.say("ναι")
    assert talk.names[0].startswith("utter_ask_afm")


async def test_courtesy_leaves_an_offer_open(talk: Talk) -> None:
    await talk.all("πού βρίσκεται η αίτησή μου;", "ευχαριστώ", "ναι")
    assert talk.names[0].startswith("utter_ask_afm")


async def test_an_offer_lapses(talk: Talk) -> None:
    await talk.all("πού βρίσκεται η αίτησή μου;", "ευχαριστώ", "καλημέρα", "ευχαριστώ", "ναι")
    assert not talk.names[0].startswith("utter_ask_afm")


async def test_of_two_cases_both_are_told(talk: Talk) -> None:
    await talk.by(VASILIS).say("και πότε τελειώνουν πάνω κάτω;")
    assert all(reference in talk.text for reference in ("ΕΦ-2026-000201", "ΚΤ-2026-000301"))


async def test_what_waits_for_linking_is_answered_after_it(talk: Talk) -> None:
    await talk.by(CHRISTOS).say("πότε θα πληρωθεί η αποζημίωση της πλημμύρας;")
    assert "ΠΠ-2026-000401" in talk.text
