"""What pages are told while they are open: one look at the log of changes for all of a process's streams.

A stream says that something changed, and the page asks for it; so it may be cut and go on at any place. Whoever comes
with a number that is not on record any more is told to read everything anew.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import structlog

from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.live import SIGNOUT, Changed
from casestore.database import StoreDown
from casestore.staff.model import Member, Session
from casestore.wakeup import Waker

KEPT = 2000  # changes in memory
MOST_BEHIND = 10_000
PAGE = 500
LOOK_EVERY = 1.0  # seconds, when nothing woke us
HEARTBEAT = 15.0
MOST_STREAMS = 4  # of one session: its tabs share one

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Listener:
    """A stream. ``woken``: there is something new, or it is time to look whether it may go on. ``gone``: has its page
    been left? It is written to no sooner than something is to be told."""

    session: Session
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False
    gone: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Catch:
    """What came after a cursor, up to ``cursor``; ``reload``: too long ago to tell."""

    events: tuple[Changed, ...]
    cursor: int
    reload: bool = False


class Hub:
    """Sleeps until the first stream comes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._listeners: set[Listener] = set()
        self._recent: deque[Changed] = deque(maxlen=KEPT)
        self._cursor: int | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._beat_at = 0.0

    def is_full(self, session: Session) -> bool:
        """Has this session as many streams as it may?"""
        return sum(one.session.id == session.id and not one.gone() for one in self._listeners) >= MOST_STREAMS

    @asynccontextmanager
    async def listening(self, session: Session, gone: Callable[[], bool] = lambda: False) -> AsyncIterator[Listener]:
        """A stream, for as long as the block."""
        await self._start()
        listener = Listener(session, ended=self._closing, gone=gone)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _start(self) -> None:
        if self._tasks or self._closing:
            return
        waker = Waker(self._store.database.url)
        self._tasks = [asyncio.create_task(waker.run()), asyncio.create_task(self._run(waker.subscribe()))]

    async def close(self) -> None:
        """Every stream ends now."""
        self._closing = True
        for listener in self._listeners:
            listener.ended = True
            listener.woken.set()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, woken: asyncio.Event) -> None:
        while True:
            try:
                await self._look()
                await self._beat()
            except StoreDown as error:
                log.warning("console.store-down", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 (every page would be still for ever)
                log.error("console.hub-failed", error=type(error).__name__)  # noqa: TRY400 (its text may be personal)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await woken.wait()
            woken.clear()

    async def _look(self) -> None:
        if self._cursor is None:
            self._cursor = await self._store.live.newest()
        while found := await self._store.live.after(self._cursor, PAGE):
            self._recent.extend(found)
            self._cursor = found[-1].id
            out = {one.staff_id for one in found if one.kind == SIGNOUT}
            if out:
                await self._end_lost()
            for listener in self._listeners:
                listener.woken.set()

    async def _beat(self) -> None:
        """Who has a page open is present; whose session has run out is told so."""
        now = asyncio.get_running_loop().time()
        if now - self._beat_at < HEARTBEAT or not self._listeners:
            return
        self._beat_at = now
        await self._end_lost()
        present = {one.session.member.id for one in self._listeners if not one.ended}
        if present:
            async with self._store.database.write() as connection:
                await self._store.accounts.present(connection, present, self._clock())

    async def _end_lost(self) -> None:
        listeners = tuple(self._listeners)  # who comes while the store is asked is not looked at
        alive = await self._store.sessions.alive([one.session.id for one in listeners], self._clock())
        for listener in listeners:
            if listener.session.id not in alive:
                listener.ended = True
                listener.woken.set()

    async def since(self, cursor: int) -> Catch:
        """From memory where it reaches back so far, else from the log."""
        newest = self._cursor
        if newest is not None and self._recent and self._recent[0].id <= cursor + 1 <= newest + 1:
            later = tuple(one for one in self._recent if one.id > cursor)
            return Catch(later, max(cursor, newest))
        return await self._from_log(cursor)

    async def _from_log(self, cursor: int) -> Catch:
        newest = await self._store.live.newest()
        if not await self._store.live.reaches(cursor) or not newest - MOST_BEHIND <= cursor <= newest:
            return Catch((), newest, reload=cursor != newest)
        found = tuple(await self._store.live.after(cursor, PAGE))
        return Catch(found, found[-1].id if found else cursor)


def concerns(change: Changed, member: Member) -> bool:
    """Is this employee told of it?"""
    if change.kind == SIGNOUT:
        return False
    return change.staff_id == member.id or (change.desk is not None and member.sees(change.desk))
