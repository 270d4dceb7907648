"""The bill: how many parts went out today on each channel, and a warning when they are too many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import structlog

from bot.metrics import Metrics
from bot.runtime import Clock
from bot.worker import Timer
from casestore.queues.spending import Spending
from dialogues.athens import ATHENS, day_of

EVERY = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class SpendJob:
    """``alarms``: by channel, the parts of a day from which on it warns, once a day; 0 warns never."""

    name = "spend"

    def __init__(self, *, spending: Spending, alarms: Mapping[str, int], metrics: Metrics, clock: Clock) -> None:
        self._spending = spending
        self._alarms = alarms
        self._metrics = metrics
        self._clock = clock
        self._timer = Timer()
        self._warned: dict[str, date] = {}

    async def step(self) -> bool:
        now = self._clock()
        if not self._timer.is_due(now):
            return False
        today = day_of(now)
        for channel, alarm in self._alarms.items():
            await self._look(channel, alarm, today)
        self._timer.rest_until(now + EVERY)
        return False

    async def _look(self, channel: str, alarm: int, today: date) -> None:
        parts = await self._spending.parts_since(channel, datetime.combine(today, time(), ATHENS))
        self._metrics.parts_today.labels(channel).set(parts)
        if 0 < alarm <= parts and self._warned.get(channel) != today:
            self._warned[channel] = today
            log.warning("spend.above-alarm", channel=channel, parts=parts, alarm=alarm)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
