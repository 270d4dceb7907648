"""The port of a registry of the State, and the errors that cross it. Records are plain and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class RegistryError(Exception):
    """A registry did not answer usefully. ``reason`` is safe to log; it never carries personal data."""

    def __init__(self, registry: str, reason: str) -> None:
        super().__init__(f"{registry}: {reason}")
        self.registry = registry
        self.reason = reason


class RegistryUnavailable(RegistryError):
    """It could not be reached in time, or said that it is not able to answer now. Ask again later."""


class RegistryRefused(RegistryError):
    """It answered that it will not: bad credentials, no such operation, a malformed question or answer."""


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A paper that a case waits for. ``status`` is ``missing``, ``submitted``, ``accepted`` or ``rejected``.

    A status word that we do not know is ``unknown``, with the registry's own word in ``reason``.
    """

    code: str
    title: str
    status: str
    reason: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as a registry tells it, in our words.

    ``reference`` is canonical (``ΑΔ-2026-000123``), ``stage`` a code of the procedure (``completeness-check``),
    ``sequence`` counts up by one per change, ``outcome`` is ``granted``, ``refused`` or ``partly`` once decided.
    ``procedure``, ``stage`` and ``outcome`` are ``unknown`` where the registry uses a word that we do not know;
    the word itself then stands in ``note``.
    """

    registry: str
    reference: str
    afm: str
    procedure: str
    title: str
    stage: str
    sequence: int
    updated_at: datetime
    expected_by: date | None = None
    note: str = ""
    outcome: str | None = None
    closed: bool = False
    documents: tuple[RequiredDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of cases changed after a cursor, oldest change first. ``cursor`` is opaque: keep it and ask with it next.

    ``more`` is true when another page waits now.
    """

    cases: tuple[CaseRecord, ...]
    cursor: str
    more: bool


class CaseRegistry(Protocol):
    """A registry that holds cases. Every method raises :class:`RegistryError`, and nothing else but cancellation."""

    name: str  # "permits"

    async def cases_of(self, afm: str) -> tuple[CaseRecord, ...]: ...

    async def case(self, reference: str) -> CaseRecord | None: ...

    async def changes(self, cursor: str) -> Changes: ...


class ContactRegistry(Protocol):
    """ΕΜΕπ, the National Contact Registry."""

    async def mobile_of(self, afm: str) -> str | None:
        """The verified mobile of this ΑΦΜ in E.164, or ``None`` when it holds none. Raises :class:`RegistryError`."""
