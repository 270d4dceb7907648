"""Asks a registry for open cases of which it has said nothing for days: an event, and its page, may have been lost.

Few at a time, and of all workers one at a time: a registry is asked at the same rate however many there are.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.registries.reconcile import Comparer
from bot.runtime import Clock
from bot.worker import Timer
from casestore.cases.cursors import Cursors
from connectors.audit import CallCause, audit_cause
from connectors.registry import RegistryError

EVERY = timedelta(minutes=1)  # between two turns, whoever's they are

log = structlog.get_logger(__name__)


class CaseCheckJob:
    """One registry, a page (:data:`bot.registries.reconcile.ASKED`) in a minute at most; ``after``: so long without a
    word."""

    def __init__(self, *, comparer: Comparer, cursors: Cursors, clock: Clock, after: timedelta) -> None:
        self.name = f"check-{comparer.name}"
        self._comparer = comparer
        self._cursors = cursors
        self._clock = clock
        self._after = after
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if not self._timer.is_due(now):
            return False
        self._timer.rest_until(now + EVERY)
        since = now - self._after
        if not await self._comparer.any_unreported(since) or not await self._cursors.take_turn(self.name, now, EVERY):
            return False
        try:
            with audit_cause(CallCause(protocol=self.name)):
                diff = await self._comparer.not_reported_since("", since, only_open=True)
        except RegistryError as error:
            log.warning("check.waits", registry=self._comparer.name, reason=error.reason)
            return False
        async with self._comparer.database.write(wake=True) as connection:
            counts = await self._comparer.keep(connection, diff, now, since)
        log.info("check.done", registry=self._comparer.name, **counts)
        return False

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
