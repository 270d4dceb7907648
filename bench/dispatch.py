"""Dispatch: how many sends a second one ``work`` process makes to a local provider that takes 50 ms to answer.

On PostgreSQL, where several workers are normal. The worker is the real composition with a dialogue that is never
asked; the provider is the demo phone in a process of its own. Two workers then share another pile, and every row is
counted once.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from sqlalchemy import func, select

from bench.postgresql import postgresql
from bench.processes import process
from bot.messaging.payload import OutboundBody
from bot.runtime import utc_now
from bot.settings import load as settings_from
from bot.store import Store, open_store
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.tables import outbox

ROWS = 6000
LATENCY = 0.05  # seconds
PHONE_PORT = 9931
TOKEN = "bench-viber-token"


def environment(url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": "bench secret 0123456789",
        "VIBER_AUTH_TOKEN": TOKEN,
        "VIBER_API_URL": f"http://127.0.0.1:{PHONE_PORT}/pa",
        "VIBER_RATE": "100000",
    }


async def fill(store: Store, start: int) -> None:
    """A pile of dispatches, each for somebody else."""
    now = utc_now()
    for first in range(start, start + ROWS, 500):
        batch = [
            Dispatch(
                key=f"bench:{n}",
                channel="viber",
                address=f"bench-{n:08d}",
                body=OutboundBody("Η αίτησή σας προχώρησε στο επόμενο στάδιο.").encode(),
                kind=Kind.NOTICE,
                priority=Priority.MASS,
                conversation_id=None,
                due_at=now,
            )
            for n in range(first, first + 500)
        ]
        async with store.database.write() as connection:
            await store.outbox.add(connection, batch, now)


async def sent(store: Store) -> int:
    async with store.database.read() as connection:
        count = select(func.count()).select_from(outbox).where(outbox.c.state == "sent")
        return int(await connection.scalar(count) or 0)


async def accepted() -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{PHONE_PORT}/admin/counts") as answer:
        return int((await answer.json()).get("viber.accepted", 0))


async def drain(store: Store, env: Mapping[str, str], workers: int, start: int) -> float:
    """Sends a second, between the first tenth and the last of a pile, with so many workers."""
    await fill(store, start)
    async with AsyncExitStack() as stack:
        for _ in range(workers):
            await stack.enter_async_context(process("bench.sender", env=env))
        marks: list[tuple[float, int]] = []
        while True:
            done = await sent(store) - start
            marks.append((time.perf_counter(), done))
            if done >= ROWS:
                break
            await asyncio.sleep(0.1)
    begun = next(mark for mark in marks if mark[1] > ROWS // 10)
    ended = next(mark for mark in marks if mark[1] >= ROWS)
    return (ended[1] - begun[1]) / (ended[0] - begun[0])


async def measure() -> dict[str, Any]:
    with postgresql() as url:
        return await _measure(url)


async def _measure(url: str) -> dict[str, Any]:
    env = environment(url)
    settings = settings_from(_env_file=None, **{name.lower(): value for name, value in env.items()})
    phone = ("bench.provider", str(PHONE_PORT), str(LATENCY))
    async with open_store(settings, migrating=True) as store, process(*phone, env=env):
        one = [await drain(store, env, 1, start) for start in range(0, 3 * ROWS, ROWS)]
        two = await drain(store, env, 2, 3 * ROWS)
        took = await accepted()
    return {
        "sends_per_second": round(statistics.median(one), 1),
        "runs": [round(rate, 1) for rate in one],
        "two_workers": round(two, 1),
        "rows": 4 * ROWS,
        "accepted_by_the_provider": took,
        "sent_twice": took - 4 * ROWS,
    }


def run() -> dict[str, Any]:
    return asyncio.run(measure())


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
