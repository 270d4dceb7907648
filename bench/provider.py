"""The demo phone as a provider that takes a while to answer: ``python -m bench.provider PORT SECONDS``."""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop

from bot.phone.app import running_phone
from bot.phone.context import Account
from bot.phone.faults import Faults, Latency
from bot.phone.phone import Options
from bot.phone.webhook_client import Addresses


async def main(port: int, latency: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    account = Account("bench-viber-token", "AC" + "0" * 32, "bench-twilio-token", "+302131313131")
    addresses = Addresses("http://127.0.0.1:1", "http://127.0.0.1:1")
    async with running_phone(account, addresses, Options(record=False, receipts=None), port=port) as running:
        running.phone.faults.set("viber", Faults(latency=Latency(seconds=latency)))
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), float(sys.argv[2])))
