"""What stands between us and a registry in trouble: a limit on calls at once, a circuit breaker, careful retries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from connectors.registry import RegistryRefused, RegistryUnavailable
from connectors.runtime import Runtime

T = TypeVar("T")


class Repeatable(RegistryUnavailable):
    """It failed at once and may well work now: worth asking again, if asking changes nothing."""


class NotAsked(RegistryUnavailable):
    """Our own side did not ask (breaker open, queue full, no audit row): says nothing about the registry."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Per registry. Times in seconds.

    ``deadline`` covers everything a caller waits for: the queue, the token, all attempts and the pauses between them.
    ``failures`` in a row open the breaker ``open_for`` so long; then one call is let through to see.
    """

    deadline: float = 2.5
    attempts: int = 3
    backoff: float = 0.1
    backoff_cap: float = 1.0
    concurrency: int = 16
    failures: int = 5
    open_for: float = 20.0


class Breaker:
    """Stops asking a registry that does not answer. A refusal is an answer; only unavailability counts."""

    def __init__(self, registry: str, limits: Limits, ticks: Callable[[], float]) -> None:
        self._registry = registry
        self._limits = limits
        self._ticks = ticks
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def state(self) -> str:
        """``closed`` (calls pass), ``open`` (none does) or ``half-open`` (one may try)."""
        if self._open_until is None:
            return "closed"
        return "open" if self._ticks() < self._open_until else "half-open"

    def check(self) -> None:
        """Raise :class:`NotAsked` when no call may pass now."""
        state = self.state
        if state == "open" or (state == "half-open" and self._probing):
            raise NotAsked(self._registry, "circuit open")

    @contextmanager
    def passing(self) -> Iterator[None]:
        """One call through the breaker: its outcome decides whether the next may pass."""
        self.check()
        probe = self.state == "half-open"
        self._probing = self._probing or probe
        try:
            yield
            self._answered()
        except NotAsked:
            raise
        except RegistryUnavailable:
            self._failed(probe)
            raise
        except RegistryRefused:
            self._answered()
            raise
        finally:
            if probe:
                self._probing = False

    def _answered(self) -> None:
        self._failures = 0
        self._open_until = None

    def _failed(self, probe: bool) -> None:
        self._failures += 1
        if probe or (self._open_until is None and self._failures >= self._limits.failures):
            self._open_until = self._ticks() + self._limits.open_for


class CallPolicy:
    """Runs attempts against one registry within its limits."""

    def __init__(self, registry: str, limits: Limits, runtime: Runtime) -> None:
        self.breaker = Breaker(registry, limits, runtime.ticks)
        self._registry = registry
        self._limits = limits
        self._runtime = runtime
        self._slots = asyncio.Semaphore(limits.concurrency)

    async def run(self, attempt: Callable[[float], Awaitable[T]], *, safe: bool, deadline: float | None = None) -> T:
        """``attempt(end)`` until it works, at most ``limits.attempts`` times and only once unless ``safe``.

        ``end`` is the deadline in the event loop's own time. Raises what the last attempt raised.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + (self._limits.deadline if deadline is None else deadline)
        number = 0
        while True:
            number += 1
            try:
                return await self._once(attempt, end)
            except Repeatable:
                pause = self._pause(number)
                if not safe or number >= self._limits.attempts or clock() + pause >= end:
                    raise
            await self._runtime.sleep(pause)

    def _pause(self, number: int) -> float:
        ceiling = min(self._limits.backoff_cap, self._limits.backoff * 2.0 ** (number - 1))
        return self._runtime.random() * ceiling

    async def _once(self, attempt: Callable[[float], Awaitable[T]], end: float) -> T:
        self.breaker.check()  # before the queue as well: nobody waits for a slot to be told that it is open
        async with self._slot(end):
            with self.breaker.passing():
                return await attempt(end)

    @asynccontextmanager
    async def _slot(self, end: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(end):
                await self._slots.acquire()
        except TimeoutError:
            raise NotAsked(self._registry, "busy") from None
        try:
            yield
        finally:
            self._slots.release()
