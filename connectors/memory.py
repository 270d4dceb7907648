"""What a registry said a moment ago: for a short time in place of asking, and longer when it cannot be asked."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from connectors.ambient import Ambient
from connectors.registry import RegistryUnavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keeping:
    """``fresh`` seconds an answer stands for asking, ``stale`` seconds for a registry that is down; ``most`` keys."""

    fresh: float = 30.0
    stale: float = 12 * 3600.0
    most: int = 10_000


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What was said, when (UTC), and whether it is told only because nobody can be asked now."""

    value: T = field(repr=False)
    at: datetime
    stale: bool = False


class Memory(Generic[T]):
    """Answers by key, and one question at a time for each: who asks meanwhile waits for the same answer."""

    def __init__(self, ambient: Ambient, keeping: Keeping) -> None:
        self._ambient = ambient
        self._keeping = keeping
        self._kept: OrderedDict[str, tuple[float, Known[T]]] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Known[T]]] = {}

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> Known[T]:
        """Raises what ``ask`` raises, unless it is :class:`RegistryUnavailable` and a stale answer is at hand."""
        kept = self._within(key, self._keeping.fresh)
        if kept is not None:
            return kept
        try:
            # Shielded: a waiter that gives up must not take the answer away from the others.
            return await asyncio.shield(self._flight(key, ask))
        except RegistryUnavailable:
            last = self._within(key, self._keeping.stale)
            if last is None:
                raise
            return Known(last.value, last.at, stale=True)

    def forget(self, key: str) -> None:
        """An answer that is on its way is not kept either: it may be from before what has just changed."""
        self._kept.pop(key, None)
        self._flights.pop(key, None)

    def _within(self, key: str, seconds: float) -> Known[T] | None:
        since, known = self._kept.get(key, (float("-inf"), None))
        return known if self._ambient.ticks() < since + seconds else None

    def _flight(self, key: str, ask: Callable[[], Awaitable[T]]) -> asyncio.Task[Known[T]]:
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._ask(ask))
            flight.add_done_callback(lambda done: self._landed(key, done))
        return flight

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> Known[T]:
        at = self._ambient.now()  # before asking: what changes meanwhile may not be in the answer
        return Known(await ask(), at)

    def _landed(self, key: str, flight: asyncio.Task[Known[T]]) -> None:
        failed = flight.cancelled() or flight.exception() is not None
        if self._flights.get(key) is not flight:
            return
        del self._flights[key]
        if failed:
            return
        self._kept.pop(key, None)
        self._kept[key] = (self._ambient.ticks(), flight.result())
        if len(self._kept) > self._keeping.most:
            self._kept.popitem(last=False)
