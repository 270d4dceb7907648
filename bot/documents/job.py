"""The job that has documents fetched, checked and submitted, and the one that sweeps up after them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.backoff import DOCUMENT_ATTEMPTS, RetryPolicy
from bot.documents.steps import DocumentStep
from bot.metrics import Metrics
from bot.runtime import Clock, Runtime
from bot.store import Store
from bot.tasks import TasksJob
from bot.worker import Timer
from casestore.documents.lifecycle import Step
from casestore.documents.model import StoredDocument

EVERY = timedelta(hours=1)
ORPHAN = timedelta(days=1)  # a file that nothing names is old enough to go: its commit is not under way any more

log = structlog.get_logger(__name__)


class DocumentsJob(TasksJob[StoredDocument]):
    """Up to ``concurrency`` documents at once, each of up to 20 MB; one step of each at a time."""

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
        super().__init__(
            name="documents",
            database=store.database,
            tasks=store.document_tasks,
            find=store.documents.find,
            steps=steps,
            again=dict.fromkeys(Step, policy.document_again),
            most=dict.fromkeys(Step, DOCUMENT_ATTEMPTS),
            counter=metrics.documents,
            runtime=runtime,
            lease=policy.send_lease,
            concurrency=concurrency,
        )


class SweepJob:
    """Removes files of documents and certificates that are gone, once an hour."""

    name = "files"

    def __init__(self, store: Store, clock: Clock) -> None:
        self._sweeps: tuple[Callable[[float], Awaitable[int]], ...] = (
            store.documents.sweep,
            store.certificate_requests.sweep,
        )
        self._clock = clock
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if self._timer.is_due(now):
            swept = sum([await sweep((now - ORPHAN).timestamp()) for sweep in self._sweeps])
            if swept:
                log.info("files.swept", files=swept)
            self._timer.rest_until(now + EVERY)
        return False

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
