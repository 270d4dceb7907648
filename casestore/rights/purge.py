"""Letting go of what :mod:`casestore.rights.retention` says is old, a small batch at a time.

A batch is a transaction of its own and takes only rows that nobody holds at that moment: no queue waits for it, and two
workers that do it at once share the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.rights.retention import KEPT, Keep

BATCH = 200  # rows in one transaction; of a table that is walked, ids looked at
EMPTY = b""


@dataclass(frozen=True, slots=True)
class Went:
    """One batch: how many rows, and where the next begins (``None``: there is no next)."""

    rows: int
    after: int | None


class LettingGo:
    """Lets go over one database."""

    def __init__(self, database: Database, kept: Sequence[Keep] = KEPT, *, batch: int = BATCH) -> None:
        self.kept = kept
        self._database = database
        self._batch = batch

    async def would_go(self, keep: Keep, now: datetime) -> int:
        """How many rows are due. Reads only."""
        due = select(func.count()).select_from(keep.table).where(keep.due(now))
        async with self._database.read() as connection:
            return int(await connection.scalar(due) or 0)

    async def some(self, keep: Keep, now: datetime, after: int = 0) -> Went:
        """Let one batch go, from the row ``after`` on. Begins with 0."""
        first = select(keep.table.c.id).where(keep.due(now))
        if not keep.sweep:
            rows = await self._let_go(keep, first.order_by(keep.age).limit(self._batch))
            return Went(rows, 0 if rows == self._batch else None)
        last = await self._window(keep.table, after)
        if last is None:
            return Went(0, None)
        within = first.where(keep.table.c.id > after, keep.table.c.id <= last).order_by(keep.table.c.id)
        return Went(await self._let_go(keep, within), last)

    async def all(self, keep: Keep, now: datetime) -> int:
        """Let all of them go, batch after batch. How many they were."""
        went = await self.some(keep, now)
        total = went.rows
        while went.after is not None:
            went = await self.some(keep, now, went.after)
            total += went.rows
        return total

    async def _window(self, table: Table, after: int) -> int | None:
        ids = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(self._batch).subquery()
        async with self._database.read() as connection:
            last: int | None = await connection.scalar(select(func.max(ids.c.id)))
        return last

    async def _let_go(self, keep: Keep, due: Select[Any]) -> int:
        """Looked for by reading first, so that nothing is locked where nothing is due."""
        async with self._database.read() as connection:
            if (await connection.scalars(due.limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            ids = (await connection.scalars(due.with_for_update(skip_locked=True, of=keep.table))).all()
            await self._take(connection, keep, keep.table.c.id.in_(ids))
        return len(ids)

    @staticmethod
    async def _take(connection: AsyncConnection, keep: Keep, these: ColumnElement[bool]) -> None:
        if keep.empty:
            values = {**dict.fromkeys(keep.empty, EMPTY), **keep.also}
            await connection.execute(update(keep.table).where(these).values(**values))
        else:
            await connection.execute(delete(keep.table).where(these))
