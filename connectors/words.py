"""A registry's own words and ours: tables, and the look-up that forgives accents, case and spaces."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

UNKNOWN = "unknown"
"""Our code for any word that a table does not have. Never an error: registries add words without telling."""


def _key(word: str) -> str:
    plain = "".join(mark for mark in unicodedata.normalize("NFD", word) if not unicodedata.combining(mark))
    return " ".join(plain.casefold().split())


class Lexicon:
    """Wire word to code of ours."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._codes = {_key(word): code for word, code in table.items()}

    def code(self, word: str) -> str:
        return self._codes.get(_key(word), UNKNOWN)


DOCUMENT_STATES = Lexicon(
    {
        "Λείπει": "missing",
        "Υποβλήθηκε": "submitted",
        "Έγινε δεκτό": "accepted",
        "Απορρίφθηκε": "rejected",
    }
)

OUTCOMES = Lexicon(
    {
        "Εγκρίθηκε": "granted",
        "Απορρίφθηκε": "refused",
        "Εγκρίθηκε εν μέρει": "partly",
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """All that tells one case registry from another. ``service`` is its name at the interoperability centre."""

    registry: str
    service: str
    procedures: Lexicon
    stages: Lexicon
    document_states: Lexicon = field(default=DOCUMENT_STATES)
    outcomes: Lexicon = field(default=OUTCOMES)
