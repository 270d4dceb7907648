from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phone.gsm import BASIC, EXTENSION, ROOM, Parts, measure

COUNTED = [
    ("", Parts("GSM-7", 0, 1)),
    ("hello", Parts("GSM-7", 5, 1)),
    ("a" * 160, Parts("GSM-7", 160, 1)),
    ("a" * 161, Parts("GSM-7", 161, 2)),
    ("ΑΙΤΗΣΗ", Parts("UCS-2", 6, 1)),  # Greek capital alpha is not in the alphabet, its Latin twin is
    ("AITHΣH", Parts("GSM-7", 6, 1)),
    ("α" * 70, Parts("UCS-2", 70, 1)),
    ("α" * 71, Parts("UCS-2", 71, 2)),
    ("€" * 80, Parts("GSM-7", 160, 1)),
    ("a" * 152 + "€" + "a" * 152, Parts("GSM-7", 306, 3)),  # division would say 2
    ("α" * 66 + "😀" + "α" * 66, Parts("UCS-2", 134, 3)),  # likewise
]


@pytest.mark.parametrize(("text", "parts"), COUNTED)
def test_counts_as_a_network_does(text: str, parts: Parts) -> None:
    assert measure(text) == parts


def test_the_alphabet_has_its_size() -> None:
    assert len(BASIC) == 127
    assert not BASIC & EXTENSION


@given(st.text(alphabet=st.one_of(st.sampled_from("aΔ€{α😀\n"), st.characters(codec="utf-8")), max_size=500))
def test_parts_are_enough_and_not_wasteful(text: str) -> None:
    counted = measure(text)
    alone, joined = ROOM[counted.encoding]
    if counted.units <= alone:
        assert counted.parts == 1
    else:
        assert counted.parts * joined >= counted.units
        assert (counted.parts - 1) * (joined - 1) < counted.units  # at most one unit is lost at each seam
