"""Applies the events of registries: each once, in its subject's order, by the applier of its type.

A new kind of event is a row in the table of appliers. An event whose type has none is parked until it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.backoff import EVENT_ATTEMPTS, RetryPolicy
from bot.metrics import Metrics
from bot.registries.payload import unpack
from bot.runtime import Runtime
from bot.worker import TaskPool, Timer
from casestore.database import Database, StoreDown
from casestore.queues.lease import LostClaim
from casestore.queues.registry_events import ClaimedEvent, RegistryEventQueue
from connectors.audit import CallCause, audit_cause
from connectors.events import RegistryEvent, UnreadEvent
from connectors.registry import RegistryError

LOOK_AT_PARKED = timedelta(minutes=1)  # a worker of another version may park what this one can apply
PARKED_BATCH = 500

log = structlog.get_logger(__name__)


class NotYet(Exception):
    """The event cannot be applied now. ``reason`` is safe to log; ``attempts``: it is given up after so many."""

    def __init__(self, reason: str, attempts: int = EVENT_ATTEMPTS) -> None:
        super().__init__(reason)
        self.reason = reason
        self.attempts = attempts


class Prepared(Protocol):
    """What an event leads to, found out and not yet kept."""

    async def write(self, connection: AsyncConnection, now: datetime) -> str:
        """Keep it, in the transaction that ends the event. The result, for its row and the metrics: one word."""


class Applier(Protocol):
    """What is done about events of some types."""

    async def prepare(self, event: RegistryEvent) -> Prepared:
        """Find out what the event leads to; registries may be asked, no transaction is open.

        Raises :class:`NotYet` or :class:`connectors.registry.RegistryError` where it is to be tried again.
        """

    def committed(self, event: RegistryEvent) -> None:
        """It is applied and on the disk."""


class EventsJob:
    """Up to ``concurrency`` subjects at once, one event of each at a time. ``appliers`` by type of event."""

    name = "events"

    def __init__(
        self,
        *,
        events: RegistryEventQueue,
        appliers: Mapping[str, Applier],
        database: Database,
        metrics: Metrics,
        runtime: Runtime,
        concurrency: int = 8,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._events = events
        self._appliers = appliers
        self._database = database
        self._metrics = metrics
        self._clock = runtime.clock
        self._random = runtime.random
        self._new_claim = runtime.new_claim
        self.pool = TaskPool(concurrency)
        self._policy = policy or RetryPolicy()
        self._lease = self._policy.turn_lease
        self._timer = Timer()

    async def step(self) -> bool:
        if self.pool.free <= 0:
            return False
        now = self._clock()
        taken = await self._events.claim(now, self._new_claim(), limit=self.pool.free, lease=self._lease)
        for claimed in taken:
            self.pool.take(self._work(claimed))
        return bool(taken) or await self._unpark(now)

    async def drain(self) -> None:
        await self.pool.empty()

    async def _unpark(self, now: datetime) -> bool:
        """Put parked events that have an applier by now back into the queue, a batch while it is empty."""
        if not self._timer.is_due(now):
            return False
        if await self._events.unpark(list(self._appliers), now, limit=PARKED_BATCH):
            return True
        self._timer.rest_until(now + LOOK_AT_PARKED)
        return False

    async def _work(self, claimed: ClaimedEvent) -> None:
        try:
            result = await self._try(claimed)
        except LostClaim:
            result = "claim-lost"
        except StoreDown as error:  # the lease brings it back; nothing can be written now
            log.warning("event.store-down", event_id=claimed.id, error=type(error).__name__)
            result = "store-down"
        self._metrics.events.labels(claimed.registry, result).inc()

    async def _try(self, claimed: ClaimedEvent) -> str:
        if claimed.attempts > EVENT_ATTEMPTS:
            return await self._failed(claimed, "worker-lost")
        try:
            return await self._apply(claimed)
        except LostClaim:
            raise
        except StoreDown:
            raise
        except (NotYet, RegistryError) as error:
            log.warning("event.waits", event_id=claimed.id, registry=claimed.registry, reason=error.reason)
            attempts = error.attempts if isinstance(error, NotYet) else EVENT_ATTEMPTS
            return await self._failed(claimed, error.reason, attempts)
        except Exception as error:
            log.exception("event.failed", event_id=claimed.id, registry=claimed.registry, attempt=claimed.attempts)
            return await self._failed(claimed, type(error).__name__)

    async def _failed(self, claimed: ClaimedEvent, error: str, attempts: int = EVENT_ATTEMPTS) -> str:
        now = self._clock()
        if claimed.attempts >= attempts:
            log.error("event.dead-letter", event_id=claimed.id, registry=claimed.registry, error=error)
            await self._events.abandon(claimed, now, error)
            return "dead"
        await self._events.retry(claimed, now + self._policy.event_again.wait(claimed.attempts, self._random), error)
        return "retry"

    async def _apply(self, claimed: ClaimedEvent) -> str:
        event = unpack(self._events.read(claimed))
        applier = self._appliers.get(event.type)
        if applier is None:
            await self._events.park(claimed, event.type)
            return "parked"
        if isinstance(event, UnreadEvent):
            raise NotYet("cannot be read")  # who adds an applier adds the event's shape
        with audit_cause(CallCause(protocol=f"event:{claimed.id}")):
            prepared = await applier.prepare(event)
        now = self._clock()
        async with self._database.write(wake=True) as connection:
            result = await prepared.write(connection, now)
            await self._events.done(connection, claimed, now, result)
        applier.committed(event)
        return result
