"""Memory of ``serve`` and ``work`` over 10,000 messages: at the start, half way and at the end."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from typing import Any

import aiohttp

from bench.ack import PATH, PHONE, SERVE, WORKER, environment
from bench.processes import load, process, resident_mb

MESSAGES = 10_000
STEPS = 4


async def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        env = environment(folder)
        async with (
            process("bench.provider", str(PHONE), "0.01", env=env, up=f"http://127.0.0.1:{PHONE}/"),
            process("bot", "serve", env=env, up=f"http://127.0.0.1:{SERVE}/readyz") as serve,
            process("bot", "work", env=env, up=f"http://127.0.0.1:{WORKER}/readyz") as work,
        ):
            marks = [{"messages": 0, "serve_mb": resident_mb(serve), "work_mb": resident_mb(work)}]
            began = time.perf_counter()
            for step in range(1, STEPS + 1):
                await load(f"http://127.0.0.1:{SERVE}{PATH}", connections=16, seconds=60, most=MESSAGES // STEPS)
                await _answered(step * MESSAGES // STEPS)
                marks.append(
                    {"messages": step * MESSAGES // STEPS, "serve_mb": resident_mb(serve), "work_mb": resident_mb(work)}
                )
            took = time.perf_counter() - began
    return {"marks": marks, "answered_per_second": round(MESSAGES / took, 1)}


async def _answered(wanted: int) -> None:
    """Wait until the worker has answered so many messages since its start."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"http://127.0.0.1:{WORKER}/metrics") as answer:
                lines = (await answer.text()).splitlines()
            if sum(float(line.split()[-1]) for line in lines if line.startswith("counter_turns_total")) >= wanted:
                return
            await asyncio.sleep(0.5)


def run() -> dict[str, Any]:
    return asyncio.run(measure())


if __name__ == "__main__":
    sys.stdout.write(f"{run()}\n")
