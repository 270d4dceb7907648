"""What became of a send, written into the dispatch log.

A result only moves a row forward (:data:`casestore.queues.lifecycle.SEND_MOVES`). It is written for the claim that
sent; that it *was sent* is written whoever holds the row now, because it is a fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, and_, bindparam, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import RANKS, SEND_MOVES, OutboxState, ReceiptStatus, sources
from casestore.tables import contact_points, outbox


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt: the state it led to, ``OPEN`` to go on at ``due_at``."""

    id: int
    claim: str
    state: OutboxState
    at: datetime
    provider_id: str | None = None
    parts: int | None = None
    reason: str | None = None
    due_at: datetime | None = None
    in_doubt: bool = False


def _may_become(state: OutboxState) -> ColumnElement[bool]:
    return and_(outbox.c.id == bindparam("b_id"), in_state(outbox.c.state, *sources(SEND_MOVES, state)))


_let_go: Mapping[str, None] = {"lease_until": None, "claim": None}
_held = outbox.c.claim == bindparam("b_claim")
_another_attempt = or_(outbox.c.provider_id.is_(None), outbox.c.provider_id != bindparam("b_provider_id"))
_WRITE_SENT = (  # a receipt that was faster than the result has said this and more
    update(outbox)
    .where(_may_become(OutboxState.SENT), _another_attempt)
    .values(
        state=OutboxState.SENT,
        provider_id=bindparam("b_provider_id"),
        parts=bindparam("b_parts"),
        finished_at=bindparam("b_at"),
        status_rank=RANKS[ReceiptStatus.SENT],
        reason=None,
        **_let_go,
    )
)
_WRITE_AGAIN = (
    update(outbox)
    .where(_may_become(OutboxState.OPEN), _held)
    .values(
        due_at=bindparam("b_due_at"),
        reason=bindparam("b_reason"),
        doubts=outbox.c.doubts + bindparam("b_in_doubt"),
        **_let_go,
    )
)


def _ended(state: OutboxState) -> Update:
    ended = update(outbox).where(_may_become(state), _held)
    return ended.values(state=state, reason=bindparam("b_reason"), finished_at=bindparam("b_at"), **_let_go)


_ENDED = ("id", "claim", "reason", "at")
_WRITE: Mapping[OutboxState, tuple[Update, tuple[str, ...]]] = {
    OutboxState.SENT: (_WRITE_SENT, ("id", "provider_id", "parts", "at")),
    OutboxState.FAILED: (_ended(OutboxState.FAILED), _ENDED),
    OutboxState.SKIPPED: (_ended(OutboxState.SKIPPED), _ENDED),
    OutboxState.OPEN: (_WRITE_AGAIN, ("id", "claim", "due_at", "reason", "in_doubt")),
}
"""The statement for each end of an attempt, and the fields of :class:`Outcome` that it takes."""


async def hold(database: Database, connection: AsyncConnection, rows: ColumnElement[bool]) -> ColumnElement[bool]:
    """Lock these rows of the outbox in the order of their ids: two batches that lock the same rows each in its own
    order would wait for one another. Returns which are held: a row that became one of them meanwhile is not. SQLite
    has one writer anyway."""
    if database.is_sqlite:
        return true()
    locked = await connection.scalars(select(outbox.c.id).where(rows).order_by(outbox.c.id).with_for_update())
    return outbox.c.id.in_(locked.all())


async def stop(connection: AsyncConnection, channel: str, recipient_key: str, reason: str, now: datetime) -> None:
    """This recipient cannot be reached here: end what waits for it, and say so on the contact point.

    The rows that wait must be held (:func:`hold`); rows before contact points, as everybody locks them.
    """
    ended = {"state": OutboxState.FAILED, "reason": reason, "finished_at": now}
    await connection.execute(update(outbox).where(_waiting_for(recipient_key)).values(**ended))
    point = and_(contact_points.c.channel == channel, contact_points.c.address_key == recipient_key)
    await connection.execute(update(contact_points).where(point).values(reachable=False, unreachable_reason=reason))


async def note_sends(database: Database, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Something became of these: who looks at their conversations learns it."""
    of = select(outbox.c.conversation_id).where(outbox.c.id.in_(ids), outbox.c.conversation_id.is_not(None))
    await note_changed(database, connection, of, now)


def _waiting_for(recipient_key: str) -> ColumnElement[bool]:
    is_open = in_state(outbox.c.state, OutboxState.OPEN)
    return and_(outbox.c.recipient_key == recipient_key, is_open, outbox.c.lease_until.is_(None))


class Results:
    """Writes outcomes into the dispatch log, and reads it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write a batch in one commit."""
        async with self._database.write(wake=True) as connection:
            await hold(self._database, connection, outbox.c.id.in_([outcome.id for outcome in outcomes]))
            for state, (statement, fields) in _WRITE.items():
                ended = [outcome for outcome in outcomes if outcome.state == state]
                if ended:
                    values = [{f"b_{name}": getattr(outcome, name) for name in fields} for outcome in ended]
                    await connection.execute(statement, values)
            await note_sends(self._database, connection, [outcome.id for outcome in outcomes], outcomes[-1].at)

    async def stop_contact(self, channel: str, recipient_key: str, reason: str, now: datetime) -> None:
        """:func:`stop` in a transaction of its own."""
        async with self._database.write() as connection:
            await hold(self._database, connection, _waiting_for(recipient_key))
            await stop(connection, channel, recipient_key, reason, now)

    async def depth(self) -> list[tuple[str, int, int, datetime | None]]:
        """Open rows by (channel, priority): how many, and when the oldest due one became due."""
        columns = (outbox.c.channel, outbox.c.priority)
        counted = select(*columns, func.count(), func.min(outbox.c.due_at)).group_by(*columns)
        async with self._database.read() as connection:
            rows = await connection.execute(counted.where(in_state(outbox.c.state, OutboxState.OPEN)))
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def known_ids(self, channel: str, recipient_key: str, since: datetime, *, excluding: int) -> frozenset[str]:
        """Provider ids of this recipient's rows: what a search for a doubtful send must not take for its own.

        ``excluding`` is the row that is searched for: a receipt may have told its id since it was claimed.
        """
        recent = or_(outbox.c.finished_at >= since, outbox.c.created_at >= since)
        of_recipient = and_(
            outbox.c.recipient_key == recipient_key,
            outbox.c.channel == channel,
            outbox.c.provider_id.is_not(None),
            outbox.c.id != excluding,
        )
        ids = select(outbox.c.provider_id).where(of_recipient, recent)
        async with self._database.read() as connection:
            return frozenset((await connection.scalars(ids)).all())
