"""The connection to the case store: SQLite on one machine, PostgreSQL on many. One way to read, one to write.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that was answered for is on the disk. It has one writer at
a time, so writers of one process queue in order on a lock here instead of polling in SQLite's busy handler.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Insert, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from casestore.tables import as_text
from casestore.wakeup import CHANNEL

StoreDown: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout, OSError)
"""What a database that is away, full or locked raises: try again later. Anything else is a fault of ours."""

BUSY_TIMEOUT_MS = 10_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "cache_size=-16000",
)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class Database:
    """Opens lazily; close with :meth:`close`."""

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine: AsyncEngine = create_async_engine(self.url, pool_size=pool)
            event.listen(self.engine.sync_engine, "connect", _on_connect)
            event.listen(self.engine.sync_engine, "begin", _on_begin)
        else:
            self.engine = create_async_engine(self.url, pool_size=pool, max_overflow=0, pool_pre_ping=True)
        self._writer = asyncio.Lock()
        self._raw: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit") if self.is_sqlite else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for reading."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self, *, wake: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction: commits when the block ends, rolls back when it raises. ``wake`` tells the workers."""
        if self.is_sqlite:
            async with self._writer, self.engine.connect() as connection:
                await connection.execution_options(write=True)
                async with connection.begin():
                    yield connection
            return
        async with self.engine.begin() as connection:
            yield connection
            if wake:
                await connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    async def append(self, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Insert these rows in one commit, leaving out those that exist, and wake the workers.

        For what happens thousands of times a second. Rows of one table all have the same columns. On SQLite a batch for
        one table is one statement, and so one visit to the thread without the interpreter's lock: with a statement
        per row the loop and the thread would hand that lock to and fro for each of them.
        """
        rows = {table: batch for table, batch in rows.items() if batch}
        if self._thread is None:
            async with self.write(wake=True) as connection:
                for table, batch in rows.items():
                    await connection.execute(self.insert_new(table), batch)
            return
        statements = [
            (_bulk_insert(table.name, tuple(batch[0]), len(batch)), _flat(batch)) for table, batch in rows.items()
        ]
        async with self._writer:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._append, statements)

    def _append(self, statements: Sequence[tuple[str, list[Any]]]) -> None:
        if self._raw is None:
            self._raw = sqlite3.connect(self.url.database or ":memory:", check_same_thread=False)
            _on_connect(self._raw, None)
        try:
            if len(statements) == 1:  # alone it is its own transaction
                self._raw.execute(*statements[0])
                return
            self._raw.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in statements:
                    self._raw.execute(statement, values)
                self._raw.execute("COMMIT")
            except sqlite3.Error:
                self._raw.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise OperationalError("append", None, error) from error

    def insert_new(self, table: Table) -> Insert:
        """``INSERT ... ON CONFLICT DO NOTHING`` in this database's dialect."""
        if self.is_sqlite:
            return sqlite.insert(table).on_conflict_do_nothing()
        return postgresql.insert(table).on_conflict_do_nothing()

    def upsert(self, table: Table, keys: Iterable[str], row: Mapping[str, Any]) -> Insert:
        """Insert ``row``, or update all but its ``keys`` where a row with these keys exists."""
        keys = tuple(keys)
        rest = {name: value for name, value in row.items() if name not in keys}
        if self.is_sqlite:
            return sqlite.insert(table).values(**row).on_conflict_do_update(index_elements=keys, set_=rest)
        return postgresql.insert(table).values(**row).on_conflict_do_update(index_elements=keys, set_=rest)

    async def close(self) -> None:
        await self.engine.dispose()
        if self._thread is not None:
            self._thread.shutdown()
        if self._raw is not None:
            self._raw.close()


@lru_cache(maxsize=1024)
def _bulk_insert(table: str, columns: tuple[str, ...], count: int) -> str:
    """Names come from our own tables, never from outside."""
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"  # noqa: S608


def _flat(batch: Sequence[Mapping[str, Any]]) -> list[Any]:
    texts: dict[datetime, str] = {}  # a row says the same time more than once
    flat = []
    for row in batch:
        for value in row.values():
            if type(value) is datetime:
                value = texts.get(value) or texts.setdefault(value, as_text(value))
            flat.append(value)
    return flat
