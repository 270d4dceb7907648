"""Case references: one canonical form for whatever was typed, and the registry that a prefix belongs to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "ΑΔ": "permits",
    "ΕΦ": "efka",
    "ΚΤ": "cadastre",
    "ΠΠ": "civil_protection",
    "ΚΕ": "kep",
}

# Signs that are typed for a prefix letter: the Latin letter by sound, and what looks the same (Cyrillic, mathematical).
_TO_GREEK = str.maketrans("ADEFKTPРАДЕФКТПРΡ∆∏", "ΑΔΕΦΚΤΠΠΑΔΕΦΚΤΠΠΠΔΠ")
_SEPARATOR = r"[\s\-./_–—‐‑−]*"  # phones put in dashes of every length
_TYPED = re.compile(rf"([\w∆∏]{{2}}){_SEPARATOR}((?:19|20)[0-9]{{2}}){_SEPARATOR}([0-9]{{1,6}})")
_LONGEST = 60  # characters, with room for spaces and loose accents


def canonical(typed: str) -> str | None:
    """``ΑΔ-2026-000123`` for ``ad 2026 123``, ``AΔ-2026-000123``, ``αδ2026/123``; ``None`` for what is no reference."""
    if len(typed) > _LONGEST:
        return None
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", typed) if not unicodedata.combining(mark))
    found = _TYPED.fullmatch(plain.strip().upper())
    if found is None:
        return None
    prefix = found[1].translate(_TO_GREEK)
    number = int(found[3])
    return f"{prefix}-{found[2]}-{number:06d}" if prefix in PREFIXES and number else None


def registry_of(reference: str) -> str | None:
    """The registry that a canonical reference belongs to: ``permits`` for ``ΑΔ-2026-000123``."""
    return PREFIXES.get(reference.partition("-")[0])
