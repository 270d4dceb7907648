"""A registry's words as they are told: a link in them is the office's, and that is said; by SMS they are brief."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.channels.facts import SPOKEN
from dialogues.actions.case_facets import Asked, CaseFacets
from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import load_catalogue
from dialogues.ports import Overview
from dialogues.responses import responses
from dialogues.say import Say
from dialogues.wording import Voice, Wording
from tests.clock import START
from tests.dialogues.fakes import PERMIT

TELLER = CaseTeller(load_catalogue())
FACETS = CaseFacets(load_catalogue(), TELLER)
WORDING = Wording(responses(), SPOKEN)
MARKS = {"el": "(ο σύνδεσμος είναι της υπηρεσίας, όχι δικός μας)", "en": "(the link is the service's, not ours)"}
DUE = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("words", "has_link"),
    [
        ("Πληρώστε παράβολο: http://pay.example", True),
        ("Δείτε www.tee.gr", True),
        ("Στο HTTPS://x.example/α", True),
        ("Στο gov.gr θα το βρείτε.", True),
        ("Ο έλεγχος ξεκίνησε στις 3.11.2026.", False),
        ("Βλ. ν.4495/2017, άρ. 38.", False),
    ],
)
def test_a_link_in_a_note_a_reason_or_a_title_is_said_to_be_the_offices(words: str, has_link: bool) -> None:
    lacking = replace(PERMIT, missing=(("a", words, None), ("b", words, DUE)), received=(words,), reasons={"a": words})
    unheard = replace(PERMIT, procedure="unknown", title=words, missing=())
    for said, times, links in (
        (TELLER.status(replace(PERMIT, note=words, missing=()), START), 1, 1),
        (TELLER.missing(lacking, START), 4, 4),
        (TELLER.sent(lacking, START), 3, 3),
        (TELLER.status(unheard, START), 1, 1),
        (TELLER.all(Overview((lacking, unheard)), START), 3, 2),
        (FACETS.answer(lacking, "until", Asked("ως πότε;", START, "case")), 2, 2),
        (FACETS.answer(lacking, "why", Asked("γιατί;", START, "paper")), 2, 2),
    ):
        for language, mark in MARKS.items():
            text, _ = WORDING.compose(said, Voice(language, "viber", "1"))
            assert (text.count(words), text.count(mark)) == (times, links if has_link else 0), said


@pytest.mark.parametrize("channel", ["sms", "viber"])
def test_a_long_note_is_told_briefly_by_sms(channel: str) -> None:
    note = "Φέρτε το πρωτότυπο. " * 30
    told, _ = WORDING.compose(TELLER.status(replace(PERMIT, note=note.strip()), START), Voice("el", channel, "1"))
    (line,) = (line for line in told.splitlines() if line.startswith("Σημείωση"))
    assert (line.endswith("…"), len(line) < 340) == ((True, True) if channel == "sms" else (False, False))


def test_by_sms_one_long_word_is_whole_and_a_word_behind_it_goes() -> None:
    page = "https://counter.example/" + "x" * 400
    for value, told in ((page, page), (f"{page} β", page[:299] + "…")):
        assert WORDING.compose(Say("utter_login_link", {"link": value}), Voice("el", "sms", "1"))[0].endswith(told)
