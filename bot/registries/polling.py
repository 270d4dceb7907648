"""Registries in: polls each for changed cases.

The registry is read before the transaction; a page and its cursor are committed together, and a page read twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder, report_of
from casestore.cases.cursors import Cursors
from casestore.cases.model import ChangeResult
from casestore.database import Database
from connectors.registry import CaseRegistry, Changes, RegistryError

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def feed_of(registry: str) -> str:
    """By which name it is kept how far a registry was read."""
    return f"feed-{registry}"


class CaseFeed:
    """One registry's changes, page by page, at most every ``every``."""

    def __init__(
        self,
        registry: CaseRegistry,
        database: Database,
        recorder: CaseRecorder,
        cursors: Cursors,
        metrics: Metrics,
        clock: Clock,
        *,
        every: timedelta,
    ) -> None:
        self.name = feed_of(registry.name)
        self._registry = registry
        self._database = database
        self._recorder = recorder
        self._cursors = cursors
        self._metrics = metrics
        self._clock = clock
        self._every = every
        self._due: datetime | None = None

    async def step(self) -> bool:
        now = self._clock()
        if self._due is not None and now < self._due:
            return False
        try:
            more = await self._page(now)
        except RegistryError as error:
            log.warning("feed.failed", registry=self._registry.name, reason=error.reason)
            self._metrics.feed.labels(self._registry.name, "failed").inc()
            more = False
        self._due = None if more else now + self._every
        return more

    async def _page(self, now: datetime) -> bool:
        cursor = await self._cursors.read(self.name)
        page = await self._registry.changes(cursor)
        await self._keep(page, now, wake=page.cursor != cursor or bool(page.cases))
        return page.more

    async def _keep(self, page: Changes, now: datetime, *, wake: bool) -> None:
        """``now`` is from before the registry was asked: what it says is at least as new."""
        async with self._database.write(wake=wake) as connection:
            changes = await self._recorder.record(
                connection, [report_of(record) for record in page.cases], now, source="poll"
            )
            await self._cursors.move(connection, self.name, page.cursor, now, caught_up=not page.more)
        for record, change in zip(page.cases, changes, strict=True):
            if change.result is not ChangeResult.KNOWN:
                self._registry.forget(record.afm)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
