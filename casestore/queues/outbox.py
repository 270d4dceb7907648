"""The outbox: what is to be sent, written before the send, and the log of what became of it.

A row is ``open`` until it is ``sent``, ``failed`` or ``skipped``. Its key names its cause, so the same cause writes it
once. A row is *in doubt* when an attempt ended without a known result (the provider did not answer, or the worker was
killed): it is looked up at the provider before it is sent again, and sent again only so often (``doubts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from casestore.conversations.ownership import OwnerKind
from casestore.database import Database
from casestore.queues.dispatch import SAID_BY_BOT as SAID_BY_BOT
from casestore.queues.dispatch import TAKEN_OVER as TAKEN_OVER
from casestore.queues.dispatch import ClaimedDispatch as ClaimedDispatch
from casestore.queues.dispatch import Dispatch as Dispatch
from casestore.queues.dispatch import Kind as Kind
from casestore.queues.dispatch import Priority as Priority
from casestore.queues.fair import CHANNEL, LATELY, Round, asked, is_answer, lanes
from casestore.queues.lease import NOW, in_state, is_free
from casestore.queues.lifecycle import OutboxState
from casestore.tables import conversations, outbox
from casestore.vault import Vault, address_key

_open = in_state(outbox.c.state, OutboxState.OPEN)
_other = outbox.alias("other")
_taken_over = and_(
    outbox.c.kind.in_([literal_column(f"'{kind}'") for kind in SAID_BY_BOT]),
    exists()
    .where(conversations.c.id == outbox.c.conversation_id, in_state(conversations.c.owner, OwnerKind.AGENT))
    .correlate(outbox),
)
_WITHDRAWN = select(outbox.c.id).where(outbox.c.id == bindparam("of_row"), or_(_taken_over, outbox.c.expires_at <= NOW))
_RETURNED = (
    _taken_over.label("taken_over"),
    outbox.c.id,
    outbox.c.channel,
    outbox.c.address_sealed,
    outbox.c.recipient_key,
    outbox.c.body_sealed,
    outbox.c.kind,
    outbox.c.attempts,
    outbox.c.doubts,
    outbox.c.first_attempt_at,
    outbox.c.expires_at,
)


def _blocked() -> Any:
    """Somebody of the same recipient goes first: in flight now, or as urgent, older, and due or begun.

    One that was accepted once and did not arrive has had its turn: it holds up nobody until it is due again.
    """
    begun = and_(_other.c.attempts > 0, _other.c.provider_id.is_(None))
    due = or_(_other.c.due_at <= NOW, begun)
    before = and_(_other.c.id < outbox.c.id, _other.c.priority <= outbox.c.priority, due)
    in_flight = and_(_other.c.id != outbox.c.id, _other.c.lease_until >= NOW)
    same = and_(_other.c.recipient_key == outbox.c.recipient_key, in_state(_other.c.state, OutboxState.OPEN))
    return exists().where(same, or_(before, in_flight))


_DUE = and_(_open, outbox.c.channel == CHANNEL, outbox.c.due_at <= NOW, is_free(outbox))
_WAITING = union_all(  # one row is looked at for each, however many wait
    *(
        select(literal(int(p)).label("priority")).where(exists().where(_DUE, outbox.c.priority == int(p)))
        for p in Priority
    )
)


def _answers(rows: FromClause) -> ColumnElement[bool]:
    return and_(in_state(rows.c.state, OutboxState.OPEN), rows.c.channel == CHANNEL, is_answer(rows))


_LANES = lanes(outbox, "recipient_key", _answers)


def _by_time() -> Select[Any]:
    due = select(outbox.c.id).where(_DUE, outbox.c.priority == bindparam("by_priority", type_=Integer), ~_blocked())
    return due.order_by(outbox.c.due_at, outbox.c.id)


def _by_fairness() -> Select[Any]:
    """The first due answer to each recipient: to whoever has had least first (:mod:`casestore.queues.fair`)."""
    first = outbox.alias("first")
    head = select(func.min(first.c.id)).where(_answers(first), first.c.recipient_key == _LANES.c.lane)
    head = head.where(first.c.due_at <= NOW, is_free(first)).correlate(_LANES)
    heads = select(outbox.c.id).join_from(_LANES, outbox, outbox.c.id == head.scalar_subquery())
    return heads.where(~_blocked()).order_by(asked(_LANES.c.lane, _LANES), outbox.c.due_at, outbox.c.id)


def _claim_of(order: Select[Any]) -> ReturningUpdate[Any]:
    """Put together once: it takes longer than the database takes to answer."""
    first = order.limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True, of=outbox).cte("due")
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(first.c.id)))
        .values(
            lease_until=bindparam("until"),
            claim=bindparam("by"),
            attempts=outbox.c.attempts + 1,
            # a claim that was never given back: its worker died with the send under way
            doubts=outbox.c.doubts + case((outbox.c.claim.is_not(None), 1), else_=0),
            first_attempt_at=func.coalesce(outbox.c.first_attempt_at, NOW),
        )
        .returning(*_RETURNED)
    )


_CLAIM, _CLAIM_ANSWERS = _claim_of(_by_time()), _claim_of(_by_fairness())


class Outbox:
    """The queue of dispatches over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._round = Round(database, _LANES)

    async def add(self, connection: AsyncConnection, dispatches: Sequence[Dispatch], now: datetime) -> None:
        """Keep these; a key that exists already changes nothing."""
        rows = [self._row(d, now) for d in dispatches]
        await self._database.insert(connection, outbox, rows, new=True)

    def _row(self, dispatch: Dispatch, now: datetime) -> dict[str, Any]:
        return {
            "key": dispatch.key,
            "conversation_id": dispatch.conversation_id,
            "channel": dispatch.channel,
            "recipient_key": address_key(self._vault, dispatch.channel, dispatch.address),
            "address_sealed": self._vault.seal("outbox.address", dispatch.address),
            "body_sealed": self._vault.seal("outbox.body", dispatch.body),
            "kind": dispatch.kind,
            "priority": int(dispatch.priority),
            "state": OutboxState.OPEN,
            "attempts": 0,
            "doubts": 0,
            "created_at": now,
            "due_at": dispatch.due_at,
            "expires_at": dispatch.expires_at,
            "parts": dispatch.parts,
            "status_rank": 0,
        }

    async def claim(
        self, channel: str, now: datetime, claim: str, *, limit: int, lease: timedelta
    ) -> list[ClaimedDispatch]:
        """Take up to ``limit`` due rows of one channel, urgent first, at most one per recipient, in order.

        Answers go first to whoever has had least lately (:mod:`casestore.queues.fair`). Of these, the bot's answers in
        a conversation that an agent owns are ended here, and left out."""
        waiting = await self._waiting(channel, now)
        if not waiting:
            return []  # asked by reading, so that an idle worker takes no lock
        after = await self._round.begins(channel) if Priority.REPLY in waiting else ""
        taken: list[ClaimedDispatch] = []
        async with self._database.write() as connection:
            await self._database.alone(connection, f"outbox/{channel}")
            for priority in waiting:
                if left := limit - len(taken):
                    taken += await self._claim(connection, channel, priority, now, claim, left, lease, after)
        return taken

    async def _waiting(self, channel: str, now: datetime) -> list[Priority]:
        """Which priorities have rows that are due and in nobody's hands, urgent first."""
        async with self._database.look() as connection:
            found = (await connection.scalars(_WAITING, {"now": now, "by_channel": channel})).all()
        return sorted(map(Priority, found))

    async def _claim(
        self,
        connection: AsyncConnection,
        channel: str,
        priority: Priority,
        now: datetime,
        claim: str,
        limit: int,
        lease: timedelta,
        after: str,
    ) -> list[ClaimedDispatch]:
        values: dict[str, Any] = {"now": now, "until": now + lease, "by": claim, "most": limit, "by_channel": channel}
        if priority is Priority.REPLY:
            statement, values = _CLAIM_ANSWERS, values | {"after": after, "since": now - LATELY}
        else:
            statement, values = _CLAIM, values | {"by_priority": int(priority)}
        rows = sorted((await connection.execute(statement, values)).all(), key=lambda row: int(row.id))
        if taken_over := [row.id for row in rows if row.taken_over]:
            await self._skip(connection, taken_over, now)
        return [self._claimed(row, claim) for row in rows if not row.taken_over]

    @staticmethod
    async def _skip(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
        """An agent answers these by now."""
        ended: dict[str, Any] = {"state": OutboxState.SKIPPED, "reason": TAKEN_OVER, "finished_at": now}
        ended |= {"lease_until": None, "claim": None}
        await connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**ended))

    async def is_withdrawn(self, claimed: ClaimedDispatch, now: datetime) -> bool:
        """Asked right before the provider is: has an agent taken over since it was claimed?"""
        if claimed.kind not in SAID_BY_BOT:
            return False
        async with self._database.look() as connection:
            return await connection.scalar(_WITHDRAWN, {"of_row": claimed.id, "now": now}) is not None

    def read(self, claimed: ClaimedDispatch) -> tuple[str, str]:
        """(address, body). Raises :class:`casestore.vault.SealBroken`, for this row alone."""
        address = self._vault.open("outbox.address", claimed.address_sealed)
        return address, self._vault.open("outbox.body", claimed.body_sealed)

    @staticmethod
    def _claimed(row: Any, claim: str) -> ClaimedDispatch:
        return ClaimedDispatch(
            id=row.id,
            channel=row.channel,
            recipient_key=row.recipient_key,
            address_sealed=row.address_sealed,
            body_sealed=row.body_sealed,
            kind=row.kind,
            attempts=row.attempts,
            doubts=row.doubts,
            in_doubt=row.doubts > 0,
            since=row.first_attempt_at,
            expires_at=row.expires_at,
            claim=claim,
        )
