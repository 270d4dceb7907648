"""Digits as people's keyboards write them: one number, whatever its script."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.letters import ascii_digits, digits_for_letters

DECIMALS = [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isdecimal()]


def test_every_decimal_digit_that_there_is_becomes_ours() -> None:
    assert len(DECIMALS) > 600
    assert ascii_digits("".join(DECIMALS)) == "".join(str(unicodedata.decimal(digit)) for digit in DECIMALS)


@pytest.mark.parametrize("text", ["x² ½ ④ Ⅷ 九", "Η αίτησή μου 123", "", "٪"])
def test_what_is_no_decimal_digit_stays(text: str) -> None:
    assert ascii_digits(text) == text


@given(st.text())
def test_each_stays_in_its_place(text: str) -> None:
    told = ascii_digits(text)
    assert len(told) == len(text)
    assert [a for a, b in zip(told, text, strict=True) if a != b] == [
        str(unicodedata.decimal(char)) for char in text if char.isdecimal() and not char.isascii()
    ]


def test_letters_typed_for_digits_among_the_digits_of_another_script() -> None:
    assert digits_for_letters("O٩OOOOO٤٥") == "090000045"
