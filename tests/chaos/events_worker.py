"""Of a worker the part that follows registry events, and nothing else: no feed reads beside it what it should have
brought. Its leases are short, so that what a killed one held is free again soon."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from bot.app import build_recorder, http_session
from bot.backoff import RetryPolicy
from bot.commands.running import run, start, stop_signal
from bot.metrics import Metrics
from bot.registries.build import build_registries, registry_jobs
from bot.runtime import Runtime
from bot.store import open_store
from bot.worker import Worker
from casestore.wakeup import Waker

PACE = RetryPolicy(turn_lease=timedelta(seconds=2))


async def follow() -> int:
    settings, stop, runtime = start(), stop_signal(), Runtime()
    async with open_store(settings) as store, http_session() as session:
        registries, _ = build_registries(settings, session, store)
        metrics = Metrics()
        jobs = registry_jobs(
            settings=settings,
            store=store,
            registries=registries,
            recorder=build_recorder(settings, store, metrics),
            metrics=metrics,
            runtime=runtime,
            policy=PACE,
        )
        worker = Worker([job for job in jobs if job.name == "events"], Waker(store.database.url))
        running = asyncio.create_task(worker.run())
        await asyncio.wait([running, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await running
    return 0


if __name__ == "__main__":
    sys.exit(run(follow()))
