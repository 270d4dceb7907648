"""The receipts worker: what providers say of messages they accepted moves their rows forward, never back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.port import Status
from bot.metrics import Metrics
from casestore.queues.results import Results

RANKS = {str(status): rank for rank, status in enumerate(Status, start=1)}
MAX_ATTEMPTS = 8  # sends of one message; each may have been paid for
RETRY_AFTER = timedelta(minutes=5)  # a handset that was off, a congested network; times the attempts so far
BATCH = 200


class ReceiptsJob:
    """Applies what :class:`bot.messaging.intake.Intake` has spooled."""

    name = "receipts"

    def __init__(self, results: Results, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._results = results
        self._metrics = metrics
        self._clock = clock

    async def step(self) -> bool:
        now = self._clock()
        batch = await self._results.due_receipts(now, BATCH)
        if not batch:
            return False
        lost = await self._results.apply(batch, now, max_attempts=MAX_ATTEMPTS, retry_after=RETRY_AFTER)
        for receipt in batch:
            self._metrics.receipts.labels(receipt.channel, receipt.status).inc()
        self._metrics.receipts.labels("any", "unknown").inc(lost)
        return len(batch) == BATCH

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
