"""Writing to SQLite from several processes and many tasks, fairly and with the lock held as shortly as can be.

SQLite has one writer at a time, and whoever finds it taken asks again after pauses that grow to 100 ms: with a busy
worker beside it the web side would starve. So writers queue on a file lock instead (``flock``, woken in order, let
go by the kernel when a process dies), the tasks of one process on a lock before that.

What may wait for the disk or for another process (begin, commit) runs in a thread. The statements between them run
at once, on the loop: were each a visit to a thread, the loop's other work would come between, with the lock held.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, RootTransaction, StaticPool, Table, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.columns import as_text

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
LOOK_TIMEOUT_MS = 100
PRAGMAS = [
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "cache_size=-16000",
    "secure_delete=ON",  # what is erased is overwritten, whatever this build's default is
]
"""What each new connection is told."""


def prepare(connection: Any, _record: Any = None) -> None:
    """Set a new connection up: durable commits, foreign keys, transactions begun by us and not by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_looking(connection: Any, record: Any = None) -> None:
    """The loop does not wait for whoever holds the file (a checkpoint at a start, a backup): it is told."""
    prepare(connection, record)
    connection.execute(f"PRAGMA busy_timeout={LOOK_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only=ON")


class _Inline:
    """The part of :class:`AsyncConnection` that transactions use, over a connection that answers at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, *arguments: Any) -> Any:
        return self._connection.execute(*arguments)

    async def scalar(self, *arguments: Any) -> Any:
        return self._connection.scalar(*arguments)

    async def scalars(self, *arguments: Any) -> Any:
        return self._connection.scalars(*arguments)

    async def exec_driver_sql(self, *arguments: Any) -> Any:
        return self._connection.exec_driver_sql(*arguments)

    async def run_sync(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(self._connection, *arguments)


class SqliteLooker:
    """Short reads, answered at once on the loop: each statement for itself, with no transaction around it.

    Through a thread one statement takes eight visits (cursor, begin, execute, fetch, closings), ten times what SQLite
    itself takes for it. Opens lazily; close with :meth:`close`.
    """

    def __init__(self, url: URL) -> None:
        self._engine: Engine = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", _prepare_looking)
        self._connection: Connection | None = None

    def connection(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return cast(AsyncConnection, _Inline(self._connection))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()


class SqliteWriter:
    """The one way by which a process writes to a SQLite file. Opens lazily; close with :meth:`close`."""

    def __init__(self, url: URL) -> None:
        self._file = url.database or ""
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._engine: Engine = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", prepare)
        event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        self._raw: sqlite3.Connection | None = None
        self._gate: int | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Commits when the block ends, rolls back when it raises. Nothing in it may wait for anything but itself."""
        async with self._turn:
            begun = await self._until_done(self._begin, self._roll_back)
            try:
                yield cast(AsyncConnection, _Inline(begun[0]))
            except BaseException:
                await self._until_done(lambda: self._roll_back(begun))
                raise
            await self._until_done(lambda: self._commit(begun))

    async def append(self, rows: Mapping[Table, Sequence[Mapping[str, Any]]]) -> None:
        """Insert rows, leaving out those that exist, in one commit and for one table in one statement.

        With a statement per row the loop and the thread would hand the interpreter's lock to and fro for each of them.
        """
        statements = [
            (_bulk_insert(table.name, tuple(batch[0]), len(batch)), _flat(batch)) for table, batch in rows.items()
        ]
        async with self._turn:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._append, statements)

    async def close(self) -> None:
        async with self._turn:  # closed under a statement, SQLite takes the process with it
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def _until_done(self, work: Callable[[], T], undo: Callable[[T], None] | None = None) -> T:
        """Run in the thread. Who is cancelled meanwhile waits for its end: a lock nobody knows of would stay."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            if undo is not None and running.exception() is None:
                await asyncio.get_running_loop().run_in_executor(self._thread, undo, running.result())
            raise

    def _begin(self) -> tuple[Connection, RootTransaction]:
        self._enter()
        try:
            connection = self._engine.connect()
            return connection, connection.begin()
        except BaseException:
            self._leave()
            raise

    def _commit(self, begun: tuple[Connection, RootTransaction]) -> None:
        try:
            begun[1].commit()
        finally:
            self._roll_back(begun)

    def _roll_back(self, begun: tuple[Connection, RootTransaction]) -> None:
        """Let go; what was not committed is undone."""
        connection, transaction = begun
        try:
            transaction.close()
            connection.close()
        finally:
            self._leave()

    def _enter(self) -> None:
        if self._gate is None:
            self._gate = os.open(f"{self._file}-writers", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._gate, fcntl.LOCK_EX)

    def _leave(self) -> None:
        if self._gate is not None:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def _append(self, statements: Sequence[tuple[str, list[Any]]]) -> None:
        self._enter()
        try:
            _run(self._opened(), statements)
        except sqlite3.OperationalError as error:
            raise OperationalError("append", None, error) from error
        finally:
            self._leave()

    def _opened(self) -> sqlite3.Connection:
        if self._raw is None:
            raw = sqlite3.connect(self._file, check_same_thread=False)
            try:
                prepare(raw)
            except sqlite3.Error:
                raw.close()
                raise
            self._raw = raw
        return self._raw

    def _close(self) -> None:
        self._engine.dispose()
        if self._raw is not None:
            self._raw.close()
        if self._gate is not None:
            os.close(self._gate)


def _run(raw: sqlite3.Connection, statements: Sequence[tuple[str, list[Any]]]) -> None:
    if len(statements) == 1:  # alone it is its own transaction
        raw.execute(*statements[0])
        return
    raw.execute("BEGIN IMMEDIATE")
    try:
        for statement, values in statements:
            raw.execute(statement, values)
        raw.execute("COMMIT")
    except sqlite3.Error:
        if raw.in_transaction:  # a full disk has ended it already
            raw.execute("ROLLBACK")
        raise


@lru_cache(maxsize=1024)
def _bulk_insert(table: str, columns: tuple[str, ...], count: int) -> str:
    """Names come from our own tables, never from outside."""
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * count)} ON CONFLICT DO NOTHING"  # noqa: S608


def _flat(batch: Sequence[Mapping[str, Any]]) -> list[Any]:
    texts: dict[datetime, str] = {}  # rows say the same time more than once
    flat = [value for row in batch for value in row.values()]
    for place, value in enumerate(flat):
        if type(value) is datetime:
            flat[place] = texts.get(value) or texts.setdefault(value, as_text(value))
    return flat
