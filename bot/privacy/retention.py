"""The retention job: lets go of what is old, once an hour, a small batch between other work."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.worker import Timer

EVERY = timedelta(hours=1)


class RetentionJob:
    """Goes through :data:`casestore.rights.retention.RETENTION_RULES`; what a killed worker left, the next finds."""

    name = "retention"

    def __init__(self, *, store: Store, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._purger = store.purger
        self._metrics = metrics
        self._clock = clock
        self._timer = Timer()
        self._kind = 0
        self._after = 0

    async def step(self) -> bool:
        """One batch of one kind."""
        now = self._clock()
        if not self._timer.is_due(now):
            return False
        rule = self._purger.rules[self._kind]
        batch = await self._purger.purge_batch(rule, now, self._after)
        self._metrics.let_go.labels(rule.name).inc(batch.rows)
        if batch.after is None:
            await self._next(now)
        else:
            self._after = batch.after
        return self._timer.is_due(now)

    async def _next(self, now: datetime) -> None:
        self._kind, self._after = self._kind + 1, 0
        if self._kind == len(self._purger.rules):
            self._kind = 0
            self._timer.rest_until(now + EVERY)
            await self._store.database.empty_log()

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
