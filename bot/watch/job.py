"""The job that looks every minute for what never ended, and for who has fallen silent."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.watch.expected import Listening
from bot.worker import Timer
from casestore.watch.states import MovingState

EVERY = timedelta(minutes=1)
PATIENCE = timedelta(hours=1)
"""So long a row is seen beyond its time before it is ended here: after an outage its own job is at it."""

log = structlog.get_logger(__name__)


class WatchJob:
    """Every worker looks; of two that end the same row one does."""

    name = "watch"

    def __init__(self, *, store: Store, listening: Listening, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._watch = store.watch
        self._listening = listening
        self._metrics = metrics
        self._clock = clock
        self._timer = Timer()
        self._seen: dict[tuple[str, int], datetime] = {}

    async def step(self) -> bool:
        now = self._clock()
        if self._timer.is_due(now):
            self._timer.rest_until(now + EVERY)
            await self._rows(now)
            await self._others(now)
        return False

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    async def _rows(self, now: datetime) -> None:
        seen: dict[tuple[str, int], datetime] = {}
        for state, rows in await self._watch.beyond(now):
            self._metrics.overdue.labels(state.name).set(rows)
            for row in await self._watch.late(state, now) if rows else ():
                seen[state.name, row] = self._seen.get((state.name, row), now)
            await self._end(state, seen, now)
        self._seen = seen

    async def _end(self, state: MovingState, seen: dict[tuple[str, int], datetime], now: datetime) -> None:
        ids = [row for (name, row), since in seen.items() if name == state.name and now - since >= PATIENCE]
        if ids:
            ended = await self._watch.end(state, ids, now)
            self._metrics.ended.labels(state.name).inc(ended)
            log.error("watch.ended", state=state.name, rows=ended)

    async def _others(self, now: datetime) -> None:
        """Who is silent; and which cases sit."""
        for heard in await self._listening.silences(now):
            of = (heard.what, heard.of)
            self._metrics.expected.labels(*of).set(heard.expected)
            self._metrics.seen.labels(*of).set(heard.seen)
            self._metrics.silent.labels(*of).set(heard.silent)
            if heard.silent:
                log.warning("watch.silent", what=heard.what, of=heard.of, expected=heard.expected, seen=heard.seen)
        self._metrics.sitting.clear()
        for registry, cases in (await self._store.timed_facts.sitting()).items():
            self._metrics.sitting.labels(registry).set(cases)
