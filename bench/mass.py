"""A mass notice to 100,000 on PostgreSQL: how long it takes to make, what others notice of it, how soon it stops.

``MASS_PEOPLE=2000 python -m bench mass`` is a short run for development; ``MASS_PARTS=killed`` does only that part.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from bench.crowded import Crowded, crowded, quantile, serving
from bench.processes import process
from bot.messaging.payload import OutboundBody
from bot.runtime import utc_now
from casestore.broadcasts.model import Broadcast
from casestore.queues.outbox import Dispatch, Kind, Priority

PEOPLE = int(os.environ.get("MASS_PEOPLE", "100000"))
CODES = 20
KILL_EVERY = 2.0
PATIENCE = 900.0
GREETING = "γεια σας"


async def until(true: Callable[[], Awaitable[bool]], pause: float = 0.2) -> float:
    """Seconds until it is."""
    began = time.perf_counter()
    while not await true():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError
        await asyncio.sleep(pause)
    return time.perf_counter() - began


async def answered(crowd: Crowded, number: int) -> float:
    """Seconds until somebody's greeting on Viber was answered."""
    address = f"bench-asks-{number:08d}"
    began = time.perf_counter()
    await crowd.phone.viber.write(address, GREETING)
    await until(lambda: _told(crowd, address), 0.01)
    return time.perf_counter() - began


async def _told(crowd: Crowded, address: str) -> bool:
    return any(one.address == address for one in reversed(crowd.phone.accepted))


async def talk(crowd: Crowded, waits: list[float]) -> None:
    """Somebody asks every half second."""
    for number in range(1, 10_000):
        waits.append(await answered(crowd, number))
        await asyncio.sleep(0.5)


async def code(crowd: Crowded, number: int) -> float:
    """Seconds until a code, ordered now, is with the provider of SMS."""
    now, address = utc_now(), f"+3069990{number:05d}"
    one = Dispatch(
        key=f"bench-code:{number}",
        channel="sms",
        address=address,
        body=OutboundBody("123456").encode(),
        kind=Kind.CODE,
        priority=Priority.CODE,
        conversation_id=None,
        due_at=now,
        expires_at=now + timedelta(minutes=10),
    )
    began = time.perf_counter()
    async with crowd.store.database.write(wake=True) as connection:
        await crowd.store.outbox.add(connection, [one], now)
    await until(lambda: _told(crowd, address), 0.01)
    return time.perf_counter() - began


async def stopped(crowd: Crowded, broadcast: Broadcast) -> tuple[float, dict[str, int]]:
    """Seconds from the stop to the last call that a provider got; and the stop's three numbers."""
    asked = utc_now()
    found = await crowd.control.stop(broadcast.id, "approver")
    await asyncio.sleep(10.0)
    last = max((one.at for one in crowd.phone.accepted if one.channel == "sms"), default=asked)
    numbers = {"stopped": found.stopped, "gone": found.gone, "in_flight": found.in_flight}
    return max(0.0, (last - asked).total_seconds()), numbers


async def at_work() -> dict[str, Any]:
    """With the whole worker and its model, SMS at ten a second: others ask meanwhile."""
    async with crowded(PEOPLE, SMS_RATE="10", VIBER_RATE="1000") as crowd, serving(crowd.env, "bot work"):
        quiet = [await answered(crowd, 90_000 + number) for number in range(10)][1:]  # the first waits for the model
        broadcast, planned = await crowd.started()
        waits: list[float] = []
        asking = asyncio.create_task(talk(crowd, waits))
        making = await until(lambda: _all_made(crowd))
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        await crowd.tidy()
        codes = [await code(crowd, number) for number in range(CODES)]
        progress = await crowd.progress(broadcast)
        mass = [one for one in crowd.phone.accepted if one.channel == "sms" and "MA" in one.text]
        expected = _expected_parts(broadcast) * progress.handed_over / PEOPLE
        seconds, numbers = await stopped(crowd, broadcast)
    return {
        "people": PEOPLE,
        "planned_seconds": round(planned, 1),
        "made_seconds": round(making, 1),
        "made_per_second": round(PEOPLE / making, 1),
        "answer_p95_before": quantile(quiet, 0.95),
        "answer_p95_meanwhile": quantile(waits, 0.95),
        "answers_meanwhile": len(waits),
        "code_p95": quantile(codes, 0.95),
        "code_worst": round(max(codes), 3),
        "sms_by_then": len(mass),
        "parts_expected": round(expected),
        "parts_billed": progress.parts,
        "stop_seconds": round(seconds, 2),
        "stop": numbers,
    }


def _expected_parts(broadcast: Broadcast) -> float:
    return float(json.loads(broadcast.preview or "{}")["channels"]["sms"]["parts"])


async def _all_made(crowd: Crowded) -> bool:
    return await crowd.made() >= PEOPLE


async def killed() -> dict[str, Any]:
    """A worker that lives two seconds, again and again, until everybody has a notice."""
    async with crowded(PEOPLE, SMS_RATE="1") as crowd:
        broadcast, _ = await crowd.started()
        kills, began = 0, time.perf_counter()
        while not await _all_made(crowd):
            before = await crowd.made()
            async with process("bench.sender", env=crowd.env) as worker:
                await until(lambda before=before: _more(crowd, before))  # type: ignore[misc]
                await asyncio.sleep(KILL_EVERY)
                worker.kill()
            kills += 1
        took = time.perf_counter() - began
        progress = await crowd.progress(broadcast)
        taken = Counter(one.address for one in crowd.phone.accepted)
        return {
            "kills": kills,
            "killed_seconds": round(took, 1),
            "killed_made": progress.made,
            "killed_missing": PEOPLE - progress.made,
            "killed_notices": await crowd.made(),
            "killed_told_twice": sum(count > 1 for count in taken.values()),
        }


async def _more(crowd: Crowded, before: int) -> bool:
    made = await crowd.made()
    return made > before or made >= PEOPLE


PARTS = {"at_work": at_work, "killed": killed}


def run() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in os.environ.get("MASS_PARTS", ",".join(PARTS)).split(","):
        found |= asyncio.run(PARTS[name]())
        sys.stderr.write(f"{name} {found}\n")
    return found


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
