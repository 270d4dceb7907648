"""Honest ways to take a database away from the service, each undone at the end of its block."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing

import asyncpg
from sqlalchemy.engine import URL

Trouble = Callable[[URL], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def disk_full(url: URL) -> AsyncIterator[None]:
    """No file of this process may grow beyond what the database's log has now: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = await asyncio.to_thread(os.stat, f"{url.database}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (written.st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@asynccontextmanager
async def as_admin(url: URL) -> AsyncIterator[asyncpg.Connection]:
    """A connection to another database of the same server."""
    dsn = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def _alter(admin: asyncpg.Connection, url: URL, how: str) -> None:
    await admin.execute(f"ALTER DATABASE {url.database} {how}")
    await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", url.database)


def altered(how: str, back: str) -> Trouble:
    """PostgreSQL with the database altered, for everyone who is connected and who connects."""

    @asynccontextmanager
    async def alter(url: URL) -> AsyncIterator[None]:
        async with as_admin(url) as admin:
            await _alter(admin, url, how)
            try:
                yield
            finally:
                await _alter(admin, url, back)

    return alter


@asynccontextmanager
async def sqlite_locked(url: URL) -> AsyncIterator[None]:
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def postgresql_locked(url: URL) -> AsyncIterator[None]:
    other = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    await other.execute("BEGIN; LOCK TABLE inbox, receipts IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        await other.close()


read_only = altered("SET default_transaction_read_only = on", "RESET default_transaction_read_only")
closed = altered("ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true")


@asynccontextmanager
async def without_schema(url: URL) -> AsyncIterator[None]:
    """SQLite as a database of another day."""
    _execute(url, "ALTER TABLE alembic_version RENAME TO elsewhere")
    try:
        yield
    finally:
        _execute(url, "ALTER TABLE elsewhere RENAME TO alembic_version")


def _execute(url: URL, statement: str) -> None:
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
        other.execute(statement)
