"""The code on a paper: what its check symbols find, and how it may be typed."""

from __future__ import annotations

import random
import string
from itertools import combinations
from time import process_time

import pytest

from nlu.certificate_codes import (
    ALPHABET,
    FIELD,
    LENGTH,
    CodeInText,
    code_told,
    codes_in,
    grouped,
    new_code,
    plain,
    read_code,
)

R = random.Random(20261127)
CODE = new_code(R.randrange)
GREEK = str.maketrans("AEHKMNTXY", "ΑΕΗΚΜΝΤΧΥ")
LOOKALIKES = {"0": "0OoΟο", "1": "1IilLΙι", "2": "2ZzΖζ", "5": "5Ss", "8": "8BbΒβ"}


def test_every_change_of_one_or_two_symbols_is_found() -> None:
    """All 288 and 38,880 of them. The code is linear: what a change adds is found or not, whatever it is added to."""
    symbols = [ALPHABET.index(symbol) for symbol in plain(CODE)]
    passed = tried = 0
    for first, second in combinations(range(LENGTH), 2):
        for add in range(FIELD):
            for add_too in range(FIELD):
                if not (add or add_too):
                    continue
                changed = symbols.copy()
                changed[first] = (changed[first] + add) % FIELD
                changed[second] = (changed[second] + add_too) % FIELD
                tried += 1
                passed += read_code("".join(ALPHABET[value] for value in changed)) is not None
    assert (tried, passed) == (120 * (FIELD**2 - 1), 0)


def test_every_swap_of_two_symbols_is_found() -> None:
    for _ in range(200):
        symbols = plain(new_code(R.randrange))
        for first, second in combinations(range(LENGTH), 2):
            if symbols[first] != symbols[second]:
                swapped = list(symbols)
                swapped[first], swapped[second] = swapped[second], swapped[first]
                assert read_code("".join(swapped)) is None


def test_few_of_all_guesses_get_as_far_as_the_records() -> None:
    passed = sum(read_code("".join(R.choices(ALPHABET, k=LENGTH))) is not None for _ in range(20_000))
    assert passed < 20_000 * 0.005  # one in 361


def test_however_it_is_typed_it_is_read() -> None:
    for _ in range(2000):
        code = new_code(R.randrange)
        typed = R.choice(["-", " ", ".", "", " - ", "–", "_"]).join(code.split("-"))
        typed = "".join(R.choice(LOOKALIKES.get(symbol, symbol)) for symbol in typed)
        typed = "".join(R.choice([sign, sign.translate(GREEK)]) for sign in typed)
        typed = "".join(R.choice([sign, sign.lower()]) for sign in typed)
        assert read_code(f" {typed}\n") == code, typed


@pytest.mark.parametrize(
    "typed", ["", "-", CODE[:-1], CODE + "0", CODE.replace(CODE[0], "Ω"), "٤" * 16, "\0" * 16, "Ω" * 16, "x" * 10_000]
)
def test_what_is_none_is_none(typed: str) -> None:
    assert read_code(typed) is None


SAID = ["{}", "είναι γνήσιο; {}", "Ο κωδικός του: {}.", "check {} please", "https://services.gov.gr/V/{}#123", "({})"]


@pytest.mark.parametrize("said", SAID)
def test_a_code_is_heard_in_a_message_and_where_it_stands(said: str) -> None:
    for _ in range(200):
        code = new_code(R.randrange)
        typed = R.choice(["-", " ", ".", "", " - ", "–"]).join(code.split("-"))
        typed = "".join(R.choice([sign, sign.translate(GREEK)]) for sign in typed)
        text = said.format(typed)
        start = text.index(typed)
        found = code_told(text)
        few = sum(map(str.isdecimal, code)) < 2 or plain(code).isdecimal()
        assert few or found == CodeInText(code, start, start + len(typed)), text


def test_one_with_a_slip_is_meant_as_a_code_and_never_put_right() -> None:
    """Wrong, missing or one too many: nearly all are heard as what they are, and none as another's code."""
    heard = wrong = 0
    for _ in range(2000):
        symbols = list(plain(new_code(R.randrange)))
        for _ in range(R.choice([1, 2])):
            symbols[R.randrange(LENGTH)] = R.choice(ALPHABET + "FGPΨΩ")
        groups = grouped("".join(symbols)).split("-")
        if R.random() < 0.3:
            groups[R.randrange(4)] += R.choice(ALPHABET)
        typed = R.choice(["-", " "]).join(groups)
        found = code_told(f"γνήσιο; {typed}")
        if read_code(typed) is None:
            wrong += 1
            heard += found is not None and found.code == ""
            assert found is None or found.code == ""
    assert wrong > 1900
    assert heard > wrong * 0.95, (heard, wrong)


@pytest.mark.parametrize(
    "text",
    [
        "και αυτό έχει τόκο", "ΝΑΙ ΚΑΙ ΤΟ ΑΚΙΝΗΤΟ ΜΟΥ", "2026 είναι 2027 όχι", "το 2025 και το 2026 έχει",
        "ΚΤ-2026-000301 και 000401", "η ΚΤ-2026-000301 και η ΑΔ-2026-000123;", "ΚΑΕΚ 0506 8172 6008 0001 2",
        "050681726008000112", "0506817260080001", "GR16 0110 1250 0000 0001 2300 695",
        "ΑΜΚΑ 01018000156 και ΑΦΜ 123456783", "κάρτα 4111 1111 1111 1112", "6900000001 ή 2101234567",
        "6ΒΛ946ΜΤΛΗ-ΨΩ1", "550e8400-e29b-41d4-a716-446655440000", "που είναι το χαρτί μου", "000 " * 500,
    ],
)  # fmt: skip
def test_what_is_meant_as_something_else_is_no_code(text: str) -> None:
    assert code_told(text) is None


def test_codes_are_found_in_what_is_written() -> None:
    other = new_code(R.randrange)
    said = f"Ο κωδικός είναι {CODE.lower()}, και ο άλλος {plain(other)}· ξανά {CODE}."
    assert codes_in(said) == [CODE, other]
    assert codes_in("το 6900000001 και ο ΑΦΜ 123456783, ΑΔ-2026-000123") == []
    assert codes_in(f"x{plain(CODE)}y") == []
    assert codes_in("-".join(string.ascii_uppercase * 70)) == []


def test_what_stands_around_a_code_takes_no_part_of_it() -> None:
    """Of a page one word in 361 would make another code with three of the groups."""
    for _ in range(3000):
        code, before, after = new_code(R.randrange), *("".join(R.choices(ALPHABET, k=4)) for _ in range(2))
        text = f"Κωδικός {before} {code} {after} ΚΑΕΚ"
        assert codes_in(text)[0] == code, text
        found = code_told(text)
        assert found is not None
        assert found.code == code


def test_a_message_of_zeros_is_read_at_once() -> None:
    began = process_time()
    assert codes_in("000 " * 500) == []
    assert process_time() - began < 2  # seconds; it was 41


def test_codes_are_grouped_and_of_the_alphabet() -> None:
    codes = {new_code(R.randrange) for _ in range(500)}
    assert len(codes) == 500
    assert all(set(plain(code)) <= set(ALPHABET) and grouped(plain(code)) == code for code in codes)
