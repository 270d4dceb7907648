"""A registry's free text made fit to be read by a citizen: no control characters, nothing that turns writing around."""

from __future__ import annotations

import re
import unicodedata

_LINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_GONE = frozenset({"Cc", "Cf"})  # ESC, BEL; zero-width and bidirectional marks


def clean(text: str) -> str:
    """Line ends become ``\\n`` and tabs blanks; other control and format characters go."""
    if text.isprintable():
        return text
    lines = _LINES.sub("\n", text).replace("\t", " ")
    return "".join(char for char in lines if char == "\n" or unicodedata.category(char) not in _GONE)
