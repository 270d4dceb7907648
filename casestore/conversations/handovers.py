"""Wishes for a person, open until somebody has seen to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import handovers


class Handovers:
    """Writes hand-overs over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(
        self, connection: AsyncConnection, conversation_id: int, key: str, reason: str, now: datetime
    ) -> None:
        """Record that a person is wanted; asking again while one request is open adds none. ``key``: its cause."""
        waiting = select(func.count()).select_from(handovers)
        waiting = waiting.where(handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None))
        if not await connection.scalar(waiting):
            row = {"conversation_id": conversation_id, "key": key, "reason": reason, "asked_at": now}
            await connection.execute(self._database.insert_new(handovers).values(**row))
