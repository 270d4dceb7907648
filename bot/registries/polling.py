"""Polls each registry for changed cases.

The registry is read before the transaction; a page and its cursor are committed together, and a page read twice changes
nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder, feed_of, report_of
from bot.runtime import Clock
from bot.worker import Timer
from casestore.cases.cursors import Cursors
from casestore.cases.model import ChangeResult
from casestore.database import Database
from connectors.audit import CallCause, audit_cause
from connectors.registry import CaseRegistry, Changes, RegistryError

log = structlog.get_logger(__name__)


class CaseFeed:
    """One registry's changes, page by page, at most every ``every``."""

    def __init__(
        self,
        *,
        registry: CaseRegistry,
        database: Database,
        recorder: CaseRecorder,
        cursors: Cursors,
        metrics: Metrics,
        clock: Clock,
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
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if not self._timer.is_due(now):
            return False
        try:
            more = await self._page(now)
        except RegistryError as error:
            log.warning("feed.failed", registry=self._registry.name, reason=error.reason)
            self._metrics.feed.labels(self._registry.name, "failed").inc()
            more = False
        if not more:
            self._timer.rest_until(now + self._every)
        return more

    async def _page(self, now: datetime) -> bool:
        cursor = await self._cursors.read(self.name)
        with audit_cause(CallCause(protocol=self.name)):
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
