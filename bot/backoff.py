"""When to try again, and how often at most: the one place for it.

Later each time, with jitter, so that those who failed together do not return together. Whether at all is said by errors
(:class:`bot.channels.port.Remedy`); :meth:`bot.messaging.outbox.OutboxJob._after` acts on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from casestore.queues.receipts import RetryRule


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


TURN_ATTEMPTS = 5  # of a message; crashes of a worker count: one that kills it is buried too
SUSPECT_FROM = 3  # from this attempt on a message is answered with no other in hand
SEND_ATTEMPTS = 8  # of a dispatch that is refused for the time being, and not before RetryPolicy.patience is over
LOOKS = 100  # attempts at a dispatch in all, most of them asking a provider that cannot tell: more than an hour
EVENT_ATTEMPTS = 20  # of a registry's event: two hours of a registry that is down; polling goes on beside it
UNKNOWN_ATTEMPTS = 8  # of an event for something that its registry says there is not: minutes
DOCUMENT_ATTEMPTS = 40  # of a step: five hours of a registry or a scanner that is down
UNDELIVERED = RetryRule(max_attempts=8, after=timedelta(minutes=5))
"""What was accepted and did not arrive (a handset that was off). Each attempt may have been paid for."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a worker holds what it took, and how long what failed waits.

    A lease must outlast a turn (``turn_lease``) or a send with its wait for the token bucket (``send_lease``): what is
    not finished by then is somebody else's to do. ``patience``: so long a send is tried again that a provider refuses
    for the time being. ``most_doubts``: so often a message is sent again without knowing whether it had been accepted.
    ``store_down`` is in seconds. ``turn_attempts``: so often a message is claimed before it is buried.
    """

    turn_lease: timedelta = timedelta(seconds=60)
    turn_attempts: int = TURN_ATTEMPTS
    turn_again: Backoff = Backoff(first=1.0, most=60.0)
    send_lease: timedelta = timedelta(seconds=120)
    send_again: Backoff = Backoff(first=2.0, most=600.0)
    patience: timedelta = timedelta(hours=1)
    in_doubt: Backoff = Backoff(first=5.0, most=300.0, factor=8.0)
    most_doubts: int = 3
    look_again: Backoff = Backoff(first=5.0, most=60.0)  # a provider's list may lag behind its own acceptance
    event_again: Backoff = Backoff(first=2.0, most=600.0)
    document_again: Backoff = Backoff(first=1.0, most=600.0)
    store_down: float = 3.0
