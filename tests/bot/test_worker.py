"""The worker's loop: it looks when there is something, goes on whatever happens, and stops when all in hand is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from bot.worker import Loop, TaskPool, Worker, run_until_idle
from casestore.wakeup import Waker

AWAY = OperationalError("select", None, OSError("away"))


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something that no event tells of is so."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (a fake with an event for each of its fields would be longer than this)
            await asyncio.sleep(0)


class Scripted:
    """A job whose steps are results, or errors to raise; then it has nothing to do."""

    name = "scripted"

    def __init__(self, *script: bool | BaseException, at_end: Callable[[], None] = lambda: None) -> None:
        self._script = list(script)
        self._at_end = at_end
        self.steps = 0
        self.drained = False

    async def step(self) -> bool:
        self.steps += 1
        if not self._script:
            self._at_end()
            return False
        step = self._script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    async def drain(self) -> None:
        self.drained = True


def looping(*script: bool | BaseException, **more: Any) -> tuple[Scripted, Loop, asyncio.Event]:
    """A loop that is stopped when its script has ended."""
    woken = asyncio.Event()
    job = Scripted(*script, at_end=lambda: loop.stop())
    loop = Loop(job, woken, **({"idle": 0.0, "store_down": 0.0} | more))
    return job, loop, woken


@pytest.mark.parametrize(
    "script",
    [
        (True, True),
        (False, True, False),
        (AWAY, True),
        (ValueError("a fault of ours"), AWAY, True),
        (asyncio.CancelledError(), True),  # of something that the step has called
    ],
)
async def test_it_goes_on_whatever_happens(script: tuple[bool | BaseException, ...]) -> None:
    job, loop, _ = looping(*script)
    async with asyncio.timeout(5):
        await loop.run()
    assert job.steps == len(script) + 1
    assert job.drained


async def test_while_there_is_something_it_does_not_wait() -> None:
    job, loop, _ = looping(*[True] * 50, idle=60.0)
    async with asyncio.timeout(5):
        await loop.run()
    assert job.steps == 51


async def test_a_hint_wakes_it_and_so_does_one_that_comes_during_a_step() -> None:
    job, loop, woken = looping(False, False, idle=60.0)
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(5):
        while not running.done():
            woken.set()
            await asyncio.sleep(0)
    assert job.steps == 3


async def test_who_has_just_looked_in_vain_does_not_look_at_the_next_hint_yet() -> None:
    job, loop, woken = looping(False, False, idle=60.0, between=60.0)
    running = asyncio.create_task(loop.run())
    for _ in range(100):
        woken.set()
        await asyncio.sleep(0)
    assert job.steps == 1
    loop.stop()
    async with asyncio.timeout(5):
        await running
    assert job.drained


async def test_to_stop_ends_a_pause() -> None:
    job, loop, _ = looping(AWAY, idle=60.0, store_down=60.0)
    running = asyncio.create_task(loop.run())
    await until(lambda: job.steps > 0)
    loop.stop()
    async with asyncio.timeout(5):
        await running
    assert job.drained


async def test_who_cancels_it_ends_it() -> None:
    class Waiting(Scripted):
        async def step(self) -> bool:
            self.steps += 1
            await asyncio.Event().wait()
            return True

    job = Waiting()
    running = asyncio.create_task(Loop(job, asyncio.Event(), store_down=0.0).run())
    await until(lambda: job.steps > 0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert job.steps == 1


async def test_hands_hold_so_many_and_call_when_one_is_free() -> None:
    pool, freed, release = TaskPool(2), asyncio.Event(), asyncio.Event()
    pool.on_free = freed.set
    done: list[int] = []

    async def work(number: int) -> None:
        await release.wait()
        done.append(number)

    for number in range(2):
        pool.take(work(number))
    assert pool.free == 0
    release.set()
    await pool.empty()
    assert (sorted(done), pool.free, freed.is_set()) == ([0, 1], 2, True)


async def test_a_hand_whose_work_fails_or_is_cancelled_is_free_again() -> None:
    pool, calls = TaskPool(3), []
    pool.on_free = lambda: calls.append(pool.free)

    async def fail() -> None:
        raise ValueError("a fault of ours")

    async def cancelled() -> None:
        raise asyncio.CancelledError

    pool.take(fail())
    pool.take(cancelled())
    await pool.empty()
    assert pool.free == 3
    assert calls == [2, 3]


async def test_to_be_empty_includes_what_was_taken_meanwhile() -> None:
    pool, done = TaskPool(2), []

    async def second() -> None:
        await asyncio.sleep(0)
        done.append("second")

    async def first() -> None:
        pool.take(second())
        done.append("first")

    pool.take(first())
    await pool.empty()
    assert done == ["first", "second"]


async def test_running_until_idle() -> None:
    jobs = [Scripted(True, False, True), Scripted(False)]
    await run_until_idle([*jobs])
    assert [job.steps for job in jobs] == [2, 2]
    assert all(job.drained for job in jobs)
    with pytest.raises(RuntimeError, match="not idle"):
        await run_until_idle([Scripted(*[True] * 9)], rounds=3)


class Hints(Waker):
    """A waker that a test calls; it knows whether it was let go."""

    def __init__(self) -> None:
        super().__init__(make_url("sqlite+aiosqlite://"))
        self.running = False

    async def run(self) -> None:
        self.running = True
        try:
            await asyncio.Event().wait()
        finally:
            self.running = False


class Handy(Scripted):
    """Takes one piece of work into a hand, which takes until ``release``."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = TaskPool(1)
        self.release = asyncio.Event()
        self.finished = False

    async def step(self) -> bool:
        self.steps += 1
        if self.steps == 1:
            self.pool.take(self._work())
        return False

    async def _work(self) -> None:
        await self.release.wait()
        self.finished = True

    async def drain(self) -> None:
        await self.pool.empty()


async def test_a_worker_stops_when_all_in_hand_is_done() -> None:
    waker, handy, failing = Hints(), Handy(), Scripted(ValueError("a fault of ours"))
    worker = Worker([handy, failing], waker)
    running = asyncio.create_task(worker.run())
    await until(lambda: handy.steps > 0 and failing.steps > 0)
    worker.stop()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not running.done()
    handy.release.set()
    async with asyncio.timeout(5):
        await running
    assert handy.finished
    assert failing.drained
    assert not waker.running


async def test_a_free_hand_and_a_hint_make_it_look_again() -> None:
    waker, handy = Hints(), Handy()
    worker = Worker([handy], waker)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        await until(lambda: handy.steps >= 1)
        handy.release.set()
        await until(lambda: handy.steps >= 2)
        waker.wake()
        await until(lambda: handy.steps >= 3)
        worker.stop()
        await running


async def test_a_worker_that_was_stopped_before_it_began_does_nothing() -> None:
    job = Scripted()
    worker = Worker([job], Hints())
    worker.stop()
    async with asyncio.timeout(5):
        await worker.run()
    assert (job.steps, job.drained) == (0, True)
