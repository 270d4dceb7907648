"""When to try again: twice as late each time, with jitter, so that those who failed together do not return together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """``first`` and ``most`` in seconds; a wait is between half and all of its bound."""

    first: float
    most: float

    def wait(self, attempt: int, random: Callable[[], float], *, at_least: float = 0.0) -> timedelta:
        """How long after failed attempt number ``attempt`` (1 is the first). ``random`` gives [0, 1)."""
        bound = min(self.most, self.first * 2.0 ** min(attempt - 1, 30))
        return timedelta(seconds=max(bound * (0.5 + random() / 2), at_least))
