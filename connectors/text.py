"""A registry's free text made fit to be read by a citizen: one line, no control characters, nothing that turns writing
around, and no longer than is read. The one place where that is done, for answers and for events."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

NOTE, TITLE = 600, 200
"""The most characters of a note or a reason, and of a title or a code."""
_BLANKS = re.compile("(?:\r\n?|[\t\n\x0b\x0c\x85\u2028\u2029])+")
_GONE = frozenset({"Cc", "Cf"})  # ESC, BEL; zero-width and bidirectional marks
_LAST_WORD = 0.8  # of the room is filled at least where the cut is made between words
_END = "…"


def clean(text: str) -> str:
    """Line ends and tabs become blanks, so that nothing looks like a line of ours; other control and format characters
    go."""
    if text.isprintable():
        return text
    return "".join(char for char in _BLANKS.sub(" ", text) if unicodedata.category(char) not in _GONE)


def cut(text: str, most: int) -> str:
    """The text, or its beginning and … where it has more than ``most`` characters."""
    if len(text) <= most:
        return text
    end = most - len(_END)
    while end > 1 and unicodedata.category(text[end]).startswith("M"):  # an accent belongs to its letter
        end -= 1
    blank = text.rfind(" ", int(end * _LAST_WORD), end + 1)
    return text[: end if blank < 0 else blank].rstrip() + _END


def note(text: str) -> str:
    return cut(clean(text), NOTE)


def title(text: str) -> str:
    return cut(clean(text), TITLE)


def joined(parts: Iterable[str]) -> str:
    """One note of several; the empty ones are left out."""
    return cut(" · ".join(part for part in parts if part), NOTE)
