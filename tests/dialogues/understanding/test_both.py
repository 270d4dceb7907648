"""Two wishes in one message; which case is meant that is not named; what is taken back in the same breath."""

from __future__ import annotations

import pytest

from dialogues.turn import Entity
from dialogues.understanding.both import two_wishes
from dialogues.understanding.corrected import corrected
from dialogues.understanding.earlier import asks_of_all, earlier_case, remembered
from dialogues.understanding.reading import Reading

SYROS, TINOS, PAROS = "ΚΤ-2026-000001", "ΑΔ-2026-000002", "ΕΦ-2026-000003"
TALKED = {"case": PAROS, "talked": {"order": [SYROS, TINOS, PAROS], "before": TINOS}}


def heard(text: str) -> Reading:
    """A stand-in for the model: a question about whatever service is named."""
    named = [Entity("agency", word, 0, 0) for word in ("εφκα", "κτηματολόγιο") if word in text.lower()]
    return Reading(text, "ask_facet", 0.9, tuple(named), facet="when" if "πότε" in text.lower() else "documents")


def test_each_half_is_heard_by_itself() -> None:
    both = two_wishes("Πότε βγαίνει στον ΕΦΚΑ και τι λείπει από το κτηματολόγιο;", heard)
    assert both is not None
    assert both.then is not None
    assert (both.facet, both.then.facet) == ("when", "documents")
    assert (both.entities[0].value, both.then.entities[0].value) == ("εφκα", "κτηματολόγιο")


@pytest.mark.parametrize(
    "text",
    [
        "Πότε βγαίνει στον ΕΦΚΑ και τι ώρα ανοίγει ο ΕΦΚΑ;",
        "Πήγα στο κτηματολόγιο χθες, πότε βγαίνει στον ΕΦΚΑ;",
        "Πότε βγαίνει στον ΕΦΚΑ;",
    ],
)
def test_a_story_or_one_thing_is_one_wish(text: str) -> None:
    assert two_wishes(text, heard) is None


def test_an_act_is_never_a_half() -> None:
    def stops(text: str) -> Reading:
        return Reading(text, "stop_notifications", 1.0, (Entity("agency", text, 0, 0),))

    assert two_wishes("τι θέλει ο ΕΦΚΑ και τι θέλει το κτηματολόγιο;", stops) is None


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("πάμε πίσω στο προηγούμενο, τι λείπει;", TINOS),
        ("kai sto prohgoymeno?", TINOS),
        ("back to the one before", TINOS),
        ("και στο άλλο τι λείπει;", TINOS),
        ("για το πρώτο, πότε βγαίνει;", SYROS),
        ("and the second one?", TINOS),
        ("τίποτα άλλο;", None),
        ("είναι η πρώτη φορά που ρωτάω", None),
        ("πότε βγαίνει;", None),
        ("από όσα έχω, ποιο περιμένει εμένα;", None),
    ],
)
def test_an_earlier_case_is_meant_by_its_place(text: str, reference: str | None) -> None:
    assert earlier_case(text, TALKED) == reference


def test_where_only_one_was_talked_about_no_other_is_meant() -> None:
    assert earlier_case("και το προηγούμενο;", {}) is None
    assert earlier_case("για το πρώτο;", {"talked": {"order": [SYROS], "before": None}}) is None


def test_all_of_them() -> None:
    assert asks_of_all("από όσα έχω, ποιο περιμένει κάτι;")
    assert not asks_of_all("έχω μία υπόθεση")


def test_cases_are_remembered_in_the_order_in_which_they_were_told() -> None:
    one = remembered({}, [SYROS])
    assert one == {"order": [SYROS], "before": None}
    two = remembered({"case": SYROS, "talked": one}, [TINOS])
    assert two == {"order": [SYROS, TINOS], "before": SYROS}
    back = remembered({"case": TINOS, "talked": two}, [SYROS])
    assert back == {"order": [SYROS, TINOS], "before": TINOS}
    assert remembered({"case": SYROS, "talked": back}, [SYROS]) is None
    assert remembered({"case": SYROS, "talked": back}, [], [PAROS, TINOS]) == {"order": [PAROS, TINOS], "before": TINOS}


@pytest.mark.parametrize(
    ("between", "after", "kept"),
    [
        (" όχι στο ", "", ["cadastre"]),
        (" συγγνώμη, στο ", "", ["cadastre"]),
        (" στο ", " εννοώ", ["cadastre"]),
        (" και στο ", " εννοώ", ["efka", "cadastre"]),
        (" πριν από το ", "", ["efka", "cadastre"]),
    ],
)
def test_what_is_taken_back_is_not_meant(between: str, after: str, kept: list[str]) -> None:
    text = f"ΕΦΚΑ{between}κτηματολόγιο{after}"
    start = 4 + len(between)
    named = (Entity("agency", "efka", 0, 4), Entity("agency", "cadastre", start, start + 12))
    assert [found.value for found in corrected(text, named)] == kept
