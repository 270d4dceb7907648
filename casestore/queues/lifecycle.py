"""What states the rows of the queues have, which moves between them are legal, and what a receipt moves. Pure.

    inbox, registry_events   open -> done | dead           dead -> done (emptied later), open (an operator puts it back)
    registry_events          open -> parked -> open        nobody applied its type, and now somebody does
    outbox                   open -> sent | failed | skipped by the result of a send
                             sent -> failed, or open again, by a receipt; *sent* and *delivered* are facts, always told:
                             a late one moves failed and skipped to sent; failed -> open when it is tried again

The tables hold the values of these enums.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)
Moves = Mapping[State, frozenset[State]]
"""From each state to those that may follow it."""


class QueueState(StrEnum):
    """A row of the inbox or of the registries' events."""

    OPEN = "open"
    DONE = "done"
    DEAD = "dead"  # given up: it stays for the operator
    PARKED = "parked"  # an event of a type that nobody applies yet


class OutboxState(StrEnum):
    """A row of the outbox."""

    OPEN = "open"
    SENT = "sent"  # the provider accepted it; how far it came is its rank
    FAILED = "failed"
    SKIPPED = "skipped"  # not sent, because it was not to be sent any more


class ReceiptStatus(StrEnum):
    """How far a provider says that a message has come."""

    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    SEEN = "seen"


class ReceiptRemedy(StrEnum):
    """What a receipt of a failure may ask for. Any other remedy asks for nothing here."""

    RETRY = "retry"
    STOP_CONTACT = "stop-contact"


RANKS: Mapping[ReceiptStatus, int] = MappingProxyType(
    {ReceiptStatus.SENT: 1, ReceiptStatus.FAILED: 2, ReceiptStatus.DELIVERED: 3, ReceiptStatus.SEEN: 4}
)
"""A status changes a row only if it ranks above what is known. A row that was not accepted yet ranks 0."""


def moves(table: dict[State, set[State]]) -> Moves[State]:
    """A table of moves that nobody can change."""
    return MappingProxyType({state: frozenset(after) for state, after in table.items()})


def sources(legal: Moves[State], target: State) -> list[State]:
    """The states from which ``target`` may be reached."""
    return [state for state, after in legal.items() if target in after]


def final(legal: Moves[State]) -> frozenset[State]:
    """The states that nothing follows."""
    return frozenset(state for state, after in legal.items() if not after)


_O, _Q = OutboxState, QueueState
QUEUE_MOVES: Moves[QueueState] = moves(
    {
        _Q.OPEN: {_Q.OPEN, _Q.DONE, _Q.DEAD, _Q.PARKED},
        _Q.PARKED: {_Q.OPEN},
        _Q.DEAD: {_Q.DONE, _Q.OPEN},
        _Q.DONE: set(),
    }
)
"""Open to open: the attempt failed, and another follows."""
SEND_MOVES: Moves[OutboxState] = moves(
    {
        _O.OPEN: {_O.OPEN, _O.SENT, _O.FAILED, _O.SKIPPED},
        _O.FAILED: {_O.SENT},
        _O.SKIPPED: {_O.SENT},
        _O.SENT: set(),
    }
)
"""What the result of a send may do. That it was sent is a fact: it is told even of a row that was ended meanwhile."""
RECEIPT_MOVES: Moves[OutboxState] = moves(
    {
        _O.OPEN: {_O.SENT, _O.FAILED, _O.OPEN},
        _O.SENT: {_O.SENT, _O.FAILED, _O.OPEN},
        _O.FAILED: {_O.SENT, _O.FAILED, _O.OPEN},
        _O.SKIPPED: {_O.SENT, _O.FAILED},
    }
)
"""What a receipt may do. What was skipped is not sent again: somebody decided that it is not to be sent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an outbox row stands, as far as a receipt asks.

    ``provider_id`` is the provider's id of the attempt that was accepted last. ``attempted``: an attempt was begun
    since the row was made or opened again.
    """

    state: OutboxState
    rank: int
    provider_id: str | None
    attempted: bool

    @property
    def reopened(self) -> bool:
        """Opened again, and nothing accepted since: then ``provider_id`` is that of the attempt which failed."""
        return self.provider_id is not None and self.rank == 0


def is_past(row: Standing, status: ReceiptStatus, provider_id: str) -> bool:
    """Is it about an attempt that another has followed, or will follow? *Delivered* and *seen* are never past."""
    if row.provider_id is None or RANKS[status] > RANKS[ReceiptStatus.FAILED]:
        return False
    same = row.provider_id == provider_id
    if row.reopened:
        return same or not row.attempted
    return not same


def after_receipt(row: Standing, status: ReceiptStatus, provider_id: str, *, retry: bool) -> OutboxState | None:
    """The state to which a receipt moves this row; ``None`` when it changes nothing. ``retry``: another attempt is
    asked for, and may be made."""
    if RANKS[status] <= row.rank or is_past(row, status, provider_id):
        return None
    if status is not ReceiptStatus.FAILED:
        return OutboxState.SENT
    return OutboxState.OPEN if retry and OutboxState.OPEN in RECEIPT_MOVES[row.state] else OutboxState.FAILED
