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


class Vocabulary:
    """Wire word to code of ours."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._codes = {_key(word): code for word, code in table.items()}

    def code(self, word: str) -> str:
        return self._codes.get(_key(word), UNKNOWN)

    def has(self, code: str) -> bool:
        """Is this one of our codes? Events speak codes, not words."""
        return code in self._codes.values()


DOCUMENT_STATES = Vocabulary(
    {
        "Λείπει": "missing",
        "Υποβλήθηκε": "submitted",
        "Έγινε δεκτό": "accepted",
        "Απορρίφθηκε": "rejected",
    }
)

OUTCOMES = Vocabulary(
    {
        "Εγκρίθηκε": "granted",
        "Απορρίφθηκε": "refused",
        "Εγκρίθηκε εν μέρει": "partly",
    }
)


CERTIFICATE_STATES = Vocabulary(
    {
        "Εκκρεμεί": "pending",
        "Εκδόθηκε": "issued",
        "Απορρίφθηκε": "refused",
    }
)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that a registry issues, by its own word, and the details that it asks for."""

    code: str
    word: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryVocabulary:
    """All that tells one case registry from another. ``service`` is its name at the interoperability centre.

    ``honours_ids`` is its promise to take a submission or a request of one id once. Where it does not promise that,
    nothing that changes anything is ever asked twice here.
    """

    registry: str
    service: str
    procedures: Vocabulary
    stages: Vocabulary
    certificates: tuple[Issued, ...] = ()
    document_states: Vocabulary = field(default=DOCUMENT_STATES)
    outcomes: Vocabulary = field(default=OUTCOMES)
    certificate_states: Vocabulary = field(default=CERTIFICATE_STATES)
    honours_ids: bool = True

    def certificate_code(self, word: str) -> str:
        return Vocabulary({one.word: one.code for one in self.certificates}).code(word)

    def has_procedure(self, code: str) -> bool:
        return self.procedures.has(code) or any(one.code == code for one in self.certificates)
