"""The job of mass notices: makes the next batch, and pauses what goes wrong.

First a few, then a while in which they are watched, then the rest, so that never more than a batch waits to be sent.
How far one has come is counted from its rows; that the first few have gone is the one thing that is written down.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.mass.maker import MassMaker
from bot.notices.mass.restore import SEEN_EVERY, RestoreGuard
from bot.notices.planner import USEFUL
from bot.runtime import Clock
from bot.store import Store
from casestore.broadcasts.model import Broadcast, BroadcastState, PauseReason, Rates

FIRST, FIRST_PAUSE = 100, timedelta(minutes=5)
MOST_FAILED, MOST_STOPS = 0.05, 0.02
ENOUGH = 20  # gone, before a rate says anything; where fewer people are meant, all of them
CHUNK_ALONE = 100  # notices in one commit, where everybody else waits meanwhile: SQLite has one writer
CHUNK, AT_ONCE = 200, 2  # the same on PostgreSQL, and how many commits are under way: who answers waits behind no more
MEASURE_FROM = 1_000  # notices made, after which the database is told how its tables have grown; then at each doubling
LOOK_EVERY = timedelta(seconds=1)  # at how many still wait
JUDGE_EVERY = timedelta(seconds=5)
ALIGN_EVERY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class BroadcastJob:
    """``batch``: at most so many rows of mass notices wait to be sent."""

    name = "broadcasts"

    def __init__(self, *, store: Store, maker: MassMaker, guard: RestoreGuard, clock: Clock, batch: int) -> None:
        self._store = store
        self._broadcasts = store.broadcasts
        self._maker = maker
        self._guard = guard
        self._clock = clock
        self._batch = batch
        self._room = 0
        self._grown, self._measure_at = 0, MEASURE_FROM
        self._chunk, self._at_once = (CHUNK_ALONE, 1) if store.database.is_sqlite else (CHUNK, AT_ONCE)
        self._due: dict[tuple[str, int], datetime] = {}

    async def step(self) -> bool:
        now = self._clock()
        live = await self._broadcasts.live()
        if live and self._is_due("lineage", 0, now, SEEN_EVERY):
            self._guard.begin(await self._store.database.lineage())
        return any([await self._advance(one, now) for one in live if self._may_look(one, now)])

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    def _may_look(self, broadcast: Broadcast, now: datetime) -> bool:
        return now >= self._due.get(("look", broadcast.id), now)

    def _is_due(self, what: str, broadcast_id: int, now: datetime, every: timedelta) -> bool:
        """Once in a while; the first time at once."""
        due = now >= self._due.get((what, broadcast_id), now)
        if due:
            self._due[what, broadcast_id] = now + every
        return due

    async def _advance(self, broadcast: Broadcast, now: datetime) -> bool:
        """A step of one. Whether there may be more to do at once."""
        running = broadcast.state is BroadcastState.RUNNING
        wrong = self._guard.broken(broadcast, now) or await self._judged(broadcast, now) if running else None
        seen = running and self._is_due("seen", broadcast.id, now, SEEN_EVERY)
        async with self._store.database.write(wake=True) as connection:
            held = await self._broadcasts.hold(connection, broadcast.id)
            if held is None or held.state is not broadcast.state or held.judged_from != broadcast.judged_from:
                return True  # somebody has moved it since we looked
            if wrong is not None:
                await self._pause(connection, held, wrong, now)
                return False
            if self._is_due("align", held.id, now, ALIGN_EVERY):
                await self._store.broadcast_rows.align(connection, held, now, USEFUL)
            if seen:
                await self._broadcasts.seen(connection, held.id, now)
            made = await self._make_first(connection, held, now) if running and held.first_done_at is None else 0
        if seen:
            self._guard.saw(broadcast, now)
        if running and held.first_done_at is not None and now >= held.first_done_at + FIRST_PAUSE:
            made = await self._make(broadcast, now)
        if not made:
            self._due["look", broadcast.id] = now + LOOK_EVERY
        return made > 0

    async def _pause(self, connection: AsyncConnection, broadcast: Broadcast, why: PauseReason, now: datetime) -> None:
        paused = await self._broadcasts.move(connection, broadcast.id, BroadcastState.PAUSED, reason=why)
        if paused is not None:
            await self._store.broadcast_rows.align(connection, paused, now, USEFUL)
            await self._store.audits.note(connection, "broadcast.paused", f"{broadcast.id} {why}", now)
            log.error("broadcast.paused", broadcast=broadcast.id, reason=why)

    # Does it go well?

    async def _judged(self, broadcast: Broadcast, now: datetime) -> PauseReason | None:
        since = broadcast.judged_from
        if since is None or not self._is_due("judge", broadcast.id, now, JUDGE_EVERY):
            return None
        async with self._store.database.read() as connection:
            rates = await self._store.broadcast_progress.rates(connection, broadcast, since)
        return judged(rates, min(ENOUGH, broadcast.people or ENOUGH))

    # The next batch

    async def _make(self, broadcast: Broadcast, now: datetime) -> int:
        """As many as there is room for, at most a few chunks; their commits need not wait for one another."""
        if self._room < self._chunk or self._is_due("room", 0, now, LOOK_EVERY):
            async with self._store.database.read() as connection:
                waiting = await self._store.broadcast_rows.waiting(connection)
            self._room = self._batch - waiting
            if self._room < max(1, self._batch // 4) and waiting:
                return 0
        chunks = [min(self._chunk, left) for left in range(self._room, 0, -self._chunk)][: self._at_once]
        made = sum(await asyncio.gather(*(self._make_some(broadcast.id, now, most) for most in chunks)))
        self._room -= made
        self._grown += made
        if self._grown >= self._measure_at:
            self._measure_at = 2 * self._grown
            await self._store.broadcast_rows.measure()
        return made

    async def _make_some(self, broadcast_id: int, now: datetime, most: int) -> int:
        async with self._store.database.write(wake=True) as connection:
            shared = await self._broadcasts.share(connection, broadcast_id)
            if shared is None or shared.state is not BroadcastState.RUNNING:
                return 0
            return await self._maker.make(connection, shared, now, most)

    async def _make_first(self, connection: AsyncConnection, broadcast: Broadcast, now: datetime) -> int:
        """A few, and when nearly all of them have gone the wait begins."""
        made, waiting = await self._store.broadcast_rows.first_few(connection, broadcast)
        if made < FIRST:
            new = await self._maker.make(connection, broadcast, now, FIRST - made)
            if new:
                return new
        if made and waiting <= made * MOST_FAILED:
            await self._broadcasts.change(connection, broadcast.id, first_done_at=now)
        return 0


def judged(rates: Rates, enough: int) -> PauseReason | None:
    """Is it so bad that a person should look? ``enough``: what must have gone before anything is said."""
    if rates.gone < enough:
        return None
    if rates.failed > rates.gone * MOST_FAILED:
        return PauseReason.FAILURES
    return PauseReason.STOPS if rates.stops > rates.gone * MOST_STOPS else None
