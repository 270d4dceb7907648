"""``work``: the worker. Loads the dialogue, then answers, sends and reads until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog

from bot.app import build_channels, build_jobs, build_reads, http_session, read_depths
from bot.backoff import RetryPolicy
from bot.certificates.issuer import make_issuer
from bot.commands.running import listening, start, stop_signal
from bot.commands.running import run as run_loop
from bot.conversation.turn_handler import Dialogue
from bot.metrics import Metrics
from bot.registries.build import build_registries
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import open_store
from bot.web.server import Depths, Health, make_app
from bot.worker import Worker
from casestore.migrate import is_current
from casestore.wakeup import Waker
from dialogues.ports import Reads

log = structlog.get_logger(__name__)


def options(_parser: argparse.ArgumentParser) -> None:
    """It has none: settings come from the environment."""


def run(_arguments: argparse.Namespace) -> int:
    from bot.dialogue import load_dialogue  # Rasa: seconds to import, so only here

    return run_loop(work(start(), load_dialogue))


async def work(
    settings: Settings, load_dialogue: Callable[[str, Reads], Awaitable[Dialogue]], policy: RetryPolicy | None = None
) -> int:
    """Work until a signal. ``load_dialogue`` takes the model's path and what a turn may read."""
    stop, runtime, metrics = stop_signal(), Runtime(), Metrics()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings))
        session = await stack.enter_async_context(http_session())
        registries = build_registries(settings, session, store)
        dialogue = await load_dialogue(settings.model_path, build_reads(settings, store, registries, runtime))
        channels = build_channels(settings, session, {})
        issuer = make_issuer(settings)
        stack.push_async_callback(issuer.close)
        jobs = build_jobs(settings, store, channels, registries, dialogue, metrics, runtime, policy, issuer=issuer)
        worker = Worker(jobs, Waker(store.database.url))
        if settings.worker_port:
            depths = Depths(lambda: read_depths(store, metrics, runtime.clock), runtime.clock)
            health = Health({"store": lambda: is_current(store.database)}, metrics, depths)
            app = make_app(health.routes(), max_body=1024)
            await stack.enter_async_context(listening(app, settings.host, settings.worker_port))
        log.info("work.ready", jobs=[job.name for job in jobs])
        running = asyncio.create_task(worker.run())
        await asyncio.wait([running, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        log.info("work.stopping")
        worker.stop()
        await running
    return 0
