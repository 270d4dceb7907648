"""What is with people, as far as time may have to move it. :mod:`casestore.staff.takeovers` moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.conversations.ownership import OwnerKind
from casestore.database import Database
from casestore.tables import conversations, handovers, staff

MOST = 2000


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation that is not the bot's. ``agent_present_at``: when its agent last had a page open."""

    id: int
    version: int
    kind: OwnerKind
    waiting_since: datetime | None
    snoozed_until: datetime | None
    last_at: datetime
    owner_since: datetime | None
    escalated: bool
    reason: str | None
    agent_present_at: datetime | None
    agent_disabled: bool


class Overdue:
    """Over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, now: datetime, idle: timedelta) -> list[Open]:
        """Who waits, the longest first; what was put away until now; what was silent for so long."""
        asked = and_(handovers.c.conversation_id == conversations.c.id, handovers.c.closed_at.is_(None))
        newest = select(func.max(handovers.c.id)).where(asked).correlate(conversations).scalar_subquery()
        of_agent = and_(conversations.c.owner == OwnerKind.AGENT, staff.c.email == conversations.c.agent)
        joined = (
            select(
                conversations, handovers.c.reason, staff.c.id.label("staff_id"), staff.c.present_at, staff.c.disabled_at
            )
            .join_from(conversations, handovers, handovers.c.id == newest, isouter=True)
            .join(staff, of_agent, isouter=True)
        )
        silent = conversations.c.last_at <= now - idle
        due = or_(conversations.c.waiting_since.is_not(None), conversations.c.snoozed_until <= now, silent)
        rows = joined.where(conversations.c.owner != OwnerKind.BOT, due)
        rows = rows.order_by(
            conversations.c.waiting_since.is_(None), conversations.c.waiting_since, conversations.c.id
        ).limit(MOST)
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
        return [
            Open(
                row.id,
                row.owner_version,
                OwnerKind(row.owner),
                row.waiting_since,
                row.snoozed_until,
                row.last_at,
                row.owner_since,
                row.escalated_at is not None,
                row.reason,
                row.present_at,
                row.owner == OwnerKind.AGENT and (row.staff_id is None or row.disabled_at is not None),
            )
            for row in found
        ]

    @staticmethod
    async def hold(connection: AsyncConnection, one: Open) -> bool:
        """Is it still as it was read? Then it stays so in this commit."""
        held = update(conversations).where(_as_read(one)).values(owner_version=conversations.c.owner_version)
        return (await connection.execute(held)).rowcount == 1

    async def wake(self, connection: AsyncConnection, one: Open, now: datetime) -> bool:
        """It was put away until now: it waits again."""
        values = {"snoozed_until": None, "waiting_since": func.coalesce(conversations.c.waiting_since, now)}
        return await self._change(connection, one, now, **values)

    async def escalate(self, connection: AsyncConnection, one: Open, now: datetime) -> bool:
        """Nobody has answered in time: once for each wait."""
        return await self._change(connection, one, now, escalated_at=now)

    async def _change(self, connection: AsyncConnection, one: Open, now: datetime, **values: object) -> bool:
        changed = await connection.execute(update(conversations).where(_as_read(one)).values(**values))
        if changed.rowcount != 1:
            return False
        await note_changed(self._database, connection, [one.id], now)
        return True


def _as_read(one: Open) -> ColumnElement[bool]:
    """Nobody has moved it, nor said anything there, nor put it away since."""
    return and_(
        conversations.c.id == one.id,
        conversations.c.owner_version == one.version,
        conversations.c.waiting_since.is_not_distinct_from(one.waiting_since),
        conversations.c.snoozed_until.is_not_distinct_from(one.snoozed_until),
        conversations.c.last_at == one.last_at,
    )
