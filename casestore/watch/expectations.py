"""What was to be heard of providers and registries by now, and what was. Counts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, literal_column, select

from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptStatus
from casestore.tables import outbox, registry_events


@dataclass(frozen=True, slots=True)
class Heard:
    """So much was to be heard, as far as can be told, and so much was."""

    expected: int
    seen: int


class Expectations:
    """Counts over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receipts(self, since: datetime, until: datetime) -> Mapping[str, Heard]:
        """By channel: what its provider accepted in that time, and of how much it has said since what became of it."""
        told = case((outbox.c.status_rank > RANKS[ReceiptStatus.SENT], 1), else_=0)
        kept = and_(outbox.c.finished_at.is_not(None), func.length(outbox.c.body_sealed).op(">")(literal_column("0")))
        accepted = and_(kept, outbox.c.finished_at >= since, outbox.c.finished_at < until)
        accepted = and_(
            accepted, in_state(outbox.c.state, OutboxState.SENT, OutboxState.FAILED), outbox.c.provider_id.is_not(None)
        )
        counted = select(outbox.c.channel, func.count(), func.sum(told)).where(accepted).group_by(outbox.c.channel)
        async with self._database.read() as connection:
            return {row[0]: Heard(row[1], int(row[2] or 0)) for row in await connection.execute(counted)}

    async def events(self, now: datetime, window: timedelta, before: Sequence[timedelta]) -> Mapping[str, Heard]:
        """By registry: the fewest events of such a time so long ``before``, and those of the time up to ``now``."""
        seen = await self._events(now - window, now)
        usual = [await self._events(now - ago - window, now - ago) for ago in before]
        names = seen.keys() | {name for counts in usual for name in counts}
        return {name: Heard(min(counts.get(name, 0) for counts in usual), seen.get(name, 0)) for name in names}

    async def _events(self, since: datetime, until: datetime) -> dict[str, int]:
        came = and_(registry_events.c.received_at >= since, registry_events.c.received_at < until)
        counted = select(registry_events.c.registry, func.count()).where(came).group_by(registry_events.c.registry)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(counted)}
