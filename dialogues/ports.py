"""What a turn may read. The only way by which an action learns anything beyond the conversation.

Implementations read; none of these methods changes anything a citizen could notice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Unavailable(Exception):
    """It cannot be told now (a registry is down). The citizen is told so; never treated as 'there is none'."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A citizen's case as the dialogue sees it. Codes, never wording; dates in the citizen's calendar."""

    reference: str
    registry: str
    procedure: str
    title: str
    stage: str
    updated_at: datetime
    expected_by: date | None = None
    outcome: str | None = None
    closed: bool = False
    note: str = ""
    missing: tuple[tuple[str, str, date | None], ...] = ()
    """Documents the citizen still owes: (code, title, deadline)."""
    received: tuple[str, ...] = ()
    """Titles of the documents that the registry has."""
    accepted: tuple[str, ...] = ()
    """Those of them that it has examined and taken."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a document is missing or was refused, in the registry's words, by its code."""
    as_of: datetime | None = None
    """The registry cannot be asked now, and this is how the case stood then; ``None``: as it is now."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A citizen's cases over all registries, newest change first.

    ``stale`` are the registries that cannot be asked now and whose cases are told as they stood then, also where that
    is none; ``silent`` those of which not even that is known: they may have cases that are not here.
    """

    cases: tuple[CaseView, ...]
    stale: tuple[tuple[str, datetime], ...] = ()
    silent: tuple[str, ...] = ()


class CodeVerdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"  # attempts are left
    SPENT = "spent"  # that was the last attempt, or there were none left
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"  # the digits that this chat was shown are not with it: no attempt
    NONE = "none"  # no code is open in this conversation


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The verdict on a typed code. ``code_id`` is ``None`` exactly when the verdict is ``NONE``.

    ``citizen_id`` is the citizen whom a right code proves, so that what was asked before linking is answered in
    the same turn; ``None`` when the verdict is another, or when that citizen is not on record yet.
    """

    verdict: CodeVerdict
    code_id: int | None = None
    attempts_left: int = 0
    citizen_id: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """How notices reach whoever writes here. ``channel`` is ``None`` where none goes first, ``only``: there is no
    other; ``quiet`` (from, until) as ``22:00``, ``None`` for no quiet hours; ``rest_until``: on Sundays and holidays
    not earlier. ``alerts``: the newest word, if any; ``default``: they come without one."""

    channel: str | None
    only: bool
    quiet: tuple[str, str] | None
    alerts: bool | None
    rest_until: str | None = None
    working_days: bool = False
    needed_only: bool = False
    default: bool = False


class NoticeStanding(StrEnum):
    """How far a notice has come."""

    WAITS = "waits"
    SENT = "sent"
    TOLD = "told"
    DOUBTFUL = "doubtful"  # sent, and nobody knows whether it arrived
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """A notice as its citizen may know of it. ``at``: when it was sent, or is to be; ``channel``: on which, if any."""

    reference: str
    at: datetime
    standing: NoticeStanding
    channel: str | None = None


class Looker(StrEnum):
    """Who looked. Never an employee's name: docs/privacy.md."""

    EMPLOYEE = "employee"
    SUPERVISOR = "supervisor"


class LookedFor(StrEnum):
    """What for."""

    CHAT = "chat"  # read the conversation, and what stands beside it
    CALL = "call"  # on the telephone with the citizen, who had proven who they are
    DETAILS = "details"  # had tax number and address shown
    NUMBER = "number"  # was shown the number, to ring the citizen up


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at what is held of a citizen: who, what for, on which day."""

    who: Looker
    purpose: LookedFor
    on: date


@dataclass(frozen=True, slots=True)
class Looks:
    """The newest first; ``more``: so many before them are not named. ``asked``: how often registries were asked."""

    named: tuple[Look, ...]
    more: int
    asked: int


class PrivacyReads(Protocol):
    """What a turn may read of what is held of somebody."""

    async def looks(self, citizen_id: int, now: datetime) -> Looks:
        """Which employees looked at what is held of this citizen, from the audit log."""

    async def held(self, citizen_id: int) -> Mapping[str, int]:
        """How much is held of this citizen, by kind (:mod:`casestore.rights.holdings`)."""

    async def notices(self, conversation_id: int, citizen_id: int | None) -> NoticeView:
        """What counts for notices to whoever writes in this conversation."""

    async def sent(self, citizen_id: int) -> Sequence[NoticeSent]:
        """The newest notices to this citizen, newest first."""

    def confirmation(self, conversation_id: int, mark: str) -> str:
        """Six digits that belong to this mark and cannot be guessed from it: who types them has read our message."""

    async def confirmations_asked(self, conversation_id: int, now: datetime) -> int:
        """How often the last day's answers here asked for such digits before something is taken away."""

    async def orders_asked(self, conversation_id: int, now: datetime) -> int:
        """How often they asked whether a certificate is to be requested."""


