"""Events of registries, kept until they are applied: a queue like the inbox, in order for each subject.

Of one subject only the open event with the lowest sequence can be claimed, and none while another is in hand. A claim
is a lease with a deadline, as in :mod:`casestore.queues.inbox`. A parked event is of a type that nobody applies yet: it
is kept, is never claimed, holds up nothing, and is no part of the queue's depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.queues.inbox import LostClaim
from casestore.tables import registry_events as events
from casestore.vault import Vault

MOST_SEQUENCE = 2**31 - 1  # what the table's column holds


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to keep. ``payload`` is any text (JSON), sealed here; ``subject`` is what its order is kept for."""

    registry: str
    event: str
    type: str
    subject: str
    sequence: int
    payload: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event in hand until its lease runs out. ``attempts`` counts this one; ``read`` opens it."""

    id: int
    registry: str
    sealed: bytes
    attempts: int
    claim: str


_open = events.c.state == literal_column("'open'")  # literal, so that the partial index applies
_parked = events.c.state == literal_column("'parked'")
_other = events.alias("other")
_same = and_(_other.c.subject_key == events.c.subject_key, _other.c.state == literal_column("'open'"))
_earlier = or_(
    _other.c.sequence < events.c.sequence, and_(_other.c.sequence == events.c.sequence, _other.c.id < events.c.id)
)


def _is_head(now: datetime) -> Any:
    in_hand = and_(_other.c.id != events.c.id, _other.c.lease_until >= now)
    return ~exists().where(_same, or_(_earlier, in_hand))


class RegistryEventQueue:
    """The queue over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def row(self, arrived: NewEvent) -> dict[str, object]:
        """As a row, sealed. Raises ``UnicodeEncodeError`` for a text that is none."""
        return {
            "registry": arrived.registry,
            "type": arrived.type,
            "event_key": self._vault.index("event", f"{arrived.registry}\0{arrived.event}"),
            "subject_key": self._vault.index("subject", f"{arrived.registry}\0{arrived.subject}"),
            "sequence": arrived.sequence,
            "payload_sealed": self._vault.seal("registry_events.payload", arrived.payload),
            "received_at": arrived.received_at,
            "due_at": arrived.received_at,
        }

    async def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Keep these; those seen before (registry, event) change nothing."""
        await self._database.append({events: rows})

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[ClaimedEvent]:
        """Take up to ``limit`` events, at most one of each subject, oldest first."""
        if not await self._any_due(now):
            return []  # asked by reading, so that an idle worker takes no lock
        free = or_(events.c.lease_until.is_(None), events.c.lease_until < now)
        due = select(events.c.id).where(_open, events.c.due_at <= now, free, _is_head(now)).order_by(events.c.id)
        heads = due.limit(limit).with_for_update(skip_locked=True, of=events).cte("heads")
        columns = (events.c.id, events.c.registry, events.c.payload_sealed, events.c.attempts)
        taken = (
            update(events)
            .where(events.c.id.in_(select(heads.c.id)))
            .values(lease_until=now + lease, claim=claim, attempts=events.c.attempts + 1)
            .returning(*columns)
        )
        async with self._database.write() as connection:
            await self._database.alone(connection, "registry_events")
            rows = (await connection.execute(taken)).all()
        ordered = sorted(rows, key=lambda row: int(row.id))
        return [ClaimedEvent(row.id, row.registry, row.payload_sealed, row.attempts, claim) for row in ordered]

    async def _any_due(self, now: datetime) -> bool:
        due = select(events.c.id).where(_open, events.c.due_at <= now).limit(1)
        async with self._database.read() as connection:
            return await connection.scalar(due) is not None

    def read(self, claimed: ClaimedEvent) -> str:
        """The payload. Raises :class:`casestore.vault.SealBroken`, for this row alone."""
        return self._vault.open("registry_events.payload", claimed.sealed)

    async def done(self, connection: AsyncConnection, claimed: ClaimedEvent, now: datetime, result: str) -> None:
        """Finish it, in the transaction that keeps what it led to. Raises :class:`LostClaim`."""
        await self._finish(connection, claimed, state="done", finished_at=now, lease_until=None, result=result)

    async def bury(self, claimed: ClaimedEvent, now: datetime, error: str) -> None:
        """Give it up: it stays, visible to the operator, and no longer holds up its subject."""
        async with self._database.write() as connection:
            values = {"state": "dead", "finished_at": now, "lease_until": None, "result": error[:32]}
            await self._finish(connection, claimed, **values)

    async def retry(self, claimed: ClaimedEvent, due_at: datetime, error: str) -> None:
        """Let it go until ``due_at``. ``error`` names a kind of error, never a text from outside."""
        async with self._database.write() as connection:
            await self._finish(connection, claimed, due_at=due_at, lease_until=None, result=error[:32])

    async def park(self, claimed: ClaimedEvent, type_: str) -> None:
        """Keep it until somebody applies its type."""
        async with self._database.write() as connection:
            await self._finish(connection, claimed, state="parked", type=type_, lease_until=None, result=None)

    async def unpark(self, types: Sequence[str], now: datetime, *, limit: int) -> int:
        """Put up to ``limit`` parked events of one of these types back, the oldest first, as if they had just come.
        How many."""
        async with self._database.read() as connection:  # asked by reading: nearly always there is none
            one = select(events.c.type).where(_parked, events.c.type.in_(types)).limit(1)
            type_ = await connection.scalar(one)
        if type_ is None:
            return 0
        oldest = select(events.c.id).where(_parked, events.c.type == type_).order_by(events.c.id).limit(limit)
        async with self._database.write(wake=True) as connection:
            back = update(events).where(_parked, events.c.id.in_(oldest.scalar_subquery()))
            values = {"state": "open", "attempts": 0, "received_at": now, "due_at": now}
            return (await connection.execute(back.values(**values))).rowcount

    async def _finish(self, connection: AsyncConnection, claimed: ClaimedEvent, **values: object) -> None:
        mine = and_(
            events.c.id == claimed.id,
            events.c.claim == claimed.claim,
            events.c.state == "open",
            events.c.attempts == claimed.attempts,
        )
        result = await connection.execute(update(events).where(mine).values(claim=None, **values))
        if result.rowcount != 1:
            raise LostClaim(f"registry event {claimed.id}")

    async def parked(self) -> dict[str, int]:
        """How many are parked, by type."""
        counted = select(events.c.type, func.count()).where(_parked).group_by(events.c.type).order_by(events.c.type)
        async with self._database.read() as connection:
            return {type_: int(count) for type_, count in (await connection.execute(counted)).all()}

    async def depth(self) -> tuple[int, int, datetime | None]:
        """(open, dead, when the oldest open one was received)."""
        dead_ones = select(func.count()).select_from(events).where(events.c.state == literal_column("'dead'"))
        async with self._database.read() as connection:
            counted = select(func.count(), func.min(events.c.received_at)).where(_open)
            waiting, oldest = (await connection.execute(counted)).one()
            dead = await connection.scalar(dead_ones)
        return int(waiting), int(dead or 0), oldest
