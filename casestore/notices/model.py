"""A notice, what it tells of, and how it may go on. Pure.

open -> told       a provider says that it arrived
     -> unknown    it was accepted, and no word of its arrival came in time; told, if one comes later
     -> failed     no channel took it, or none brought it
     -> skipped    it was not to be sent, for a reason
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casestore.queues.lifecycle import RANKS, Moves, OutboxState, ReceiptStatus, moves

_MASS, _CERTIFICATE = "broadcast:", "certificate:"


def reference_of(broadcast_id: int) -> str:
    """What stands in the place of a case's reference in the notices of a mass notice."""
    return f"{_MASS}{broadcast_id}"


def broadcast_of(reference: str) -> int | None:
    """The mass notice that a notice with this reference belongs to; ``None``: it is news of a case."""
    return int(reference.removeprefix(_MASS)) if reference.startswith(_MASS) else None


def certificate_reference(request: str) -> str:
    """What stands in its place in the notice of a certificate that was asked for by this request."""
    return f"{_CERTIFICATE}{request}"


def request_of(reference: str) -> str | None:
    """The request for the certificate that a notice with this reference is about; ``None``: about something else."""
    return reference.removeprefix(_CERTIFICATE) if reference.startswith(_CERTIFICATE) else None


class NoticeState(StrEnum):
    OPEN = "open"
    TOLD = "told"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


_S = NoticeState
NOTICE_MOVES: Moves[NoticeState] = moves(
    {
        _S.OPEN: {_S.TOLD, _S.UNKNOWN, _S.FAILED, _S.SKIPPED},
        _S.UNKNOWN: {_S.TOLD},
        _S.FAILED: {_S.TOLD},
        _S.TOLD: set(),
        _S.SKIPPED: set(),
    }
)
"""That it arrived is a fact, and counts however late it is told."""


class Progress(StrEnum):
    """How far one send has come."""

    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the provider may have taken it, and nobody can say
    SKIPPED = "skipped"

    @property
    def arrived(self) -> bool:
        return self in (Progress.DELIVERED, Progress.SEEN)


DOUBTFUL = frozenset({"in-doubt", "given-up"})
"""Reasons with which the outbox ends what may have been accepted."""


def progress_of(state: str, rank: int, reason: str | None) -> Progress:
    """How far a row of the outbox has come."""
    if rank >= RANKS[ReceiptStatus.DELIVERED]:
        return Progress.SEEN if rank >= RANKS[ReceiptStatus.SEEN] else Progress.DELIVERED
    if state == OutboxState.FAILED:
        return Progress.UNKNOWN if reason in DOUBTFUL else Progress.FAILED
    return {OutboxState.SENT: Progress.SENT, OutboxState.SKIPPED: Progress.SKIPPED}.get(
        OutboxState(state), Progress.WAITING
    )


TOO_SLOW = "too-slow"
"""The reason of a send that was taken back because no provider had taken it in time."""


class LogEvent(StrEnum):
    """What a line of the log of a notice says."""

    NOTED = "noted"  # a change that is told
    ORDERED = "ordered"  # for a channel, not before ``until``
    HELD = "held"  # looked at again then
    REROUTED = "rerouted"  # to another contact point than was meant
    LET_THROUGH = "let-through"  # all was looked at once more, and the provider may be called
    FALLBACK = "fallback"  # to another channel: the first failed, or is silent
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Fact:
    """A change of a case that is told: ``kind``, and of documents their codes."""

    sequence: int
    kind: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it stands. ``category`` says how pressing it is."""

    id: int
    citizen_id: int
    reference: str
    category: str
    state: NoticeState
    deadline: datetime | None
    not_before: datetime
    created_at: datetime
    due_at: datetime | None
    told_at: datetime | None

    @property
    def broadcast_id(self) -> int | None:
        """The mass notice that it is part of; ``None``: it is news of a case."""
        return broadcast_of(self.reference)


@dataclass(frozen=True, slots=True)
class Send:
    """A notice on one channel, and how the row of the outbox stands. ``in_hand``: a worker has it at this moment."""

    id: int
    notice_id: int
    number: int
    outbox_id: int
    contact_point_id: int
    channel: str
    told_at: datetime | None
    progress: Progress
    reason: str | None
    in_hand: bool
    key: str

    @property
    def was_tried(self) -> bool:
        """Went, or was not taken in time: not one that another contact point took the place of."""
        return self.told_at is not None or self.reason == TOO_SLOW


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A line of the log. ``citizen_key`` is the blind index of whose it is."""

    notice_id: int
    reference: str
    citizen_key: str
    at: datetime
    event: LogEvent
    channel: str | None = None
    reason: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToldOf:
    """How a notice stands, for whoever asks what was sent: ``kinds`` of its facts, ``channel`` of its last send."""

    reference: str
    created_at: datetime
    told_at: datetime | None
    state: NoticeState
    reason: str | None
    due_at: datetime | None
    kinds: tuple[str, ...]
    channel: str | None


@dataclass(frozen=True, slots=True)
class LastTold:
    """What a conversation was told last, when nothing has been said in it since."""

    reference: str
    response: str
    at: datetime
