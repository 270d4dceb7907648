"""Ack: how fast ``serve`` takes signed Viber webhooks, against an aiohttp handler that only reads the body and answers.

Both are loaded in turn by the same client, 64 connections; the durable commit (``synchronous=FULL``) stays in. Then, at
half of serve's rate, with a worker busy with turns on the same database: the latency counts from when a request was
due, so a stall is not hidden by the client waiting for it.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from typing import Any

from bench.load import TOKEN
from bench.processes import load, process

SERVE, PLAIN, PHONE, WORKER = 9911, 9912, 9913, 9914
SECONDS = 5.0
PAIRS = 5
PATH = "/webhooks/viber"


def environment(folder: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/counter.db",
        "SECRET_KEY": "bench secret 0123456789",
        "PORT": str(SERVE),
        "WORKER_PORT": str(WORKER),
        "VIBER_AUTH_TOKEN": TOKEN,
        "VIBER_API_URL": f"http://127.0.0.1:{PHONE}/pa",
        "VIBER_RATE": "100000",
    }


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        env = environment(folder)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(process("bot", "serve", env=env, up=f"http://127.0.0.1:{SERVE}/readyz"))
            async with process("bench.plain", str(PLAIN), env=env, up=f"http://127.0.0.1:{PLAIN}/"):
                alone = await _pairs()
        rate = statistics.median(pair["serve"]["per_second"] for pair in alone) / 2
        beside = await _beside_a_worker(rate)
    return {
        "ratio": round(statistics.median(p["serve"]["per_second"] / p["plain"]["per_second"] for p in alone), 2),
        "ratios": [round(p["serve"]["per_second"] / p["plain"]["per_second"], 2) for p in alone],
        "serve_per_second": statistics.median(p["serve"]["per_second"] for p in alone),
        "plain_per_second": statistics.median(p["plain"]["per_second"] for p in alone),
        "p99_ms": statistics.median(p["serve"]["p99_ms"] for p in alone),
        "failed": sum(p["serve"]["failed"] for p in alone) + beside["failed"],
        "beside_a_worker": beside,
    }


async def _pairs() -> list[dict[str, Any]]:
    pairs = []
    for _ in range(PAIRS):
        plain = await load(f"http://127.0.0.1:{PLAIN}{PATH}", connections=64, seconds=SECONDS)
        serve = await load(f"http://127.0.0.1:{SERVE}{PATH}", connections=64, seconds=SECONDS)
        pairs.append({"plain": plain, "serve": serve})
    return pairs


async def _beside_a_worker(rate: float) -> dict[str, Any]:
    """A fresh database, so that the worker is busy with turns and not with a pile."""
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        env = environment(folder)
        async with (
            process("bench.provider", str(PHONE), "0.05", env=env, up=f"http://127.0.0.1:{PHONE}/"),
            process("bot", "serve", env=env, up=f"http://127.0.0.1:{SERVE}/readyz"),
            process("bot", "work", env=env, up=f"http://127.0.0.1:{WORKER}/readyz"),
        ):
            await load(f"http://127.0.0.1:{SERVE}{PATH}", connections=8, seconds=2, rate=200)
            runs = [
                await load(f"http://127.0.0.1:{SERVE}{PATH}", connections=64, seconds=SECONDS, rate=rate)
                for _ in range(3)
            ]
    middle = sorted(runs, key=lambda run: run["p99_ms"])[1]
    return {**middle, "asked_per_second": round(rate, 1), "p99s_ms": [run["p99_ms"] for run in runs]}


def run() -> dict[str, Any]:
    return asyncio.run(measure())


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
