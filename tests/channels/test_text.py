"""Text cut into parts, with choices written out."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text import fit, listed, split, units
from dialogues.turn import Choice

WORDS = st.text("αά. \n;e\u0301👩🏽‍🚀🇬🇷\u200d", max_size=120) | st.text(max_size=120)
LIMITS = st.integers(2, 60)


def solid(text: str) -> str:
    return "".join(text.split())


@given(WORDS, LIMITS)
def test_parts_fit_and_lose_nothing_but_blanks_at_borders(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(part == part.strip() != "" for part in parts)
    assert all(units(part) <= limit for part in parts)
    assert solid("".join(parts)) == solid(text)
    at = 0
    for part in parts:  # each stands in the text as it is, one after the other
        at = text.index(part, at) + len(part)


@given(WORDS, LIMITS)
def test_no_character_that_fits_is_cut(text: str, limit: int) -> None:
    whole = [part.strip() for part in regex.findall(r"\X", text) if units(part) <= limit]
    if all(units(part) <= limit for part in regex.findall(r"\X", text)):
        cut = [part.strip() for found in split(text, limit) for part in regex.findall(r"\X", found)]
        assert [part for part in cut if part] == [part for part in whole if part]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, ()),
        (" \n ", 10, ()),
        ("μία φορά", 8, ("μία φορά",)),
        ("μία φορά", 7, ("μία", "φορά")),
        ("Πρώτα αυτό. Μετά εκείνο.", 20, ("Πρώτα αυτό.", "Μετά εκείνο.")),
        ("Τι; Πότε είναι η σειρά μου", 12, ("Τι; Πότε", "είναι η", "σειρά μου")),
        ("πρώτη γραμμή\nδεύτερη γραμμή", 20, ("πρώτη γραμμή", "δεύτερη γραμμή")),
        ("α. β\n\nγ. δ ε", 8, ("α. β", "γ. δ ε")),
        ("ααααα", 2, ("αα", "αα", "α")),
        ("😀😀😀", 3, ("😀", "😀", "😀")),
        ("άά".replace("ά", "α\u0301"), 3, ("α\u0301", "α\u0301")),
        ("🇬🇷🇬🇷", 6, ("🇬🇷", "🇬🇷")),
        ("a" + "\u0301" * 5, 4, ("a\u0301\u0301\u0301", "\u0301\u0301")),
    ],
)
def test_a_part_ends_at_the_best_border(text: str, limit: int, parts: tuple[str, ...]) -> None:
    assert split(text, limit) == parts


def test_a_long_text_is_cut_by_characters_never_by_bytes() -> None:
    assert [len(part) for part in split("a" + "α" * 3000, 1600)] == [1600, 1401]


def test_choices_become_lines() -> None:
    choices = (Choice("Ναι", "yes"), Choice("Όχι", "no"))
    assert listed("Σίγουρα;", choices, mark="{n}.") == "Σίγουρα;\n1. Ναι\n2. Όχι"
    assert listed("", choices) == "- Ναι\n- Όχι"
    assert listed("Σίγουρα;", ()) == "Σίγουρα;"


@given(st.text() | st.text(st.characters(categories=["Cs"])))
def test_a_fit_text_can_be_stored_and_has_the_same_length(text: str) -> None:
    assert len(fit(text)) == len(text)
    assert b"\x00" not in fit(text).encode()
