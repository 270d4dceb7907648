"""The port of a registry of the State, and the errors that cross it. Records are plain and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
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
class CaseList:
    """All cases of one citizen, as the registry told them at ``as_of`` (UTC).

    ``stale`` is true when the registry could not be asked now and this is what it last said: tell the time with it.
    A list that is not stale may still be some seconds old.
    """

    cases: tuple[CaseRecord, ...]
    as_of: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of cases changed after a cursor, oldest change first. ``cursor`` is opaque: keep it and ask with it next.

    ``more`` is true when another page waits now.
    """

    cases: tuple[CaseRecord, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """A document that a citizen hands in for a case.

    ``id`` is the caller's, chosen once for this document and kept: the registry takes the same id once however often
    it is sent. ``code`` is the required document that it is. ``media_type`` as the registry takes them:
    ``application/pdf``, ``image/jpeg``, ``image/png``.
    """

    id: str
    reference: str
    afm: str = field(repr=False)
    code: str
    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a submission was taken: the registry's protocol ``number``, when, and the case as it is since then."""

    submission: str
    number: str
    at: datetime
    case: CaseRecord


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A certificate that a citizen asks for. ``id`` is the caller's, as in :class:`Submission`.

    ``kind`` is one that the registry offers, ``details`` what it needs for it by name (``kaek``, ``amka``,
    ``purpose``): both stand in :attr:`CaseRegistry.certificates`.
    """

    id: str
    afm: str = field(repr=False)
    kind: str
    details: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Certificate:
    """How a request stands. ``status`` is ``pending``, ``issued``, ``refused`` (for ``reason``) or ``unknown``.

    ``fields`` are the facts it certifies, (name, value) in order, and ``document`` what to fetch: both once issued.
    """

    request: str
    number: str
    kind: str
    title: str
    status: str
    reason: str = ""
    document: str | None = None
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """A document as the registry holds it."""

    id: str
    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A certificate that a registry issues: our code, and the names of the details it needs."""

    code: str
    details: tuple[str, ...] = ()


class CaseRegistry(Protocol):
    """A registry that holds cases. Every method raises :class:`RegistryError`, and nothing else but cancellation."""

    name: str  # "permits"
    certificates: tuple[Offer, ...]
    honours_ids: bool
    """Does it take a submission of one id once? Else :meth:`case` must tell whether it was taken before."""

    async def cases_of(self, afm: str) -> CaseList:
        """For a citizen who looks: remembered for a short time, and told as stale when the registry is down."""

    async def case(self, reference: str) -> CaseRecord | None:
        """As the registry says now, always: what fills a gap between events must not be old."""

    async def changes(self, cursor: str) -> Changes: ...

    async def submit(self, submission: Submission) -> Receipt:
        """May be repeated with the same ``id``, at once or next week: it is taken once, where :attr:`honours_ids`."""

    async def request(self, wanted: CertificateRequest) -> Certificate:
        """Likewise. The answer may already be the certificate; else an event tells, or :meth:`certificate`."""

    async def certificate(self, request: str, afm: str) -> Certificate | None:
        """How a request stands; ``None`` when the registry has none of this id for this citizen."""

    async def document(self, document: str, afm: str) -> File | None:
        """A document of this citizen's; ``None`` when there is none of this id."""

    def forget(self, afm: str) -> None:
        """What is remembered of this citizen: an event has come, or it is not to be known any more."""


class ContactRegistry(Protocol):
    """ΕΜΕπ, the National Contact Registry."""

    async def mobile_of(self, afm: str) -> str | None:
        """The verified mobile of this ΑΦΜ in E.164, or ``None`` when it holds none. Raises :class:`RegistryError`."""

    def forget(self, afm: str) -> None:
        """Ask the registry the next time, whatever is remembered."""
