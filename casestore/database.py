"""The connection to the case store: SQLite on one machine, PostgreSQL on many. One way to read, one to write.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit that was answered for is on the disk. Who writes to it
when is the affair of :mod:`casestore.sqlite`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Insert, Table, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from casestore.sqlite import SqliteLooker, SqliteWriter, prepare
from casestore.wakeup import CHANNEL

Work = Callable[[AsyncConnection], Awaitable[None]]
StoreDown: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout, OSError)
"""What a database that is away, full or locked raises: try again later. Anything else is a fault of ours."""

_DOWN = ("08", "25006", "28", "3D", "53", "55000", "55P03", "57", "58")
"""What of PostgreSQL's error codes says so: connection lost, read-only stand-by, not let in, no such database, no room
or no connection left, lock not to be had, shut down or cancelled, trouble of its machine. https://www.postgresql.org/docs/18/errcodes-appendix.html
"""


_LINEAGE = """
SELECT (SELECT system_identifier FROM pg_control_system()), substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8),
       (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Database:
    """Opens lazily; close with :meth:`close`."""

    def __init__(self, url: str, *, pool: int = 10) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                _make_private(Path(self.url.database))
            self.engine: AsyncEngine = create_async_engine(self.url, pool_size=pool, hide_parameters=True)
            event.listen(self.engine.sync_engine, "connect", prepare)
            event.listen(self.engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        else:
            self.engine = create_async_engine(
                self.url, pool_size=pool, max_overflow=0, pool_pre_ping=True, hide_parameters=True
            )
        self._writer = SqliteWriter(self.url) if self.is_sqlite else None
        self._looker = SqliteLooker(self.url) if self.is_sqlite else None
        self._bare = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._last: WeakKeyDictionary[AsyncConnection, list[Work]] = WeakKeyDictionary()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for reading."""
        with _telling():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """For a turn's short reads: each statement sees what is committed by then, with no transaction around it. What
        must fit together, or takes long, goes by :meth:`read`."""
        if self._looker is not None:
            yield self._looker.connection()
            return
        with _telling():
            async with self._bare.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self, *, wake: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction: commits when the block ends, rolls back when it raises. ``wake`` tells the workers."""
        if self._writer is not None:
            async with self._writer.transaction() as connection:
                yield connection
                await self._finish(connection)
            return
        with _telling():
            async with self.engine.begin() as connection:
                yield connection
                await self._finish(connection)
                if wake:
                    await connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def at_the_end(self, connection: AsyncConnection, work: Work) -> None:
        """Do this as the last thing of a transaction of :meth:`write`, when nobody else is at such an end: what it adds
        is committed in the order of its numbers. Nothing is locked after it, so nobody waits for anybody in a ring."""
        self._last.setdefault(connection, []).append(work)

    async def _finish(self, connection: AsyncConnection) -> None:
        if works := self._last.pop(connection, None):
            await self.alone(connection, "the end")
            for work in works:
                await work(connection)

    async def alone(self, connection: AsyncConnection, what: str) -> None:
        """From here to the end of the transaction nobody else is in a transaction that asked for the same ``what``.

        PostgreSQL's transactions do not see one another's uncommitted rows: two that take from one queue at the same
        moment could each take what the other's choice forbids. SQLite has one writer anyway.
        """
        if not self.is_sqlite:
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))

    async def lineage(self) -> str:
        """Which database this is: another where one was copied back from a backup, as far as it can be told. On
        PostgreSQL cluster, timeline and database; on SQLite the file itself."""
        if self.is_sqlite:
            file = os.stat(self.url.database or "")  # noqa: PTH116 (a look into memory)
            return f"{file.st_dev}/{file.st_ino}"
        async with self.read() as connection:
            found = await connection.exec_driver_sql(_LINEAGE)
            return "/".join(str(part) for part in found.one())

    async def insert(
        self, connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], *, new: bool = False
    ) -> None:
        """Rows of the same columns; ``new``: without those that exist.

        Their ids are asked for so that they go in few statements: else asyncpg has the database carry out one for each.
        """
        statement = self.insert_new(table) if new else table.insert()
        if rows:
            ids = statement.returning(*table.primary_key.columns) if len(rows) > 1 else statement
            await connection.execute(ids, list(rows))

    async def measure(self, *tables: Table) -> None:
        """Statistics of these tables anew, where the database does not keep them by itself in time."""
        if not self.is_sqlite:
            async with self.write() as connection:
                await connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")

    async def append(self, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Insert these rows in one commit, leaving out those that exist, and wake the workers.

        For what happens thousands of times a second. Rows of one table all have the same columns.
        """
        rows = {table: batch for table, batch in rows.items() if batch}
        if self._writer is not None:
            await self._writer.append(rows)
            return
        async with self.write(wake=True) as connection:
            for table, batch in rows.items():
                await connection.execute(self.insert_new(table), batch)

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

    async def empty_log(self) -> None:
        """SQLite: write what its log (``-wal``) holds into the file and empty it, as far as no reader needs it: what
        was erased is then in neither. PostgreSQL keeps its own log."""
        if self.is_sqlite:
            async with self.engine.connect() as connection:
                driver = await connection.get_raw_connection()
                await driver.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    async def close(self) -> None:
        await self.engine.dispose()
        if self._looker is not None:
            self._looker.close()
        if self._writer is not None:
            await self._writer.close()


def _make_private(file: Path) -> None:
    """The folder of a database file, and the file for its owner alone. SQLite gives its ``-wal`` and ``-shm`` the mode
    of the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for part in (file, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))):
        if part.exists() and part.stat().st_mode & 0o077:
            part.chmod(0o600)


@contextmanager
def _telling() -> Iterator[None]:
    """Makes every way in which PostgreSQL is away one of :data:`StoreDown`: the driver tells most as plain errors."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "sqlstate", None) or ""
        away = error.connection_invalidated or code.startswith(_DOWN)
        if isinstance(error, StoreDown) or not away or error.orig is None:
            raise
        raise OperationalError(error.statement, None, error.orig, hide_parameters=True) from error
