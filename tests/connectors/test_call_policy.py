"""The limit on calls at once, the breaker, the retries."""

from __future__ import annotations

import asyncio

import pytest

from connectors.call_policy import CallPolicy, Limits, Repeatable
from connectors.registry import RegistryRefused, RegistryUnavailable
from tests.connectors.sandbox import Clock

LIMITS = Limits(deadline=20.0, attempts=3, concurrency=2, failures=2, open_for=10.0)


async def test_what_changes_something_is_asked_once() -> None:
    clock, asked = Clock(), []

    async def attempt(end: float) -> None:
        asked.append(end)
        raise Repeatable("permits", "connection")

    with pytest.raises(Repeatable):
        await CallPolicy("permits", LIMITS, clock.runtime()).run(attempt, safe=False)
    assert len(asked) == 1
    assert clock.slept == []


async def test_no_retry_that_would_end_after_the_deadline() -> None:
    clock = Clock(random=1.0)

    async def attempt(_: float) -> None:
        raise Repeatable("permits", "connection")

    slow = Limits(deadline=5.0, backoff=10.0, backoff_cap=10.0)
    with pytest.raises(Repeatable):
        await CallPolicy("permits", slow, clock.runtime()).run(attempt, safe=True)
    assert clock.slept == []


async def test_so_many_at_once_and_no_more() -> None:
    guard = CallPolicy("permits", LIMITS, Clock().runtime())
    inside, most, go = 0, 0, asyncio.Event()

    async def attempt(_: float) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await go.wait()
        inside -= 1

    calls = [asyncio.create_task(guard.run(attempt, safe=True)) for _ in range(9)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert inside == 2
    go.set()
    await asyncio.gather(*calls)
    assert most == 2


async def test_a_full_queue_is_our_own_trouble() -> None:
    guard = CallPolicy("permits", LIMITS, Clock().runtime())
    go = asyncio.Event()

    async def attempt(_: float) -> None:
        await go.wait()

    held = [asyncio.create_task(guard.run(attempt, safe=True)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RegistryUnavailable, match="busy"):
        await guard.run(attempt, safe=True, deadline=0.01)
    assert guard.breaker.state == "closed"
    go.set()
    await asyncio.gather(*held)


async def test_one_probe_at_a_time_and_a_cancelled_one_decides_nothing() -> None:
    clock = Clock()
    guard = CallPolicy("permits", LIMITS, clock.runtime())

    async def down(_: float) -> None:
        raise RegistryUnavailable("permits", "timeout")

    async def silent(_: float) -> None:
        await asyncio.Future()

    async def up(_: float) -> str:
        return "answer"

    for _ in range(2):
        with pytest.raises(RegistryUnavailable, match="timeout"):
            await guard.run(down, safe=True)
    assert guard.breaker.state == "open"
    clock.seconds += 10.0
    probe = asyncio.create_task(guard.run(silent, safe=True))
    await asyncio.sleep(0)
    with pytest.raises(RegistryUnavailable, match="circuit open"):
        await guard.run(up, safe=True)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert guard.breaker.state == "half-open"
    assert await guard.run(up, safe=True) == "answer"
    assert guard.breaker.state == "closed"


async def test_a_refusal_is_an_answer() -> None:
    guard = CallPolicy("permits", LIMITS, Clock().runtime())

    async def refuse(_: float) -> None:
        raise RegistryRefused("permits", "error GEN_001")

    for _ in range(5):
        with pytest.raises(RegistryRefused):
            await guard.run(refuse, safe=True)
    assert guard.breaker.state == "closed"
