"""Wishes for a person, open until somebody has seen to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.conversations.ownership import OwnerKind
from casestore.database import Database
from casestore.tables import conversations, handovers

GRAVE = ("despair", "breach")
"""Reasons that stay until a person has looked: somebody may die, or saw another's data."""


class Handovers:
    """Writes hand-overs over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, connection: AsyncConnection, conversation_id: int, key: str, reason: str, now: datetime
    ) -> bool:
        """Record that a person is wanted; asking again while one request is open adds none. ``key``: its cause. A
        conversation that was the bot's waits in the queue from now on: ``True`` where this has put it there.

        A grave reason takes the place of another on an open request: who looks for such must find it.
        """
        waiting = _open(conversation_id)
        if not await connection.scalar(select(func.count()).select_from(handovers).where(*waiting)):
            row = {"conversation_id": conversation_id, "key": key, "reason": reason, "asked_at": now}
            await connection.execute(self._database.insert_new(handovers).values(**row))
        elif reason in GRAVE:
            await connection.execute(update(handovers).where(*waiting).values(reason=reason))
        return await self._queue(connection, conversation_id, now)

    async def _queue(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> bool:
        values = {"owner": OwnerKind.QUEUE, "owner_version": conversations.c.owner_version + 1, "owner_since": now}
        values |= {"waiting_since": now, "escalated_at": None}
        moved = await connection.execute(_owned(conversation_id, OwnerKind.BOT).values(**values))
        await note_changed(self._database, connection, [conversation_id], now)
        return moved.rowcount == 1

    async def cancel(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> None:
        """No person is wanted any more: the open request is closed, unless it is grave, for nobody asked for that. What
        waited in the queue for nothing else is the bot's again."""
        open_ = (*_open(conversation_id), handovers.c.reason.not_in(GRAVE))
        await connection.execute(update(handovers).where(*open_).values(closed_at=now))
        if await connection.scalar(select(func.count()).select_from(handovers).where(*_open(conversation_id))):
            return
        await note_changed(self._database, connection, [conversation_id], now)
        values = {"owner": OwnerKind.BOT, "owner_version": conversations.c.owner_version + 1}
        await connection.execute(_owned(conversation_id, OwnerKind.QUEUE).values(**values, **NOBODY_WAITS))

    async def place(self, connection: AsyncConnection, conversation_id: int) -> int:
        """How many wait at its desk, this one with them, that came no later."""
        mine = select(conversations.c.desk, conversations.c.waiting_since).where(conversations.c.id == conversation_id)
        row = (await connection.execute(mine)).one()
        before = (conversations.c.waiting_since <= row.waiting_since, conversations.c.desk == row.desk)
        counted = select(func.count()).select_from(conversations).where(conversations.c.owner == OwnerKind.QUEUE)
        return await connection.scalar(counted.where(*before)) or 1

    async def waits(self, connection: AsyncConnection, since: datetime) -> list[float]:
        """How long those waited who were claimed since then, in seconds, the shortest first."""
        claimed = select(handovers.c.asked_at, handovers.c.claimed_at).where(handovers.c.claimed_at > since)
        rows = (await connection.execute(claimed)).all()
        return sorted((row.claimed_at - row.asked_at).total_seconds() for row in rows)


NOBODY_WAITS: Mapping[str, None] = {
    "owner_since": None,
    "waiting_since": None,
    "snoozed_until": None,
    "escalated_at": None,
}


def _owned(conversation_id: int, kind: OwnerKind) -> Update:
    return update(conversations).where(conversations.c.id == conversation_id, conversations.c.owner == kind)


def _open(conversation_id: int) -> tuple[ColumnElement[bool], ...]:
    return handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None)
