"""The sandbox State on a real port, and a clock that tests turn by hand."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web

from connectors.audit import Audit, MemoryAudit
from connectors.call_policy import Limits
from connectors.connect import REGISTRIES, Overrides, Registries, WireProtocol, connect
from connectors.runtime import Runtime
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, Pairs, make_app
from connectors.sandbox.faults import FAULTS, Faults
from connectors.sandbox.filing import Filing
from connectors.sandbox.seed import seeded
from connectors.sandbox.services import FILING
from connectors.sandbox.state import State
from connectors.sandbox.tokens import TOKENS, Tokens

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PATIENT = Limits(deadline=20.0)  # where the answer is wanted, however slow the machine is today


@dataclass
class Clock:
    """``sleep`` takes no time: it moves the clock, and ``slept`` tells by how much each time."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    random: float = 0.5

    def runtime(self) -> Runtime:
        ids = itertools.count(1)
        return Runtime(
            now=self.now,
            ticks=lambda: self.seconds,
            random=lambda: self.random,
            sleep=self.sleep,
            new_id=lambda: f"call-{next(ids)}",
        )

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


@asynccontextmanager
async def served(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """The base address of ``app`` on loopback."""
    runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Sandbox:
    """A running sandbox and what a test wants to reach of it."""

    url: str
    app: web.Application
    state: State
    session: aiohttp.ClientSession
    clock: Clock
    audit: MemoryAudit

    @property
    def faults(self) -> Faults:
        return self.app[FAULTS]

    @property
    def tokens(self) -> Tokens:
        return self.app[TOKENS]

    @property
    def filing(self) -> Filing:
        return self.app[FILING]

    def registries(
        self,
        limits: Limits = PATIENT,
        secret: str = CLIENT_SECRET,
        url: str = "",
        protocol: WireProtocol = WireProtocol.JSON,
        audit: Audit | None = None,
    ) -> Registries:
        return connect(
            url or self.url,
            CLIENT_ID,
            secret,
            session=self.session,
            audit=audit or self.audit,
            overrides=Overrides(protocols=dict.fromkeys(REGISTRIES, protocol)),
            limits=limits,
            runtime=self.clock.runtime(),
        )


@asynccontextmanager
async def running(
    *, pairs: Pairs | None = None, events_url: str | None = None, events_secret: str = "", speed: float = 0.0
) -> AsyncIterator[Sandbox]:
    clock = Clock()
    state, runtime = seeded(clock.now), clock.runtime()
    app = make_app(state, pairs=pairs, events_url=events_url, events_secret=events_secret, speed=speed, runtime=runtime)
    async with served(app) as url, aiohttp.ClientSession() as session:
        yield Sandbox(url, app, state, session, clock, MemoryAudit())


def elapsed_since(started: float) -> float:
    return time.monotonic() - started
