"""Tasks: what is still to be done about something, step by step, with nothing lost and nothing done twice.

A step finds out what it leads to with no transaction open, and returns what is to be kept; that is committed with the
end of its task.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.backoff import Backoff
from bot.runtime import Runtime
from bot.worker import TaskPool
from casestore.database import Database, StoreDown
from casestore.files import FilesDown
from casestore.queues.lease import LostClaim
from casestore.queues.tasks import ClaimedTask, TaskQueue

NOT_WANTED = "not-wanted"

Write = Callable[[AsyncConnection, datetime], Awaitable[str]]
"""Keeps what a step led to, in the transaction that ends its task. The result is one word, for the metrics."""

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

log = structlog.get_logger(__name__)


class Later(Exception):
    """It cannot be done now. ``reason`` is safe to log; ``meanwhile`` is kept all the same, once."""

    def __init__(self, reason: str, meanwhile: Write | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.meanwhile = meanwhile


async def nothing_to_do(_connection: AsyncConnection, _now: datetime) -> str:
    """It was taken back, or erased, meanwhile."""
    return NOT_WANTED


class Step(Protocol[T_contra]):
    """One kind of step, about things of one kind."""

    async def prepare(self, task: ClaimedTask, subject: T_contra, /) -> Write:
        """Raises :class:`Later`."""

    def give_up(self, subject: T_contra, /) -> Write:
        """It was tried so often that it will not be done any more."""


class TasksJob(Generic[T]):
    """Up to ``concurrency`` things at once, one step of each at a time. ``find`` gives the thing by its id.

    ``steps`` and what follows are by the step, an enum of the thing's kind. ``again`` says how long after a failed
    attempt the next one is, ``most`` how many there are (``None``: without end).
    """

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        tasks: TaskQueue,
        find: Callable[[int], Awaitable[T | None]],
        steps: Mapping[Any, Step[T]],
        again: Mapping[Any, Backoff],
        most: Mapping[Any, int | None],
        counter: Counter,
        runtime: Runtime,
        lease: timedelta,
        concurrency: int = 4,
    ) -> None:
        self.name = name
        self._database = database
        self._tasks = tasks
        self._find = find
        self._steps = steps
        self._again = again
        self._most = most
        self._counter = counter
        self._clock = runtime.clock
        self._random = runtime.random
        self._new_claim = runtime.new_claim
        self._lease = lease
        self.pool = TaskPool(concurrency)

    async def step(self) -> bool:
        if self.pool.free <= 0:
            return False
        taken = await self._tasks.claim(self._clock(), self._new_claim(), limit=self.pool.free, lease=self._lease)
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
            log.warning("task.store-down", job=self.name, task_id=task.id, error=type(error).__name__)
            result = "store-down"
        self._counter.labels(task.step, result).inc()

    async def _try(self, task: ClaimedTask) -> str:
        facts = {"job": self.name, "of": task.of, "step": task.step}
        most = self._most[task.step]
        try:
            return await self._end(task, give_up=most is not None and task.attempts > most)
        except LostClaim:
            raise
        except StoreDown:
            raise
        except FilesDown as down:
            log.warning("task.files-down", **facts, error=str(down))
            return await self._retry(task, "files-down")
        except Later as later:
            log.info("task.waits", **facts, reason=later.reason)
            return await self._retry(task, later.reason, later.meanwhile)
        except Exception as error:
            log.exception("task.failed", **facts, attempt=task.attempts)
            return await self._retry(task, type(error).__name__)

    async def _end(self, task: ClaimedTask, *, give_up: bool) -> str:
        subject, step = await self._find(task.of), self._steps[task.step]
        write: Write = nothing_to_do
        if subject is not None:
            write = step.give_up(subject) if give_up else await step.prepare(task, subject)
        now = self._clock()
        async with self._database.write(wake=True) as connection:
            result = await write(connection, now)
            await self._tasks.done(connection, task, now, result)
        return result

    async def _retry(self, task: ClaimedTask, reason: str, meanwhile: Write | None = None) -> str:
        due_at = self._clock() + self._again[task.step].wait(task.attempts, self._random)
        async with self._database.write(wake=meanwhile is not None) as connection:
            if meanwhile is not None:
                await meanwhile(connection, self._clock())
            await self._tasks.put_off(connection, task, due_at, reason)
        return "retry"
