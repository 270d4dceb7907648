"""The table of messages marked by hand, and what it leaves to say."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import ENTITIES, extract
from nlu.names import Entry, read_catalogue
from nlu.variants import variants
from tests.nlu.marked import messages, named

TODAY = date(2026, 11, 22)


def test_the_table_is_read_to_the_letter() -> None:
    table = messages()
    assert len(table) >= 150
    right = wrong = missed = 0
    for text, wanted in table:
        found = named(extract(text))
        right += len(found & wanted)
        wrong += len(found - wanted)
        missed += len(wanted - found)
    assert 2 * right / (2 * right + wrong + missed) >= 0.97


def test_the_table_holds_every_entity() -> None:
    assert {entity for _, wanted in messages() for entity, *_ in wanted} == set(ENTITIES)


@given(
    st.dates(date(1940, 1, 1), date(2039, 12, 31)),
    st.sampled_from(("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%y")),
)
def test_dates_in_digits_round_trip(day: date, form: str) -> None:
    assert [(e.entity, e.value) for e in extract(f"στις {day.strftime(form)}")] == [("date", day.isoformat())]


MONTHS = """
Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου Δεκεμβρίου
ianouariou fevrouariou martiou apriliou maiou iouniou iouliou avgoustou septembriou oktwvriou noemvriou dekembriou
January February March April May June July August September October November December
"""
MONTHS_BY_LANGUAGE = [line.split() for line in MONTHS.strip().splitlines()]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(MONTHS_BY_LANGUAGE))
def test_dates_in_words_round_trip(day: date, months: list[str]) -> None:
    month = months[day.month - 1]
    for text in (
        f"{day.day} {month} {day.year}",
        f"{month.upper()} {day.day}, {day.year}",
        f"{day.day} {month.lower()} {day.year}",
    ):
        assert [(e.entity, e.value) for e in extract(text)] == [("date", day.isoformat())]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("θα το φέρω αύριο", "2026-11-23"),
        ("avrio", "2026-11-23"),
        ("xtes to esteila", "2026-11-21"),
        ("προχθές", "2026-11-20"),
        ("μεθαύριο", "2026-11-24"),
        ("I sent it yesterday", "2026-11-21"),
        ("σε 3 μέρες", "2026-11-25"),
        ("πριν 2 εβδομάδες", "2026-11-08"),
        ("10 days ago", "2026-11-12"),
        ("στις 12 Μαρτίου", "2027-03-12"),
        ("στις 20 Δεκεμβρίου", "2026-12-20"),
        ("μέχρι 15/1", "2027-01-15"),
    ],
)
def test_with_a_known_day_relative_dates_are_read(text: str, value: str) -> None:
    assert [(e.entity, e.value) for e in extract(text, today=TODAY)] == [("date", value)]
    assert not extract(text)


def test_only_the_american_order_makes_this_a_day() -> None:
    (found,) = extract("03/15/2026")
    assert found.value == "2026-03-15"
    assert found.confidence < 0.7


@pytest.mark.parametrize("entry", read_catalogue(), ids=lambda entry: entry.code)
def test_every_name_of_the_catalogue_finds_its_entry(entry: Entry) -> None:
    for name in (*entry.names, *entry.words, *entry.acronyms):
        for typed in (name, name.upper(), f"θα ήθελα {name} παρακαλώ"):
            assert (entry.kind, entry.code) in [(e.entity, e.value) for e in extract(typed)], typed


@pytest.mark.slow  # three variants an example
@given(st.sampled_from([text for text, _ in messages()]), st.randoms(use_true_random=False))
def test_variants_are_read_without_error(text: str, rng: Random) -> None:
    for variant in variants(text, rng, 3):
        assert all(variant[found.start : found.end] for found in extract(variant))
