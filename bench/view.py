"""The one view: list_my_cases over all registries, each of them 300 ms away, and with one of them hanging.

What the dialogue waits for is measured: :meth:`OneView.of` on SQLite, over real HTTP to the sandbox State, whose
answers are slowed by its own faults. Nobody's answer is remembered: each citizen asks once. The registry that hangs is
another one for each citizen, so that the circuit breaker, which would make it quick, never opens; how it is once it is
open is measured beside it.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import aiohttp
from aiohttp import web

from bot.app import http_session
from bot.registries.overview import OneView
from bot.store import Store
from casestore.database import Database
from casestore.migrate import migrate
from casestore.vault import Vault
from connectors.audit import MemoryAudit
from connectors.connect import connect
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, make_app
from connectors.sandbox.faults import FAULTS, Fault, Faults, Kind
from connectors.sandbox.seed import seeded

AWAY = 0.3  # seconds to each registry
CITIZENS, ALONE = 400, 24  # asked for four at a time; one after another where a registry hangs
AT_ONCE = 4


@dataclass(frozen=True)
class Setting:
    """The view, the citizens who look, and the State's faults."""

    view: OneView
    citizens: Iterator[int]
    faults: Faults
    names: tuple[str, ...]


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def sandbox(citizens: int) -> AsyncIterator[tuple[str, web.Application]]:
    """A State with so many citizens more, on a port of its own."""
    app = make_app(seeded(now, citizens=citizens))
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", app
    finally:
        await runner.cleanup()


@asynccontextmanager
async def setting(folder: str) -> AsyncIterator[Setting]:
    wanted = CITIZENS + 4 * ALONE
    database, vault = Database(f"sqlite+aiosqlite:///{folder}/counter.db"), Vault(["bench secret 0123456789"])
    await migrate(database)
    store = Store.over(database, vault)
    async with sandbox(wanted) as (url, app), http_session() as session:
        from connectors.sandbox.services import STATE

        afms = list(app[STATE].citizens)[5 : 5 + wanted]
        async with database.write() as connection:
            ids = [await store.citizens.ensure_one(connection, afm, now()) for afm in afms]
            for registry in ("permits", "efka", "cadastre", "civil_protection", "kep"):
                await store.cursors.move(connection, f"feed-{registry}", "0@0", now(), caught_up=True)
        found = connect(url, CLIENT_ID, CLIENT_SECRET, session=session, audit=MemoryAudit())
        await warm(url)
        view = OneView(list(found.cases.values()), store.citizens, store.cases, store.cursors, now)
        yield Setting(view, iter(ids), app[FAULTS], tuple(found.cases))
    await database.close()


async def warm(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/admin/faults") as answer:
        await answer.read()


async def looks(at: Setting, count: int, before: Callable[[], None] = lambda: None) -> list[float]:
    """Seconds that each look took, one after another."""
    took = []
    for _ in range(count):
        before()
        began = time.perf_counter()
        await at.view.of(next(at.citizens))
        took.append(time.perf_counter() - began)
    return took


def slow(at: Setting, but: str | None = None) -> None:
    """All registries are :data:`AWAY`; one hangs."""
    for name in at.names:
        at.faults.put(name, Fault(Kind.HANG) if name == but else Fault(Kind.SLOW, seconds=AWAY))


def p95(took: list[float]) -> float:
    return round(sorted(took)[int(len(took) * 0.95)], 3)


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        async with setting(folder) as at:
            await looks(at, 3)  # tokens and connections
            slow(at)
            together = await asyncio.gather(*(looks(at, CITIZENS // AT_ONCE - 1) for _ in range(AT_ONCE)))
            answered = [seconds for took in together for seconds in took]
            others = cycle(at.names)
            hanging = await looks(at, ALONE, lambda: slow(at, next(others)))
            slow(at, "efka")
            await looks(at, 6)  # until the breaker opens
            opened = await looks(at, ALONE // 2)
            at.faults.clear_all()
    return {
        "each_registry_seconds": AWAY,
        "p95_seconds": p95(answered),
        "p50_seconds": round(sorted(answered)[len(answered) // 2], 3),
        "looks": len(answered),
        "one_hanging_p95_seconds": p95(hanging),
        "one_hanging_breaker_open_p95_seconds": p95(opened),
    }


def run() -> dict[str, Any]:
    return asyncio.run(measure())
