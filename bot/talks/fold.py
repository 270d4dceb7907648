"""Text and patterns folded alike: capitals, accents, final sigma and letters that look alike do not matter."""

from __future__ import annotations

import re
import unicodedata

_ALIKE = str.maketrans("abehikmnoptyxzς", "αβεηικμνορτυχζσ")
_ESCAPED = re.compile(r"\\.|[^\\]+", re.DOTALL)


def fold_text(text: str) -> str:
    """``Ἀρ. ΑΔ`` and ``AP. AD`` come close to one another; digits and signs stay."""
    plain = "".join(char for char in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(char))
    return plain.translate(_ALIKE)


def fold_pattern(pattern: str) -> str:
    """The same for a regular expression: what is escaped (``\\d``, ``\\b``) stays as it is."""
    return "".join(part if part.startswith("\\") else fold_text(part) for part in _ESCAPED.findall(pattern))
