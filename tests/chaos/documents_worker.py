"""Of a worker the part that hands documents in, and nothing else.

In its first life it is killed at the worst moment: the registry has answered, and nothing is committed yet. Its leases
are short, so that what it held is free again soon."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from bot.app import build_recorder, http_session
from bot.backoff import RetryPolicy
from bot.certificates.chat.build import chat_checker
from bot.channels.facts import SPOKEN
from bot.commands.running import run, start, stop_signal
from bot.documents.build import document_jobs
from bot.metrics import Metrics
from bot.registries.build import build_registries
from bot.runtime import Runtime
from bot.store import open_store
from bot.worker import Worker
from casestore.wakeup import Waker
from connectors.registry import CaseRegistry, Receipt, Submission
from dialogues.responses import phrases

PACE = RetryPolicy(send_lease=timedelta(seconds=2))
DIED = Path("died")


class Deadly:
    """Hands a submission on to the registry, and dies with the answer in hand: once."""

    def __init__(self, registry: CaseRegistry) -> None:
        self._submit = registry.submit

    async def submit(self, submission: Submission) -> Receipt:
        receipt = await self._submit(submission)
        _die_once()
        return receipt


def _die_once() -> None:
    if not DIED.exists():
        DIED.touch()
        os.kill(os.getpid(), signal.SIGKILL)


async def hand_in() -> int:
    settings, stop, runtime = start(), stop_signal(), Runtime()
    async with open_store(settings) as store, http_session() as session:
        registries, _ = build_registries(settings, session, store)
        for registry in registries:
            registry.submit = Deadly(registry).submit  # type: ignore[method-assign]
        metrics = Metrics()
        jobs = document_jobs(
            settings=settings,
            store=store,
            channels=[],
            registries=registries,
            recorder=build_recorder(settings, store, metrics, runtime.clock),
            wording=phrases(SPOKEN),
            metrics=metrics,
            runtime=runtime,
            policy=PACE,
            look=chat_checker(settings, store, runtime.clock),
        )
        worker = Worker(jobs, Waker(store.database.url))
        running = asyncio.create_task(worker.run())
        await asyncio.wait([running, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        worker.stop()
        await running
    return 0


if __name__ == "__main__":
    sys.exit(run(hand_in()))
