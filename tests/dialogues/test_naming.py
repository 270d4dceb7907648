"""Cases by their own words: one, each of several, the first or the last to end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dialogues.actions.naming import compared, each_named, named_by, shares_words
from dialogues.ports import CaseView
from tests.dialogues.fakes import CADASTRE, INSURANCE, PERMIT

SYROS = replace(CADASTRE, title="Διόρθωση ορίων, Σύρος", expected_by=date(2027, 1, 15))
STABLE = replace(PERMIT, title="Στάβλος στα Φάρσαλα", expected_by=date(2026, 12, 11))
OPEN = replace(INSURANCE, title="Ημέρες του 2009", expected_by=None)
CASES = (SYROS, STABLE, OPEN)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("με τον στάβλο τι γίνεται;", [STABLE]),
        ("syros?", [SYROS]),
        ("τι γίνεται;", []),
        ("ο στάβλος και η Σύρος", [STABLE, SYROS]),
    ],
)
def test_the_title_s_telling_words_name_a_case(text: str, found: list[CaseView]) -> None:
    assert sorted(case.reference for case in named_by(text, CASES)) == sorted(case.reference for case in found)


def test_clauses_name_each_its_own() -> None:
    named = each_named("τι γίνεται με τον στάβλο και τι με τα όρια στη Σύρο", CASES)
    assert {case.reference for case in named} == {STABLE.reference, SYROS.reference}


def test_one_case_is_told_by_its_words() -> None:
    assert shares_words("ο στάβλος;", STABLE)
    assert not shares_words("η άδεια;", STABLE)


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("ποιο βγαίνει νωρίτερα;", STABLE),
        ("which one is done first?", STABLE),
        ("και το πιο αργό πότε;", SYROS),
        ("το τελευταίο;", SYROS),
        ("πότε;", None),
    ],
)
def test_the_first_and_the_last_to_end(text: str, case: CaseView | None) -> None:
    assert compared(text, CASES) == case


def test_one_date_alone_compares_nothing() -> None:
    assert compared("ποιο νωρίτερα;", (STABLE, OPEN)) is None
