"""News of cases at 50 events a second under 100,000 mass rows that wait: from the event's 200 to the provider, by lane.

The whole worker with its trained model, PostgreSQL, signed HTTP; the phone is the provider. Conversations go on beside
it. ``NOTICES_PEOPLE=2000 NOTICES_SECONDS=20 python -m bench notices`` is a short run for development; with
``NOTICES_MASS=0`` there is no mass notice beside it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from datetime import datetime
from typing import Any

import aiohttp
from sqlalchemy import func, select

from bench.crowded import EVENTS_SECRET, PORT, Crowded, crowded, quantile, serving
from bench.mass import answered, code, talk, until
from bot.runtime import utc_now
from casestore.queues.outbox import Priority
from casestore.tables import outbox
from connectors.sandbox.events import cloud_event
from connectors.sandbox.model import Change
from tests.bot.notices.crowd import afm_of, mobile_of, reference_of
from tests.connectors.signing import headers

PEOPLE = int(os.environ.get("NOTICES_PEOPLE", "100000"))
SECONDS = float(os.environ.get("NOTICES_SECONDS", "300"))
MASS = os.environ.get("NOTICES_MASS", "1") == "1"
RATE = float(os.environ.get("NOTICES_RATE", "50"))
SMS_RATE = "80"  # a second: the events leave room for some of the mass notice
URL = f"http://127.0.0.1:{PORT}/registries/civil_protection/events"


async def post(session: aiohttp.ClientSession, number: int) -> datetime:
    """A case has moved; when it was accepted."""
    now, afm = utc_now(), afm_of(number)
    data = {"sequence": 2, "afm": afm, "procedure": "flood-compensation", "stage": "on-site-inspection"}
    change = Change(f"bench-{number}", "gr.gov.case.stage-changed", "civil_protection", reference_of(number), now, data)
    body = cloud_event(change)
    async with session.post(URL, data=body, headers=headers(body, EVENTS_SECRET, now, change.id)) as answer:
        if answer.status != 200:
            raise RuntimeError(f"an event was answered {answer.status}")
    return utc_now()


async def events(first: int, count: int) -> dict[int, datetime]:
    """So many, evenly; when each was accepted."""
    accepted: dict[int, datetime] = {}

    async def one(session: aiohttp.ClientSession, number: int) -> None:
        accepted[number] = await post(session, number)

    began = time.perf_counter()
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for number in range(first, first + count):
            await asyncio.sleep(max(0.0, began + (number - first) / RATE - time.perf_counter()))
            group.create_task(one(session, number))
    return accepted


async def codes(crowd: Crowded, waits: list[float]) -> None:
    """Somebody wants a code every two seconds."""
    for number in range(10_000):
        waits.append(await code(crowd, number))
        await asyncio.sleep(2.0)


def handed_over(crowd: Crowded, accepted: dict[int, datetime]) -> list[float]:
    """Seconds from an event's 200 to the provider, for each that was told."""
    by_address = {mobile_of(number): number for number in accepted}
    found: dict[int, float] = {}
    for one in crowd.phone.accepted:
        number = by_address.get(one.address)
        if number is not None and reference_of(number)[-6:] in one.text and number not in found:
            found[number] = (one.at - accepted[number]).total_seconds()
    return list(found.values())


async def waiting(crowd: Crowded) -> int:
    mass = outbox.c.priority == int(Priority.MASS)
    async with crowd.store.database.read() as connection:
        counted = select(func.count()).select_from(outbox).where(mass, outbox.c.state == "open")
        return int(await connection.scalar(counted) or 0)


async def measure() -> dict[str, Any]:
    count = int(RATE * SECONDS)
    async with crowded(PEOPLE, SMS_RATE=SMS_RATE, VIBER_RATE="1000") as crowd, serving(crowd.env, "bot work"):
        await answered(crowd, 90_000)  # the worker is up, and warm
        if MASS:
            await crowd.started()
            await until(lambda: _made(crowd))
            await crowd.tidy()
        before = await waiting(crowd)
        talks, urgent = list[float](), list[float]()
        beside = [asyncio.create_task(talk(crowd, talks)), asyncio.create_task(codes(crowd, urgent))]
        accepted = await events(0, min(count, PEOPLE))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(120):
                await until(lambda: _all_told(crowd, accepted), 1.0)
        found = handed_over(crowd, accepted)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        after = await waiting(crowd)
    return {
        "events": len(accepted),
        "events_per_second": RATE,
        "mass_rows_waiting": f"{before} to {after}",
        "case_told": len(found),
        "case_p50": quantile(found, 0.5),
        "case_p95": quantile(found, 0.95),
        "case_p99": quantile(found, 0.99),
        "case_worst": round(max(found, default=-1.0), 3),
        "code_p95": quantile(urgent, 0.95),
        "code_worst": round(max(urgent, default=-1.0), 3),
        "answer_p95": quantile(talks, 0.95),
        "mass_sent_meanwhile": before - after,
    }


async def _all_told(crowd: Crowded, accepted: dict[int, datetime]) -> bool:
    return len(handed_over(crowd, accepted)) >= len(accepted)


async def _made(crowd: Crowded) -> bool:
    return await crowd.made() >= PEOPLE


def run() -> dict[str, Any]:
    return asyncio.run(measure())


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
