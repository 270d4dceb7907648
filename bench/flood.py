"""A flood: how long somebody uninvolved waits, on SMS and on Viber, while 200 senders write 20 SMS each.

The service is the real one in its two processes, on either database, with the trained model; the phone is in this
process. SMS go out at ten a second. During the flood and after it somebody who has never written asks on each channel,
a new person every few seconds; measured is from their message to the answer that the provider takes.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from typing import Any

from bench.postgresql import postgresql
from bench.processes import ACCOUNT, PUBLIC_URL, on_the_phone, process
from bot.phone.app import running_phone
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses
from bot.runtime import utc_now
from bot.settings import load as settings_from
from bot.store import open_store

SENDERS, EACH = 200, 20
SMS_RATE = "10"
PORT = 9932
EVERY = 4.0  # seconds between two who are not involved
ASKED = 12  # on each channel
PATIENCE = 600.0
FLOOD, QUIET = "τι χαρτιά χρειάζονται για το πιστοποιητικό γέννησης", "γεια σας"


async def flood(phone: Phone) -> float:
    """Everybody's first message, everybody's second, and so on; seconds until all were taken."""
    started = time.perf_counter()
    for _ in range(EACH):
        await asyncio.gather(*(phone.sms.write(f"+3069310{n:05d}", FLOOD) for n in range(SENDERS)))
    return time.perf_counter() - started


async def wait(phone: Phone, channel: str, address: str) -> float:
    """Seconds until somebody's greeting was answered."""
    started = time.perf_counter()
    handset = phone.sms if channel == "sms" else phone.viber
    await handset.write(address, QUIET)
    while not any(one.address == address for one in reversed(phone.accepted)):
        if time.perf_counter() - started > PATIENCE:
            break
        await asyncio.sleep(0.02)
    return time.perf_counter() - started


async def ask_now_and_then(phone: Phone) -> dict[str, list[float]]:
    """By channel, how long each of those who are not involved has waited."""
    people = []
    for number in range(ASKED):
        people.append(asyncio.create_task(wait(phone, "sms", f"+3069770{number:05d}")))
        people.append(asyncio.create_task(wait(phone, "viber", f"bench-quiet-{number:08d}")))
        await asyncio.sleep(EVERY)
    waits = await asyncio.gather(*people)
    return {"sms": waits[0::2], "viber": waits[1::2]}


async def measure(database: str) -> dict[str, Any]:
    nowhere = Addresses(f"http://127.0.0.1:{PORT}", PUBLIC_URL)
    options = Options(receipts=None, clock=utc_now)
    async with running_phone(ACCOUNT, nowhere, options) as running:
        env = on_the_phone(database, PORT, running.viber_api_url, running.twilio_api_url) | {"SMS_RATE": SMS_RATE}
        async with open_store(settings_from(_env_file=None, **{k.lower(): v for k, v in env.items()}), migrating=True):
            pass  # the schema is there
        up = f"http://127.0.0.1:{PORT}/readyz"
        async with process("bot", "serve", env=env, up=up), process("bot", "work", env=env):
            phone = running.phone
            await wait(phone, "sms", "+306977099999")  # the worker is up, and warm
            flooding = asyncio.create_task(flood(phone))
            waits = await ask_now_and_then(phone)
            taken = await flooding
            answered = sum(one.address.startswith("+3069310") for one in phone.accepted)
    return {
        "messages": SENDERS * EACH,
        "flood_seconds": round(taken, 1),
        "flood_answered_by_then": answered,
        **{f"{channel}_waits": [round(one, 2) for one in found] for channel, found in waits.items()},
        **{f"{channel}_worst": round(max(found), 2) for channel, found in waits.items()},
    }


def run() -> dict[str, Any]:
    """The same on SQLite and on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        found = {"sqlite": asyncio.run(measure(f"sqlite+aiosqlite:///{folder}/counter.db"))}
    with postgresql() as url:
        return found | {"postgresql": asyncio.run(measure(url))}


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
