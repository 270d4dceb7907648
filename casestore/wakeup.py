"""How a worker learns that something was committed, without asking the tables all the time.

PostgreSQL tells it (LISTEN/NOTIFY). SQLite's ``PRAGMA data_version`` changes when another connection has committed:
one read of a counter in the shared memory, asked every 20 ms. Both are hints: a worker looks at its queue anyway
every few seconds, so a lost hint delays and never loses.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiosqlite
import asyncpg
import structlog
from sqlalchemy.engine import URL

CHANNEL = "counter"
SQLITE_POLL = 0.02  # seconds
RECONNECT = 2.0  # seconds

log = structlog.get_logger(__name__)


class Waker:
    """Start with :meth:`run` as a task. Every hint sets the events of all who :meth:`subscribe`."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._listeners: set[asyncio.Event] = set()

    def subscribe(self) -> asyncio.Event:
        """An event that every hint sets; the subscriber clears it before it looks."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        return listener

    def wake(self, *_: Any) -> None:
        for listener in self._listeners:
            listener.set()

    async def run(self) -> None:
        """Runs until cancelled; reconnects for ever."""
        watch = self._watch_sqlite if self._url.get_backend_name() == "sqlite" else self._watch_postgresql
        while True:
            try:
                await watch()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, aiosqlite.Error) as error:
                log.warning("wakeup.lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT)

    async def _watch_sqlite(self) -> None:
        async with aiosqlite.connect(self._url.database or ":memory:") as connection:
            seen: Any = None
            while True:
                async with connection.execute("PRAGMA data_version") as cursor:
                    version = await cursor.fetchone()
                if version != seen:
                    seen = version
                    self.wake()
                await asyncio.sleep(SQLITE_POLL)

    async def _watch_postgresql(self) -> None:
        dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self.wake)
            self.wake()
            await lost.wait()
        finally:
            with contextlib.suppress(OSError, asyncpg.InterfaceError):
                await connection.close(timeout=1)
