"""The connection to the case store: SQLite on one machine, PostgreSQL on many. One way to read, one to write.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that was answered for is on the disk. It has one writer at
a time, so writers of one process queue in order on a lock here instead of polling in SQLite's busy handler.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Insert, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from casestore.wakeup import CHANNEL

StoreDown = (OperationalError, InterfaceError, PoolTimeout, OSError)
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
