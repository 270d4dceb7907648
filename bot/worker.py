"""A worker's loop: look, take what there is, look again when something was committed or some time has passed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from casestore.database import StoreDown
from casestore.wakeup import Waker

IDLE = 2.0  # seconds between looks when nothing woke us
BETWEEN = 0.2  # seconds, at least, from a look that found nothing to the next: any commit wakes every job
STORE_DOWN = 3.0  # seconds before asking a database again that was away

log = structlog.get_logger(__name__)


class Job(Protocol):
    """Work that comes in rounds. ``step`` does what can be done now and says whether it did anything."""

    name: str

    async def step(self) -> bool: ...

    async def drain(self) -> None:
        """Finish what is in hand; take nothing new."""


class Timer:
    """When a job that rests between rounds goes on: at once after the start. Kept by this process alone."""

    def __init__(self) -> None:
        self._due: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        return self._due is None or now >= self._due

    def rest_until(self, due: datetime) -> None:
        self._due = due


class Loop:
    """Runs one job until it is told to stop."""

    def __init__(
        self,
        job: Job,
        woken: asyncio.Event,
        *,
        idle: float = IDLE,
        between: float = 0.0,
        store_down: float = STORE_DOWN,
    ) -> None:
        self._job = job
        self._woken = woken
        self._idle = idle
        self._between = between
        self._store_down = store_down
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Never ends because of an error: it is logged, and the job is looked at again."""
        while not self._stopped.is_set():
            self._woken.clear()
            if not await self._step():
                if self._between:
                    await _first_of(self._stopped, self._between)
                await _first_of(self._woken, self._idle)
        await self._job.drain()

    async def _step(self) -> bool:
        try:
            return await self._job.step()
        except StoreDown as error:
            log.warning("worker.store-down", job=self._job.name, error=type(error).__name__)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            log.exception("worker.failed", job=self._job.name)  # not we: something that it had called was cancelled
        except Exception:
            log.exception("worker.failed", job=self._job.name)
        await _first_of(self._stopped, self._store_down)
        return False

    def stop(self) -> None:
        """Finish what is in hand and return from :meth:`run`."""
        self._stopped.set()
        self._woken.set()


async def _first_of(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def run_until_idle(jobs: list[Job], *, rounds: int = 10_000) -> None:
    """Step every job until none has anything to do: how a test, and a one-off command, run a worker."""
    for _ in range(rounds):
        did = [await job.step() for job in jobs]
        for job in jobs:
            await job.drain()
        if not any(did):
            return
    raise RuntimeError(f"not idle after {rounds} rounds")


class TaskPool:
    """At most ``limit`` things in hand at once, each a task that never raises."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_free: Callable[[], None] = lambda: None

    @property
    def free(self) -> int:
        return self._limit - len(self._tasks)

    def take(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("worker.task-failed", exc_info=task.exception())
        self.on_free()

    async def empty(self) -> None:
        while self._tasks:
            await asyncio.wait(set(self._tasks))


class Worker:
    """Everything that a ``work`` process does, as jobs; :meth:`run` until :meth:`stop`."""

    def __init__(self, jobs: Sequence[Job], waker: Waker) -> None:
        self.jobs = list(jobs)
        self._waker = waker
        self._loops = [self._loop(job) for job in self.jobs]

    async def run(self) -> None:
        """Returns when stopped and everything in hand is finished."""
        watch = asyncio.create_task(self._waker.run())
        try:
            async with asyncio.TaskGroup() as group:
                for loop in self._loops:
                    group.create_task(loop.run())
        finally:
            watch.cancel()
            await asyncio.wait([watch])

    def _loop(self, job: Job) -> Loop:
        woken = self._waker.subscribe()
        between = 0.0 if getattr(job, "prompt", False) else BETWEEN
        pool = getattr(job, "pool", None)
        if isinstance(pool, TaskPool):
            pool.on_free = woken.set
        return Loop(job, woken, between=between)

    def stop(self) -> None:
        for loop in self._loops:
            loop.stop()
