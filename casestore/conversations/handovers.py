"""Wishes for a person, open until somebody has seen to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import handovers

GRAVE = ("despair", "breach")
"""Reasons that stay until a person has looked: somebody may die, or saw another's data."""


class Handovers:
    """Writes hand-overs over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, connection: AsyncConnection, conversation_id: int, key: str, reason: str, now: datetime
    ) -> None:
        """Record that a person is wanted; asking again while one request is open adds none. ``key``: its cause.

        A grave reason takes the place of another on an open request: who looks for such must find it.
        """
        waiting = _open(conversation_id)
        if not await connection.scalar(select(func.count()).select_from(handovers).where(*waiting)):
            row = {"conversation_id": conversation_id, "key": key, "reason": reason, "asked_at": now}
            await connection.execute(self._database.insert_new(handovers).values(**row))
        elif reason in GRAVE:
            await connection.execute(update(handovers).where(*waiting).values(reason=reason))

    async def cancel(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> None:
        """No person is wanted any more: the open request is closed, unless it is grave, for nobody asked for that."""
        open_ = (*_open(conversation_id), handovers.c.reason.not_in(GRAVE))
        await connection.execute(update(handovers).where(*open_).values(closed_at=now))


def _open(conversation_id: int) -> tuple[ColumnElement[bool], ...]:
    return handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None)
