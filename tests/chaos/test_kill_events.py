"""Registry events under SIGKILL: ``serve`` and what follows events are killed again and again while a clerk works.

Then there is peace, and our cases are compared with the State's: none behind, no event applied twice, none left.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.store import Store, open_store
from casestore.tables import case_events, cases, registry_events
from connectors.runtime import system_runtime
from connectors.sandbox.admin import POST
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, make_app
from connectors.sandbox.faults import EVENTS, FAULTS, Fault, Kind
from connectors.sandbox.seed import seeded
from connectors.sandbox.state import State
from tests.chaos.children import Child, free_port, running
from tests.conftest import TEST_SECRET
from tests.connectors.sandbox import served
from tests.harness import EVENTS_SECRET, settings_for

pytestmark = pytest.mark.slow

ROUNDS, MOVES = 10, 6
PEACE = 120.0  # seconds until nothing must be left


def moves(state: State, rng: Random) -> None:
    """A clerk moves cases, each to another of its stages, and opens one."""
    open_cases = [case for case in state.cases() if not case.closed]
    for case in rng.sample(open_cases, min(MOVES, len(open_cases))):
        stages = [stage.code for stage in case.kind.stages if stage.code != state.case(case.reference).stage]
        state.move(case.reference, rng.choice(stages))
    kind = rng.choice(open_cases)
    state.open(kind.registry, kind.afm, kind.procedure, "")


async def delivered(app: web.Application, more: int) -> None:
    """Wait for so many more, so that not all that happens is starting."""
    before = len(app[POST].log)
    async with asyncio.timeout(PEACE):
        while len(app[POST].log) < before + more:  # noqa: ASYNC110 (its log tells nobody)
            await asyncio.sleep(0.02)


async def left(store: Store) -> int:
    async with store.database.read() as connection:
        waiting = select(func.count()).select_from(registry_events).where(registry_events.c.state != "done")
        return int(await connection.scalar(waiting) or 0)


async def standing(store: Store) -> dict[str, tuple[int, str]]:
    async with store.database.read() as connection:
        found = await connection.execute(select(cases.c.reference, cases.c.sequence, cases.c.stage))
        return {row.reference: (row.sequence, row.stage) for row in found}


@pytest.mark.parametrize("seed", [1])
async def test_nothing_is_lost_and_nothing_applied_twice(tmp_path: Path, seed: int) -> None:
    rng, port = Random(seed), free_port()
    state = seeded(lambda: datetime.now(UTC))
    url = f"sqlite+aiosqlite:///{tmp_path}/counter.db"
    impatient = replace(
        system_runtime(), sleep=lambda seconds: asyncio.sleep(min(seconds, 12.0))
    )  # eight times, within which serve may be started more than once
    counter = f"http://127.0.0.1:{port}"
    app = make_app(state, events_url=counter, events_secret=EVENTS_SECRET, runtime=impatient)
    async with open_store(settings_for(url), migrating=True) as store, served(app) as registries:
        env = {
            "DATABASE_URL": url,
            "SECRET_KEY": TEST_SECRET,
            "PORT": str(port),
            "REGISTRY_EVENTS_SECRET": EVENTS_SECRET,
            "REGISTRIES_URL": registries,
            "REGISTRIES_CLIENT_ID": CLIENT_ID,
            "REGISTRIES_CLIENT_SECRET": CLIENT_SECRET,
        }
        serve = Child("serve", ("bot", "serve"), env, tmp_path)
        worker = Child("worker", ("tests.chaos.events_worker",), env, tmp_path)
        app[FAULTS].put(EVENTS, Fault(Kind.LATE, times=3))
        async with running(serve, worker):
            for _ in range(ROUNDS):
                moves(state, rng)
                await delivered(app, rng.randint(1, MOVES - 1))
                await asyncio.sleep(rng.uniform(0.0, 0.3))
                victim = rng.choice([serve, worker, worker])
                await victim.kill()
                await victim.start()
            moves(state, rng)
            async with asyncio.timeout(PEACE):
                await app[POST].idle()
                while await left(store):  # noqa: ASYNC110 (another process empties it)
                    await asyncio.sleep(0.2)
        assert not [one for one in app[POST].log if one.result in ("given-up", "refused")]
        expected = {case.reference: (case.sequence, case.stage) for case in state.cases()}
        ours = await standing(store)
        assert {reference: expected[reference] for reference in ours} == ours
        told = {one.change.reference for one in app[POST].log if one.result == "delivered"}
        assert told == set(ours)
        assert serve.kills + worker.kills == ROUNDS
        async with store.database.read() as connection:
            kept = await connection.scalar(select(func.count()).select_from(registry_events))
            noted = await connection.scalar(select(func.count()).select_from(case_events))
        assert kept == len({one.change.id for one in app[POST].log if one.result == "delivered"})
        assert noted is not None
        assert kept is not None
        assert 0 < noted <= kept
