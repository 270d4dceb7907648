"""The retention job: lets go of what is old, once an hour, a small batch between other work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.metrics import Metrics
from casestore.rights.purge import LettingGo

EVERY = timedelta(hours=1)


class KeepingJob:
    """Goes through :data:`casestore.rights.retention.KEPT`, kind by kind. What a killed worker left, the next finds."""

    name = "retention"

    def __init__(self, letting_go: LettingGo, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._letting_go = letting_go
        self._metrics = metrics
        self._clock = clock
        self._due: datetime | None = None
        self._kind = 0
        self._after = 0

    async def step(self) -> bool:
        """One batch of one kind."""
        now = self._clock()
        if self._due is not None and now < self._due:
            return False
        keep = self._letting_go.kept[self._kind]
        went = await self._letting_go.some(keep, now, self._after)
        self._metrics.let_go.labels(keep.name).inc(went.rows)
        if went.after is None:
            self._next(now)
        else:
            self._after = went.after
        return self._due is None or now >= self._due

    def _next(self, now: datetime) -> None:
        self._kind, self._after = self._kind + 1, 0
        if self._kind == len(self._letting_go.kept):
            self._kind, self._due = 0, now + EVERY

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
