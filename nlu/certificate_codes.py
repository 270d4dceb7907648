"""The code that is printed on a certificate: sixteen symbols of nineteen, the last two of which check the others.

``4TY6-KH90-TTY0-9K13``: digits, and capitals that look and are typed the same in Greek and in Latin. Nineteen is prime,
so the checks are arithmetic in GF(19): a Reed-Solomon code of distance 3, which any one or two wrong symbols break.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

ALPHABET = "0123456789AEHKMNTXY"
FIELD = len(ALPHABET)
DATA, LENGTH, GROUP = 14, 16, 4
_WEIGHTS = tuple((pow(2, place, FIELD), pow(4, place, FIELD)) for place in range(LENGTH))
_VALUE: Mapping[str, int] = MappingProxyType({symbol: value for value, symbol in enumerate(ALPHABET)})
_READ_AS = str.maketrans("ΑΕΗΚΜΝΤΧΥΟΙΒΖOILBZS", "AEHKMNTXY0182011825")
_APART = re.compile(r"[\W_]+")
_PIECE = re.compile(r"[^\W_]+")
_PRINTED = re.compile(r"[^\W_]{4}(?:-[^\W_]{4}){3}")
_MOST = 2000  # characters of a message that are looked at
_WITHIN = 3  # signs between two groups
_DIGITS = 2  # that a code has at least, but for one in ten thousand: sixteen letters are words
_GROUPS = LENGTH // GROUP
_STRANGE = 2  # symbols of none of ours in what is still meant as a code
_MIXED = 2  # groups of letters and digits in what is meant as one
_TURNS = 4  # from letter to digit and back, where no groups are told


@dataclass(frozen=True, slots=True)
class CodeInText:
    """A code in a message, and where it stands. ``code`` is empty where it has a slip."""

    code: str
    start: int
    end: int


def new_code(below: Callable[[int], int]) -> str:
    """A fresh code, in groups. ``below(n)`` is uniform in [0, n) and unguessable (``secrets.randbelow``)."""
    data = [below(FIELD) for _ in range(DATA)]
    return grouped("".join(ALPHABET[value] for value in (*data, *_checks(data))))


def read_code(typed: str) -> str | None:
    """The code in groups, however it was typed: either alphabet, either case, any separators, letters for the digits
    that they look like. ``None`` where it is none: a wrong symbol is found and never put right."""
    symbols = _symbols(typed)
    return grouped(symbols) if len(symbols) == LENGTH and _holds(symbols) else None


def codes_in(text: str) -> list[str]:
    """The codes in a message or on a page, each once: those that stand as they are printed first, for what stands
    around a code may make another with a part of it, if one in 361."""
    return list(dict.fromkeys(found.code for found in _right(text, _runs_of(text))))


def code_told(text: str) -> CodeInText | None:
    """The first code that a person tells in a message: a right one, else what is surely meant as one and has a wrong
    symbol or two, one too many or one too few. Digits alone are one only where they stand in its four groups: numbers
    of properties and cards are as long."""
    runs = _runs_of(text)
    meant = (CodeInText("", start, end) for run, start, end in runs if _is_meant(run, text[start:end]))
    return next(iter(_right(text, runs)), None) or next(meant, None)


Piece = tuple[str, int, int]
"""A word's symbols, and where it begins and ends."""
Run = tuple[tuple[str, ...], int, int]
"""Those of several words, likewise."""


def _right(text: str, runs: Sequence[Run]) -> list[CodeInText]:
    found = [CodeInText(grouped("".join(run)), at, end) for run, at, end in runs if _is_right(run, text[at:end])]
    return sorted(found, key=lambda one: _PRINTED.fullmatch(text[one.start : one.end]) is None)


def _runs_of(text: str) -> list[Run]:
    pieces = [(_symbols(found[0]), found.start(), found.end()) for found in _PIECE.finditer(text[:_MOST])]
    return list(_runs(text, pieces))


def _runs(text: str, pieces: Sequence[Piece]) -> Iterator[Run]:
    """Words that follow each other closely and have together as many symbols as a code, or one more or less."""
    for first, (_, start, before) in enumerate(pieces):
        run: tuple[str, ...] = ()
        length = 0
        for symbols, begins, end in pieces[first:]:
            if run and begins - before > _WITHIN:
                break
            run, length, before = (*run, symbols), length + len(symbols), end
            if length > LENGTH + 1:
                break
            if length >= LENGTH - 1 and not _goes_on(text, run, start, end):
                yield run, start, end


def _goes_on(text: str, run: Sequence[str], start: int, end: int) -> bool:
    """Do these digits belong to a longer row of them?"""
    near = text[max(0, start - 2) : start] + text[end : end + 2]
    return "".join(run).isdecimal() and any(sign.isdecimal() for sign in near)


def _is_right(run: Sequence[str], typed: str) -> bool:
    symbols = "".join(run)
    if len(symbols) != LENGTH or not _holds(symbols):
        return False
    if symbols.isdecimal():
        return [len(piece) for piece in run] == [GROUP] * _GROUPS
    return sum(map(str.isdecimal, typed)) >= _DIGITS or _PRINTED.fullmatch(typed) is not None


def _is_meant(run: Sequence[str], typed: str) -> bool:
    symbols, pieces = "".join(run), _PIECE.findall(typed)
    if sum(symbol not in _VALUE for symbol in symbols) > _STRANGE or symbols.isdecimal():
        return False
    if len(run) == 1:
        return len(symbols) == LENGTH and _turns(typed) >= _TURNS
    short = any(abs(len(piece) - GROUP) > 1 for piece in run)
    return len(run) == _GROUPS and not short and sum(_turns(piece) > 0 for piece in pieces) >= _MIXED


def _turns(typed: str) -> int:
    """From letters to digits and back."""
    return sum(one.isdecimal() != other.isdecimal() for one, other in pairwise(typed))


def grouped(symbols: str) -> str:
    return "-".join(symbols[start : start + GROUP] for start in range(0, len(symbols), GROUP))


def plain(code: str) -> str:
    """A code without its hyphens, as it stands in a link."""
    return code.replace("-", "")


def _symbols(typed: str) -> str:
    """Capitals and digits without marks, separators left out."""
    upper = unicodedata.normalize("NFKD", typed[:256]).upper()
    letters = "".join(sign for sign in upper if not unicodedata.combining(sign))
    return _APART.sub("", letters).translate(_READ_AS)


def _holds(symbols: str) -> bool:
    values = [_VALUE.get(symbol) for symbol in symbols]
    return all(value is not None for value in values) and _sums([value or 0 for value in values]) == (0, 0)


def _sums(values: Sequence[int]) -> tuple[int, int]:
    first = sum(weight[0] * value for weight, value in zip(_WEIGHTS, values, strict=False)) % FIELD
    second = sum(weight[1] * value for weight, value in zip(_WEIGHTS, values, strict=False)) % FIELD
    return first, second


def _checks(data: Sequence[int]) -> tuple[int, int]:
    """The last two values, with which both sums are zero: two equations, solved."""
    first, second = _sums(data)
    (a, c), (b, d) = _WEIGHTS[DATA], _WEIGHTS[DATA + 1]
    inverse = pow(a * d - b * c, -1, FIELD)
    return (b * second - d * first) * inverse % FIELD, (c * first - a * second) * inverse % FIELD
