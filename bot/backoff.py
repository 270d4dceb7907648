"""When to try again: later each time, with jitter, so that those who failed together do not return together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """``first`` and ``most`` in seconds; a wait is between half and all of its bound, which grows by ``factor``."""

    first: float
    most: float
    factor: float = 2.0

    def wait(self, attempt: int, random: Callable[[], float], *, at_least: float = 0.0) -> timedelta:
        """How long after failed attempt number ``attempt`` (1 is the first). ``random`` gives [0, 1)."""
        bound = min(self.most, self.first * self.factor ** min(attempt - 1, 30))
        return timedelta(seconds=max(bound * (0.5 + random() / 2), at_least))


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a worker holds what it took, and how long what failed waits.

    A lease must outlast a turn (``turn_lease``) or a send with its wait for the token bucket (``send_lease``): what is
    not finished by then is somebody else's to do. ``patience``: so long a send is tried again that a provider refuses
    for the time being. ``most_doubts``: so often a message is sent again without knowing whether it had been accepted.
    ``store_down`` is in seconds.
    """

    turn_lease: timedelta = timedelta(seconds=60)
    turn_again: Backoff = Backoff(first=1.0, most=60.0)
    send_lease: timedelta = timedelta(seconds=120)
    send_again: Backoff = Backoff(first=2.0, most=600.0)
    patience: timedelta = timedelta(hours=1)
    in_doubt: Backoff = Backoff(first=5.0, most=300.0, factor=8.0)
    most_doubts: int = 3
    look_again: Backoff = Backoff(first=5.0, most=60.0)  # a provider's list may lag behind its own acceptance
    store_down: float = 3.0
