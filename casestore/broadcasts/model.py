"""A mass notice and how it may go on. Pure.

planning -> planned -> approved -> running <-> paused
                           stopped, from any of them but the first

That it is *finished* is no state: it is finished when nothing of it is open (:attr:`Progress.finished`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from casestore.queues.lifecycle import Moves, moves

PARKED = datetime(9999, 1, 1, tzinfo=UTC)
"""When a row of a paused one is due: never by itself."""


class BroadcastState(StrEnum):
    PLANNING = "planning"  # whom it is for is being written down
    PLANNED = "planned"
    APPROVED = "approved"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


_S = BroadcastState
BROADCAST_MOVES: Moves[BroadcastState] = moves(
    {
        _S.PLANNING: {_S.PLANNED},
        _S.PLANNED: {_S.APPROVED, _S.STOPPED},
        _S.APPROVED: {_S.RUNNING, _S.STOPPED},
        _S.RUNNING: {_S.PAUSED, _S.STOPPED},
        _S.PAUSED: {_S.RUNNING, _S.STOPPED},
        _S.STOPPED: set(),
    }
)


class PauseReason(StrEnum):
    """Why one is paused."""

    OPERATOR = "operator"
    FAILURES = "failures"  # more than a few of what was handed over failed
    STOPS = "stops"  # more than a few said ΣΤΟΠ after it
    GAP = "gap"  # no worker saw it running for a while: the database may be an older one
    RESTORED = "restored"  # the database is another, or older than a worker knows


class MemberState(StrEnum):
    """Somebody whom it is for. ``MADE``: their notice is on record, and says the rest."""

    WAITING = "waiting"
    MADE = "made"
    IMPOSSIBLE = "impossible"  # no number, nobody's, or that of several people


class Role(StrEnum):
    """What a text is for."""

    NOTICE = "notice"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A mass notice as it stands. ``people`` is what the approver typed."""

    id: int
    title: str
    category: str
    state: BroadcastState
    reason: str | None
    audience: str
    preview: str | None
    people: int | None
    words_key: str
    repeats: str | None
    training: bool
    author: str
    approver: str | None
    corrects: int | None
    created_at: datetime
    approved_at: datetime | None = None
    started_at: datetime | None = None
    first_done_at: datetime | None = None
    judged_from: datetime | None = None
    seen_at: datetime | None = None
    lineage: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is still to be told."""

    id: int
    citizen_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a mass notice has come, counted from its rows. ``made``: notices on record. ``handed_over``: a provider
    took them. ``settled`` by how they ended (``told``, ``unknown``, ``failed``, ``skipped``). ``waiting``: not made
    yet. ``in_flight``: in a worker's hands at this moment. ``parts``: of what was handed over; ``expected_parts``: of
    the same, as they were counted before."""

    impossible: int = 0
    waiting: int = 0
    made: int = 0
    handed_over: int = 0
    let_through: int = 0
    in_flight: int = 0
    parts: int = 0
    settled: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    stopped: bool = False

    @property
    def people(self) -> int:
        return self.waiting + self.made

    @property
    def open(self) -> int:
        """What may still go, or is not known to have arrived or not."""
        return (0 if self.stopped else self.waiting) + self.made - sum(self.settled.values())

    @property
    def finished(self) -> bool:
        return self.open == 0


@dataclass(frozen=True, slots=True)
class Rates:
    """Of what was handed over: how much failed, and how many said ΣΤΟΠ after it."""

    gone: int
    failed: int
    stops: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a stop found: taken back now, let through before, and in a worker's hands at that moment."""

    stopped: int
    gone: int
    in_flight: int

    def followed_by(self, later: Stopped) -> Stopped:
        """Both, asked one after another: what was in flight is by now one or the other."""
        landed = self.in_flight - later.in_flight
        return Stopped(self.stopped + landed - (later.gone - self.gone), later.gone, later.in_flight)
