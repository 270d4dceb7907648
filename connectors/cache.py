"""What a registry said a moment ago: for a short time in place of asking, and longer when it cannot be asked."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from connectors.registry import RegistryUnavailable
from connectors.runtime import Runtime

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """``fresh`` seconds an answer stands for asking, ``stale`` seconds for a registry that is down; ``most`` keys."""

    fresh: float = 30.0
    stale: float = 12 * 3600.0
    most: int = 10_000


@dataclass(frozen=True, slots=True)
class Cached(Generic[T]):
    """What was said, when (UTC), and whether it is told only because nobody can be asked now."""

    value: T = field(repr=False)
    at: datetime
    stale: bool = False


@dataclass(slots=True)
class _Flight(Generic[T]):
    """A question on its way, and how many wait for its answer."""

    task: asyncio.Task[Cached[T]]
    waiters: int = 0


class ResponseCache(Generic[T]):
    """Answers by key, and one question at a time for each: who asks meanwhile waits for the same answer."""

    def __init__(self, runtime: Runtime, keeping: CachePolicy) -> None:
        self._runtime = runtime
        self._keeping = keeping
        self._kept: OrderedDict[str, tuple[float, Cached[T]]] = OrderedDict()
        self._flights: dict[str, _Flight[T]] = {}

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> Cached[T]:
        """Raises what ``ask`` raises, unless it is :class:`RegistryUnavailable` and a stale answer is at hand."""
        kept = self._within(key, self._keeping.fresh)
        if kept is not None:
            return kept
        try:
            return await self._wait(key, self._flight(key, ask))
        except RegistryUnavailable:
            last = self._within(key, self._keeping.stale)
            if last is None:
                raise
            return Cached(last.value, last.at, stale=True)

    def forget(self, key: str) -> None:
        """An answer that is on its way is not kept either: it may be from before what has just changed."""
        self._kept.pop(key, None)
        self._flights.pop(key, None)

    def _within(self, key: str, seconds: float) -> Cached[T] | None:
        since, known = self._kept.get(key, (float("-inf"), None))
        return known if self._runtime.ticks() < since + seconds else None

    def _flight(self, key: str, ask: Callable[[], Awaitable[T]]) -> _Flight[T]:
        if key not in self._flights:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._ask(ask)))
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        return self._flights[key]

    async def _wait(self, key: str, flight: _Flight[T]) -> Cached[T]:
        flight.waiters += 1
        try:
            # Shielded: a waiter that gives up must not take the answer away from the others.
            return await asyncio.shield(flight.task)
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                self._lift(key, flight)
                flight.task.cancel()
                await asyncio.wait([flight.task])  # until it is written down as cancelled

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> Cached[T]:
        at = self._runtime.now()  # before asking: what changes meanwhile may not be in the answer
        return Cached(await ask(), at)

    def _landed(self, key: str, flight: _Flight[T]) -> None:
        failed = flight.task.cancelled() or flight.task.exception() is not None
        if not self._lift(key, flight) or failed:
            return
        self._kept.pop(key, None)
        self._kept[key] = (self._runtime.ticks(), flight.task.result())
        if len(self._kept) > self._keeping.most:
            self._kept.popitem(last=False)

    def _lift(self, key: str, flight: _Flight[T]) -> bool:
        """Make room for another question, if this one is still the current one."""
        if self._flights.get(key) is not flight:
            return False
        del self._flights[key]
        return True
