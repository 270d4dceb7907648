"""The inbox: what came in, claimed one conversation at a time and finished once.

A row is ``open`` until it is ``done`` or ``dead``. A claim is a lease with a deadline: a worker that is killed loses
it by the clock. Only the oldest open row of a conversation can be claimed, so its order is kept even while a row
waits for its next attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Integer, and_, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import inbox
from casestore.vault import Vault


class LostClaim(Exception):
    """The lease ran out and somebody else has the row: what was done for it must not be committed."""


class Arrival(msgspec.Struct, frozen=True):
    """A message to keep. ``conversation_key`` orders it; ``payload`` is any text (JSON), sealed here."""

    channel: str
    external_id: str
    conversation_key: str
    payload: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand until its lease runs out. ``attempts`` counts this one; :meth:`Inbox.read` opens it."""

    id: int
    channel: str
    external_id: str
    sealed: bytes
    attempts: int
    received_at: datetime
    claim: str


_open = inbox.c.state == literal_column("'open'")  # literal, so that the partial index applies
_NOW = bindparam("now", type_=inbox.c.due_at.type)
_FREE = or_(inbox.c.lease_until.is_(None), inbox.c.lease_until < _NOW)
_other = inbox.alias("other")


def _is_head() -> Any:
    """Nothing of its conversation is older, or in hand: of two that came at once the younger may be seen first."""
    in_hand = and_(_other.c.id != inbox.c.id, _other.c.lease_until >= _NOW)
    same = and_(_other.c.conversation_key == inbox.c.conversation_key, _other.c.state == literal_column("'open'"))
    return ~exists().where(same, or_(_other.c.id < inbox.c.id, in_hand))


_DUE = select(inbox.c.id).where(_open, inbox.c.due_at <= _NOW, _FREE)
_ANY_FREE = _DUE.limit(1)
_HEADS = (
    _DUE.where(_is_head())
    .order_by(inbox.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=inbox)
    .cte("heads")
)
_CLAIM = (  # put together once: it takes longer than the database takes to answer
    update(inbox)
    .where(inbox.c.id.in_(select(_HEADS.c.id)))
    .values(lease_until=bindparam("until"), claim=bindparam("by"), attempts=inbox.c.attempts + 1)
    .returning(
        inbox.c.id,
        inbox.c.channel,
        inbox.c.external_id,
        inbox.c.payload_sealed,
        inbox.c.attempts,
        inbox.c.received_at,
    )
)


class Inbox:
    """The queue of arrivals over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def row(self, arrival: Arrival) -> dict[str, object]:
        """The arrival as a row, sealed. Made before the transaction, so that none waits for the cipher."""
        return {
            "channel": arrival.channel,
            "external_id": arrival.external_id,
            "conversation_key": arrival.conversation_key,
            "payload_sealed": self._vault.seal("inbox.payload", arrival.payload),
            "received_at": arrival.received_at,
            "due_at": arrival.received_at,
        }

    async def add(self, arrivals: Sequence[Arrival]) -> None:
        """Keep these; those seen before (channel, external id) change nothing."""
        await self._database.append({inbox: [self.row(arrival) for arrival in arrivals]})

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[Claimed]:
        """Take up to ``limit`` rows, at most one per conversation, oldest first."""
        if not await self._any_due(now):
            return []  # asked by reading, so that an idle worker takes no lock
        values = {"now": now, "until": now + lease, "by": claim, "most": limit}
        async with self._database.write() as connection:
            await self._database.alone(connection, "inbox")
            rows = (await connection.execute(_CLAIM, values)).all()
        return [
            Claimed(r.id, r.channel, r.external_id, r.payload_sealed, r.attempts, r.received_at, claim)
            for r in sorted(rows, key=lambda r: int(r.id))
        ]

    async def _any_due(self, now: datetime) -> bool:
        async with self._database.read() as connection:
            return await connection.scalar(_ANY_FREE, {"now": now}) is not None

    def read(self, claimed: Claimed) -> str:
        """The payload. Raises :class:`casestore.vault.SealBroken`, for this row alone."""
        return self._vault.open("inbox.payload", claimed.sealed)

    async def done(self, connection: AsyncConnection, claimed: Claimed, now: datetime) -> None:
        """Finish it, in the transaction that keeps what it led to. Raises :class:`LostClaim`."""
        await self._finish(connection, claimed, state="done", finished_at=now, lease_until=None)

    async def bury(self, connection: AsyncConnection, claimed: Claimed, now: datetime, error: str) -> None:
        """Give it up: it stays, visible to the operator, and no longer holds up its conversation."""
        await self._finish(connection, claimed, state="dead", finished_at=now, lease_until=None, error=error)

    async def retry(self, claimed: Claimed, due_at: datetime, error: str) -> None:
        """Let it go until ``due_at``. ``error`` names a kind of error, never a text from outside."""
        async with self._database.write() as connection:
            await self._finish(connection, claimed, due_at=due_at, lease_until=None, error=error)

    async def abandon(self, claimed: Claimed, now: datetime, error: str) -> None:
        """:meth:`bury` in a transaction of its own."""
        async with self._database.write() as connection:
            await self.bury(connection, claimed, now, error)

    async def release(self, claimed: Claimed) -> None:
        """Give it back untouched (a graceful stop): the attempt does not count."""
        async with self._database.write(wake=True) as connection:
            await self._finish(connection, claimed, lease_until=None, attempts=inbox.c.attempts - 1)

    async def _finish(self, connection: AsyncConnection, claimed: Claimed, **values: object) -> None:
        mine = and_(
            inbox.c.id == claimed.id,
            inbox.c.claim == claimed.claim,
            inbox.c.state == "open",
            inbox.c.attempts == claimed.attempts,
        )
        result = await connection.execute(update(inbox).where(mine).values(claim=None, **values))
        if result.rowcount != 1:
            raise LostClaim(f"inbox {claimed.id}")

    async def depth(self) -> tuple[int, int, datetime | None]:
        """(open, dead, when the oldest open one was received)."""
        async with self._database.read() as connection:
            waiting, oldest = (
                await connection.execute(select(func.count(), func.min(inbox.c.received_at)).where(_open))
            ).one()
            dead = await connection.scalar(
                select(func.count()).select_from(inbox).where(inbox.c.state == literal_column("'dead'"))
            )
        return int(waiting), int(dead or 0), oldest