@dataclass(frozen=True, slots=True)
class SentPaper:
    """A paper that was handed in here. ``state``: ``on-its-way``, ``submitted`` (then ``number`` is the registry's
    protocol number, if it gave one) or ``refused``, as of ``at``."""

    reference: str
    title: str
    state: str
    at: datetime
    number: str = ""


class DocumentReads(Protocol):
    """What a turn may read of what was handed in here."""

    async def waiting(self, conversation_id: int, citizen_id: int | None, now: datetime) -> int:
        """How many files that this citizen sent into this chat wait to be told which paper they are."""

    async def sent(self, citizen_id: int, now: datetime) -> tuple[SentPaper, ...]:
        """Papers that this citizen handed in during the last weeks, the newest last."""


@dataclass(frozen=True, slots=True)
class RequestedCertificate:
    """A certificate that was asked for here. ``state``: ``asked``, ``waiting``, ``issued``, ``refused`` (for
    ``reason``, in the registry's words), ``cancelled``, ``failed``, or ``revoked`` where what was issued counts no more
    since ``revoked_at``, for what ``why`` says. ``details``: what its registry was told, without secrets; ``number`` is
    the registry's. ``kept_until``: until then its paper can be sent again."""

    id: int
    kind: str
    state: str
    at: datetime
    details: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    reason: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    kept_until: datetime | None = None
    revoked_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class CheckedCertificate:
    """Is it genuine? ``result``, ``basis`` and ``reason``: the words of bot/certificates/verify/verdict.py. ``title``
    and what follows: what was issued, as far as it is surely known; ``why`` it was revoked. ``holder`` and ``protocol``
    only where a QR that we signed says them."""

    result: str
    basis: str = ""
    reason: str = ""
    title: str = ""
    issuer: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    why: str = ""
    holder: str = ""
    protocol: str = ""


class CertificateReads(Protocol):
    """What a turn may read of certificates that were asked for here, and of any that was issued."""

    async def checked(self, code: str, asker: str) -> CheckedCertificate | None:
        """What is on record of this code. ``None``: ``asker`` has asked for too many that lead nowhere, or all
        together have."""

    def issues(self, kind: str) -> bool:
        """Can this one be asked for here now?"""

    async def may_ask(self, citizen_id: int, now: datetime) -> bool:
        """May this citizen ask for one more today?"""

    async def asked(self, citizen_id: int, now: datetime) -> tuple[RequestedCertificate, ...]:
        """Those that this citizen has asked for, the newest last."""


class Reads(Protocol):
    """Given to every action by its constructor."""

    @property
    def privacy(self) -> PrivacyReads: ...

    @property
    def documents(self) -> DocumentReads: ...

    @property
    def certificates(self) -> CertificateReads: ...

    async def overview(self, citizen_id: int) -> Overview:
        """This citizen's open cases and those closed in the last 90 days, as the registries tell them now."""

    async def mobile_of(self, afm: str) -> str | None:
        """The mobile in the contact registry (E.164) or ``None``. Raises :class:`Unavailable`."""

    async def may_ask_for_code(self, conversation_id: int, afm: str, now: datetime) -> bool:
        """May this conversation have one more code, for this ΑΦΜ? Asked before the registry is."""

    async def check_code(self, conversation_id: int, code: str, now: datetime) -> CodeCheck:
        """Is this the code that was sent for this conversation? Reading only: the attempt is counted by its effect."""
