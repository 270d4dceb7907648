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
from casestore.rights.retention import RETENTION_RULES, RetentionRule

BATCH = 200  # rows in one transaction; of a table that is walked, ids looked at
EMPTY = b""


@dataclass(frozen=True, slots=True)
class PurgeBatch:
    """One batch: how many rows, and where the next begins (``None``: there is no next)."""

    rows: int
    after: int | None


class Purger:
    """Lets go over one database."""

    def __init__(
        self, database: Database, rules: Sequence[RetentionRule] = RETENTION_RULES, *, batch: int = BATCH
    ) -> None:
        self.rules = rules
        self._database = database
        self._batch = batch

    async def count_due(self, rule: RetentionRule, now: datetime) -> int:
        """How many rows are due. Reads only."""
        due = select(func.count()).select_from(rule.table).where(rule.due(now))
        async with self._database.read() as connection:
            return int(await connection.scalar(due) or 0)

    async def purge_batch(self, rule: RetentionRule, now: datetime, after: int = 0) -> PurgeBatch:
        """Let one batch go, from the row ``after`` on. Begins with 0."""
        first = select(rule.table.c.id).where(rule.due(now))
        if not rule.full_scan:
            rows = await self._let_go(rule, first.order_by(rule.age).limit(self._batch))
            return PurgeBatch(rows, 0 if rows == self._batch else None)
        last = await self._window(rule.table, after)
        if last is None:
            return PurgeBatch(0, None)
        within = first.where(rule.table.c.id > after, rule.table.c.id <= last).order_by(rule.table.c.id)
        return PurgeBatch(await self._let_go(rule, within), last)

    async def all(self, rule: RetentionRule, now: datetime) -> int:
        """Let all of them go, batch after batch. How many they were."""
        batch = await self.purge_batch(rule, now)
        total = batch.rows
        while batch.after is not None:
            batch = await self.purge_batch(rule, now, batch.after)
            total += batch.rows
        return total

    async def _window(self, table: Table, after: int) -> int | None:
        ids = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(self._batch).subquery()
        async with self._database.read() as connection:
            last: int | None = await connection.scalar(select(func.max(ids.c.id)))
        return last

    async def _let_go(self, rule: RetentionRule, due: Select[Any]) -> int:
        """Looked for by reading first, so that nothing is locked where nothing is due."""
        async with self._database.read() as connection:
            if (await connection.scalars(due.limit(1))).first() is None:
                return 0
        async with self._database.write() as connection:
            ids = (await connection.scalars(due.with_for_update(skip_locked=True, of=rule.table))).all()
            await self._take(connection, rule, rule.table.c.id.in_(ids))
        return len(ids)

    @staticmethod
    async def _take(connection: AsyncConnection, rule: RetentionRule, rows: ColumnElement[bool]) -> None:
        if rule.empty:
            values = {**dict.fromkeys(rule.empty, EMPTY), **rule.also}
            await connection.execute(update(rule.table).where(rows).values(**values))
        else:
            await connection.execute(delete(rule.table).where(rows))
