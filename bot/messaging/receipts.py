"""The receipts worker: what providers say of messages they accepted moves their rows forward, never back."""

from __future__ import annotations

from bot.backoff import UNDELIVERED
from bot.metrics import Metrics
from bot.runtime import Clock
from casestore.queues.receipts import Receipts

BATCH = 200


class ReceiptsJob:
    """Applies what :class:`bot.messaging.intake.Intake` has stored."""

    name = "receipts"

    def __init__(self, receipts: Receipts, metrics: Metrics, clock: Clock) -> None:
        self._receipts = receipts
        self._metrics = metrics
        self._clock = clock

    async def step(self) -> bool:
        now = self._clock()
        batch = await self._receipts.due(now, BATCH)
        if not batch:
            return False
        lost = await self._receipts.apply(batch, now, UNDELIVERED)
        for receipt in batch:
            self._metrics.receipts.labels(receipt.channel, receipt.status).inc()
        self._metrics.receipts.labels("any", "unknown").inc(lost)
        return len(batch) == BATCH

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
