"""The inbox worker: takes the oldest message of each conversation on a channel, has it answered, judges failures."""

from __future__ import annotations

from typing import Protocol

import structlog

from bot.backoff import SUSPECT_FROM, RetryPolicy
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.worker import TaskPool
from casestore.database import StoreDown
from casestore.queues.inbox import Claimed, Inbox
from casestore.queues.lease import LostClaim

log = structlog.get_logger(__name__)


class Handler(Protocol):
    """What answers a message: :class:`bot.conversation.turn_handler.TurnHandler`."""

    async def handle(self, claimed: Claimed) -> str: ...

    async def give_up(self, claimed: Claimed, error: str) -> None: ...


class InboxJob:
    """The messages of one channel: up to ``concurrency`` conversations at once, one message of each at a time."""

    prompt = True  # somebody waits for each of these: it looks at every hint

    def __init__(
        self,
        *,
        channel: str,
        inbox: Inbox,
        handler: Handler,
        metrics: Metrics,
        runtime: Runtime,
        concurrency: int = 16,
        policy: RetryPolicy | None = None,
    ) -> None:
        self.name = f"inbox-{channel}"
        self._channel = channel
        self._inbox = inbox
        self._handler = handler
        self._metrics = metrics
        self._clock = runtime.clock
        self._random = runtime.random
        self._new_claim = runtime.new_claim
        self.pool = TaskPool(concurrency)
        self._least = max(1, concurrency // 4)
        self._policy = policy or RetryPolicy()

    async def step(self) -> bool:
        if self.pool.free < self._least:  # a claim costs a commit: not one for every message while many are in hand
            return False
        now, lease = self._clock(), self._policy.turn_lease
        taken = await self._inbox.claim(self._channel, now, self._new_claim(), limit=self.pool.free, lease=lease)
        suspect = next((claimed for claimed in taken if claimed.attempts >= SUSPECT_FROM), None)
        if suspect is not None:
            await self._answer_alone(suspect, [claimed for claimed in taken if claimed is not suspect])
            return True
        for claimed in taken:
            self.pool.take(self._answer(claimed))
        return bool(taken)

    async def _answer_alone(self, suspect: Claimed, others: list[Claimed]) -> None:
        """A message of which the worker was lost before may have been what it died of, or only have been in hand beside
        that: with nothing beside it, it can take nothing with it."""
        if others:
            await self._inbox.give_back(others)
        await self.pool.empty()
        self.pool.take(self._answer(suspect))
        await self.pool.empty()

    async def drain(self) -> None:
        await self.pool.empty()

    async def _answer(self, claimed: Claimed) -> None:
        result = await self._try(claimed)
        self._metrics.turns.labels(result).inc()

    async def _try(self, claimed: Claimed) -> str:
        try:
            if claimed.attempts > self._policy.turn_attempts:
                return await self._bury(claimed, "worker-lost")
            return await self._handler.handle(claimed)
        except LostClaim:
            log.warning("inbox.claim-lost", inbox_id=claimed.id)
            return "claim-lost"
        except StoreDown as error:  # the lease brings it back; nothing can be written now
            log.warning("inbox.store-down", inbox_id=claimed.id, error=type(error).__name__)
            return "store-down"
        except Exception as error:
            log.exception("inbox.failed", inbox_id=claimed.id, attempt=claimed.attempts)
            return await self._failed(claimed, type(error).__name__)

    async def _failed(self, claimed: Claimed, error: str) -> str:
        try:
            if claimed.attempts >= self._policy.turn_attempts:
                return await self._bury(claimed, error)
            due = self._clock() + self._policy.turn_again.wait(claimed.attempts, self._random)
            await self._inbox.retry(claimed, due, error)
        except LostClaim:
            return "claim-lost"
        except StoreDown as down:
            log.warning("inbox.store-down", inbox_id=claimed.id, error=type(down).__name__)
            return "store-down"
        return "retry"

    async def _bury(self, claimed: Claimed, error: str) -> str:
        log.error("inbox.dead-letter", inbox_id=claimed.id, attempts=claimed.attempts, error=error)
        try:
            await self._handler.give_up(claimed, error)
        except LostClaim:
            raise
        except StoreDown:
            raise
        except Exception:  # what cannot even be given up properly must not hold up its conversation for ever
            log.exception("inbox.give-up-failed", inbox_id=claimed.id)
            await self._inbox.abandon(claimed, self._clock(), error)
        return "dead"
