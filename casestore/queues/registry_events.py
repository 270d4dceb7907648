"""Events of registries, kept until they are applied: a queue like the inbox, in order for each subject.

Of one subject only the open event with the lowest sequence can be claimed (:mod:`casestore.queues.lease`). A parked
event is of a type that nobody applies yet: it is kept, is never claimed, holds up nothing, and is no part of the
queue's depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from casestore.database import Database
from casestore.queues.lease import LeaseQueue, Statements, first_of_lanes, in_state
from casestore.queues.lifecycle import QueueState
from casestore.tables import registry_events
from casestore.vault import Vault

MOST_SEQUENCE = 2**31 - 1  # what the table's column holds
_STATEMENTS = Statements.over(
    registry_events,
    first=first_of_lanes(registry_events, "subject_key", ("sequence", "id")),
    returned=("id", "registry", "payload_sealed", "attempts"),
    note="result",
)
_PARKED = in_state(registry_events.c.state, QueueState.PARKED)


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event in hand until its lease runs out. ``attempts`` counts this one; the queue's ``read`` opens it."""

    id: int
    registry: str
    sealed: bytes
    attempts: int
    claim: str


class RegistryEventQueue(LeaseQueue):
    """The queue of events over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, _STATEMENTS)

    def row(
        self, *, registry: str, event: str, kind: str, subject: str, sequence: int, payload: str, received_at: datetime
    ) -> dict[str, object]:
        """An event as a row. ``payload`` is any text (JSON), sealed here; ``subject`` is what its order is kept for.
        Raises ``UnicodeEncodeError`` for a text that is none."""
        return {
            "registry": registry,
            "type": kind,
            "event_key": self._vault.index("event", f"{registry}\0{event}"),
            "subject_key": self._vault.index("subject", f"{registry}\0{subject}"),
            "sequence": sequence,
            "payload_sealed": self._vault.seal("registry_events.payload", payload),
            "received_at": received_at,
            "due_at": received_at,
        }

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[ClaimedEvent]:
        """Take up to ``limit`` events, at most one of each subject, oldest first."""
        rows = await self._claim(now, claim, limit, lease) if await self._any_due(now) else []
        return [ClaimedEvent(row.id, row.registry, row.payload_sealed, row.attempts, claim) for row in rows]

    async def park(self, claimed: ClaimedEvent, event_type: str) -> None:
        """Keep it until somebody applies its type."""
        async with self._database.write() as connection:
            await self._move(connection, claimed, QueueState.PARKED, None, type=event_type)

    async def unpark(self, types: Sequence[str], now: datetime, *, limit: int) -> int:
        """Put up to ``limit`` parked events of one of these types back, the oldest first, as if they had just come.
        How many."""
        async with self._database.read() as connection:  # asked by reading: nearly always there is none
            found = await connection.scalar(select(registry_events.c.type).where(_PARKED, _type_in(types)).limit(1))
        if found is None:
            return 0
        parked = select(registry_events.c.id).where(_PARKED, registry_events.c.type == found)
        oldest = parked.order_by(registry_events.c.id).limit(limit).scalar_subquery()
        values = {"state": QueueState.OPEN, "attempts": 0, "received_at": now, "due_at": now}
        async with self._database.write(wake=True) as connection:
            back = update(registry_events).where(_PARKED, registry_events.c.id.in_(oldest))
            return (await connection.execute(back.values(**values))).rowcount

    async def parked(self) -> dict[str, int]:
        """How many are parked, by type."""
        event_type = registry_events.c.type
        counted = select(event_type, func.count()).where(_PARKED).group_by(event_type).order_by(event_type)
        async with self._database.read() as connection:
            return {name: int(count) for name, count in (await connection.execute(counted)).all()}


def _type_in(types: Sequence[str]) -> ColumnElement[bool]:
    return registry_events.c.type.in_(types)
