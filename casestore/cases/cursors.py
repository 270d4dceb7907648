"""How far each feed of a registry was read, and when it was last read to its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import cursors


class Cursors:
    """Reads and writes cursors over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, feed: str) -> str:
        """How far this feed was read; empty at the beginning."""
        async with self._database.read() as connection:
            return str(await connection.scalar(select(cursors.c.cursor).where(cursors.c.feed == feed)) or "")

    async def move(
        self, connection: AsyncConnection, feed: str, cursor: str, now: datetime, *, caught_up: bool = False
    ) -> None:
        """``caught_up``: there is no more for now, so all that the registry holds at this moment is on record."""
        row = {"feed": feed, "cursor": cursor, "updated_at": now, **({"caught_up_at": now} if caught_up else {})}
        await connection.execute(self._database.upsert(cursors, ["feed"], row))

    async def take_turn(self, name: str, now: datetime, every: timedelta) -> bool:
        """Is it the caller's turn, of all who ask under this name? One gets it, and the next so long after."""
        async with self._database.write() as connection:
            row = {"feed": name, "cursor": "", "updated_at": now}
            if (await connection.execute(self._database.insert_new(cursors).values(**row))).rowcount == 1:
                return True
            free = update(cursors).where(cursors.c.feed == name, cursors.c.updated_at <= now - every)
            return bool((await connection.execute(free.values(updated_at=now))).rowcount)

    async def has_caught_up(self, connection: AsyncConnection, feed: str) -> bool:
        """Was this feed ever read to its end, as this transaction sees it?"""
        read = select(cursors.c.caught_up_at).where(cursors.c.feed == feed)
        return await connection.scalar(read) is not None

    async def caught_up(self) -> dict[str, datetime]:
        """When each feed was last read to its end, by feed; those that never were are left out."""
        read = select(cursors.c.feed, cursors.c.caught_up_at).where(cursors.c.caught_up_at.is_not(None))
        async with self._database.read() as connection:
            return {row.feed: row.caught_up_at for row in (await connection.execute(read)).all()}
