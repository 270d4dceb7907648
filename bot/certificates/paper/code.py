"""The code that is printed on a certificate: sixteen symbols of nineteen, the last two of which check the others.

``4TY6-KH90-TTY0-9K13``: digits, and capitals that look and are typed the same in Greek and in Latin. Nineteen is prime,
so the checks are arithmetic in GF(19): a Reed-Solomon code of distance 3, which any one or two wrong symbols break.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType

ALPHABET = "0123456789AEHKMNTXY"
FIELD = len(ALPHABET)
DATA, LENGTH, GROUP = 14, 16, 4
_WEIGHTS = tuple((pow(2, place, FIELD), pow(4, place, FIELD)) for place in range(LENGTH))
_VALUE: Mapping[str, int] = MappingProxyType({symbol: value for value, symbol in enumerate(ALPHABET)})
_READ_AS = str.maketrans("ΑΕΗΚΜΝΤΧΥΟΙΒΖOILBZS", "AEHKMNTXY0182011825")
_WORD = re.compile(r"[^\W_](?:[\W_]{0,3}[^\W_]){15,}")
_APART = re.compile(r"[\W_]+")


def new_code(below: Callable[[int], int]) -> str:
    """A fresh code, in groups. ``below(n)`` is uniform in [0, n) and unguessable (``secrets.randbelow``)."""
    data = [below(FIELD) for _ in range(DATA)]
    return grouped("".join(ALPHABET[value] for value in (*data, *_checks(data))))


def read_code(typed: str) -> str | None:
    """The code in groups, however it was typed: either alphabet, either case, any separators, letters for the digits
    that they look like. ``None`` where it is none: a wrong symbol is found and never put right."""
    symbols = _symbols(typed)
    return grouped(symbols) if len(symbols) == LENGTH and _holds(symbols) else None


def looks_like_code(typed: str) -> bool:
    """Sixteen symbols of ours, right or mistyped."""
    symbols = _symbols(typed)
    return len(symbols) == LENGTH and all(symbol in _VALUE for symbol in symbols)


def codes_in(text: str) -> list[str]:
    """The codes in a message, each once, in their order."""
    found: dict[str, None] = {}
    for run in _WORD.findall(text[:2000]):
        symbols = _symbols(run)
        for start in range(len(symbols) - LENGTH + 1):
            if _holds(part := symbols[start : start + LENGTH]) and _stands_alone(run, part):
                found[grouped(part)] = None
    return list(found)


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


def _stands_alone(run: str, part: str) -> bool:
    """Is it a whole word of the text, or several? Sixteen symbols within a longer word are none."""
    words = [_symbols(word) for word in _APART.split(run)]
    edges, whole = list(accumulate(map(len, words), initial=0)), "".join(words)
    ends = set(edges)
    return any(whole.startswith(part, start) and start + len(part) in ends for start in edges)


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
