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
