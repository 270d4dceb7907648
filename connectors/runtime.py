"""What connectors take from the world around them: time, chance, pauses and names. Tests pass their own."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Runtime:
    """``now`` is UTC; ``ticks`` are monotonic seconds; ``random`` is uniform in [0, 1); ``sleep`` takes seconds."""

    now: Callable[[], datetime]
    ticks: Callable[[], float]
    random: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    new_id: Callable[[], str]


def system_runtime() -> Runtime:
    """The machine's own clock and randomness."""
    return Runtime(
        now=lambda: datetime.now(UTC),
        ticks=time.monotonic,
        random=random.random,
        sleep=asyncio.sleep,
        new_id=lambda: str(uuid.uuid4()),
    )
