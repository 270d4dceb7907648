"""Children of a benchmark: started, waited for, looked at, ended."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.phone.context import Account

PUBLIC_URL = "https://bench.example"
ACCOUNT = Account("bench-viber-token", "AC" + "0" * 32, "bench-twilio-token", "+302131313131")


def on_the_phone(database_url: str, port: int, viber: str, twilio: str) -> dict[str, str]:
    """The settings of a service with the trained model whose providers are a phone at these two addresses."""
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "bench secret 0123456789",
        "PORT": str(port),
        "PUBLIC_URL": PUBLIC_URL,
        "VIBER_AUTH_TOKEN": ACCOUNT.viber_token,
        "VIBER_API_URL": viber,
        "TWILIO_ACCOUNT_SID": ACCOUNT.twilio_sid,
        "TWILIO_AUTH_TOKEN": ACCOUNT.twilio_token,
        "TWILIO_FROM": ACCOUNT.sms_number,
        "TWILIO_API_URL": twilio,
        "MODEL_PATH": os.environ.get("MODEL_PATH", "models/counter.tar.gz"),
    }


@asynccontextmanager
async def process(*command: str, env: Mapping[str, str], up: str | None = None) -> AsyncIterator[Process]:
    """``python -m command``, ended at the end; with ``up``, waits until that address answers 200."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, env={**os.environ, **env}, stderr=DEVNULL, stdout=DEVNULL
    )
    try:
        if up is not None:
            await _answers(up, child)
        yield child
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def _answers(url: str, child: Process) -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(120):
        while child.returncode is None:
            try:
                async with session.get(url) as answer:
                    if answer.status < 500:
                        return
            except aiohttp.ClientError:
                pass  # not up yet
            await asyncio.sleep(0.1)
    raise RuntimeError(f"a child of the benchmark ended with {child.returncode}")


def resident_mb(child: Process) -> float:
    """Resident memory of a child in MB."""
    status = Path(f"/proc/{child.pid}/status").read_text()
    return round(int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024, 1)


async def load(url: str, **options: float) -> dict[str, Any]:
    """Run ``bench.load`` as a process of its own."""
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.load", url, *arguments, stdout=PIPE)
    out, _ = await child.communicate()
    return dict(json.loads(out))
