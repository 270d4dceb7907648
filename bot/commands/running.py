"""What the long-running commands share: settings, logs, the event loop, stopping on a signal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import uvloop
from aiohttp import web

from bot import logs
from bot.settings import BadSettings, Settings, load
from bot.web.server import make_runner

DRAIN = 15.0  # seconds that requests in hand get at a stop


def start() -> Settings:
    """Read the settings and turn on the logs, with every secret known to the scrubber."""
    os.umask(0o077)  # whatever we make is nobody else's to read
    settings = load()
    logs.set_up(secrets=settings.all_secrets())
    return settings


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop until done."""
    return uvloop.run(main)


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve ``app`` inside the block; yields the port. Requests in hand are finished at the end.

    Raises :class:`bot.settings.BadSettings` where it cannot listen: an ``OSError`` would pass for a lost database.
    """
    runner = await make_runner(app, shutdown_timeout=DRAIN)
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=1024, reuse_port=False).start()
        except OSError as error:
            raise BadSettings(f"HOST, PORT, WORKER_PORT: cannot listen on {port} ({error.strerror})") from None
        _settle_memory()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _settle_memory() -> None:
    """What was loaded at the start stays: the collector need not look through it again while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
