"""The job that has documents fetched, checked and submitted, and the one that sweeps up after them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.backoff import DOCUMENT_ATTEMPTS, RetryPolicy
from bot.documents.steps import DocumentStep, Later, Write, nothing_to_do
from bot.metrics import Metrics
from bot.runtime import Clock, Runtime
from bot.store import Store
from bot.worker import TaskPool, Timer
from casestore.database import StoreDown
from casestore.documents.files import FilesDown
from casestore.documents.lifecycle import Step
from casestore.documents.tasks import ClaimedTask
from casestore.queues.lease import LostClaim

EVERY = timedelta(hours=1)
ORPHAN = timedelta(days=1)  # a file that no document names is old enough to go: its commit is not under way any more

log = structlog.get_logger(__name__)


class DocumentsJob:
    """Up to ``concurrency`` documents at once, each of up to 20 MB; one step of each at a time."""

    name = "documents"

    def __init__(
        self,
        *,
        store: Store,
        steps: Mapping[Step, DocumentStep],
        metrics: Metrics,
        runtime: Runtime,
        policy: RetryPolicy,
        concurrency: int = 4,
    ) -> None:
        self._database = store.database
        self._documents = store.documents
        self._tasks = store.document_tasks
        self._steps = steps
        self._metrics = metrics
        self._clock = runtime.clock
        self._random = runtime.random
        self._new_claim = runtime.new_claim
        self._policy = policy
        self.pool = TaskPool(concurrency)

    async def step(self) -> bool:
        if self.pool.free <= 0:
            return False
        now, lease = self._clock(), self._policy.send_lease
        taken = await self._tasks.claim(now, self._new_claim(), limit=self.pool.free, lease=lease)
        for task in taken:
            self.pool.take(self._work(task))
        return bool(taken)

    async def drain(self) -> None:
        await self.pool.empty()

    async def _work(self, task: ClaimedTask) -> None:
        try:
            result = await self._try(task)
        except LostClaim:
            result = "claim-lost"
        except StoreDown as error:  # the lease brings it back; nothing can be written now
            log.warning("document.store-down", task_id=task.id, error=type(error).__name__)
            result = "store-down"
        self._metrics.documents.labels(task.step, result).inc()

    async def _try(self, task: ClaimedTask) -> str:
        try:
            if task.attempts > DOCUMENT_ATTEMPTS:
                return await self._end(task, give_up=True)
            return await self._end(task)
        except LostClaim:
            raise
        except StoreDown:
            raise
        except FilesDown as down:
            log.warning("document.files-down", document_id=task.document_id, step=task.step, error=str(down))
            return await self._again(task, "files-down")
        except Later as later:
            log.info("document.waits", document_id=task.document_id, step=task.step, reason=later.reason)
            return await self._again(task, later.reason)
        except Exception as error:
            log.exception("document.failed", document_id=task.document_id, step=task.step, attempt=task.attempts)
            return await self._again(task, type(error).__name__)

    async def _end(self, task: ClaimedTask, *, give_up: bool = False) -> str:
        document, step = await self._documents.find(task.document_id), self._steps[task.step]
        write: Write = nothing_to_do
        if document is not None:
            write = step.give_up(document) if give_up else await step.prepare(task, document)
        now = self._clock()
        async with self._database.write(wake=True) as connection:
            result = await write(connection, now)
            await self._tasks.done(connection, task, now, result)
        return result

    async def _again(self, task: ClaimedTask, reason: str) -> str:
        wait = self._policy.document_again.wait(task.attempts, self._random)
        await self._tasks.retry(task, self._clock() + wait, reason)
        return "retry"


class SweepJob:
    """Removes files of documents that are gone, once an hour."""

    name = "files"

    def __init__(self, store: Store, clock: Clock) -> None:
        self._documents = store.documents
        self._clock = clock
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if self._timer.is_due(now):
            swept = await self._documents.sweep((now - ORPHAN).timestamp())
            if swept:
                log.info("files.swept", files=swept)
            self._timer.rest_until(now + EVERY)
        return False

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
