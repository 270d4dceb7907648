"""Text as channels need it: measured, cut at good places (:func:`split`), with choices written out, fit to be stored.

How long a part may be is said in each channel's ``compose.py``: 7,000 characters on Viber, 8 billed parts by SMS.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

import regex  # it ships no types

from dialogues.turn import Choice

_UNFIT = re.compile("[\x00\ud800-\udfff]")  # no database column and no UTF-8 holds these
_GRAPHEME = regex.compile(r"\X")
_NOT_BEFORE_MARK = r"(?![\p{M}\u200d])"  # a mark on a blank belongs to the blank
_BORDERS: tuple[tuple[regex.Pattern[str], float], ...] = (  # best first, with how full a part must be to end there
    (regex.compile(r"\n\s*+\n\s*+" + _NOT_BEFORE_MARK), 0.5),
    (regex.compile(r"\n\s*+" + _NOT_BEFORE_MARK), 0.5),
    (regex.compile(r"(?<=[.!?…·;\u037e])\s++" + _NOT_BEFORE_MARK), 0.5),  # ; and U+037E ask a question in Greek
    (regex.compile(r"\s++" + _NOT_BEFORE_MARK), 0.0),
)


def units(text: str) -> int:
    """Length in UTF-16 code units: what phones and providers count. An emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def fit(text: str) -> str:
    """The text without what cannot be stored or sent (NUL, half surrogates): each becomes U+FFFD."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text)


def split(text: str, limit: int) -> tuple[str, ...]:
    """Cut into parts of at most ``limit`` UTF-16 units; no part is blank, and a blank text has no parts.

    A part ends at a paragraph, line, sentence or word, in this order of preference, else between two
    characters as a reader sees them. Only blanks at the borders are lost.
    """
    parts: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        end, start = _cut(rest, limit)
        parts.append(rest[:end].rstrip())
        rest = rest[start:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def with_line(text: str, line: str | None) -> str:
    """The text with one more line below it, if there is one."""
    return "\n".join(filter(None, (text, line)))


def listed(text: str, choices: Iterable[Choice], *, mark: str = "-") -> str:
    """The text with its choices as lines below it. ``mark`` may hold ``{n}``, the number of the line."""
    lines = (f"{mark.format(n=number)} {choice.title}" for number, choice in enumerate(choices, 1))
    return "\n".join(filter(None, (text, *lines)))


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Where the first part ends and where the rest begins."""
    reach = _reach(text, limit)
    for border, fullness in _BORDERS:
        found = _last(border, text, reach)
        if found is not None and found.start() >= max(1, fullness * reach):
            return found.start(), found.end()
    whole: int = max(
        (match.end() for match in _GRAPHEME.finditer(text, 0, reach + 1) if match.end() <= reach), default=reach
    )
    return whole, whole


def _last(border: regex.Pattern[str], text: str, reach: int) -> regex.Match[str] | None:
    found = None
    for match in border.finditer(text):
        if match.start() > reach:
            break
        found = match
    return found


def _reach(text: str, limit: int) -> int:
    """How many characters fit into ``limit`` units."""
    ends = tuple(accumulate(units(char) for char in text[:limit]))
    return max(bisect_right(ends, limit), 1)
