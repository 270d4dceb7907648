"""The registries' feeds under load: 100,000 citizens with 300,000 cases, from the sandbox State into both databases.

The State is a process of its own and is polled over HTTP as a worker polls it, all five registries at once. Beside it a
database with a thousand of these cases is filled, and look-ups in both are timed in turn: who is behind a telephone
number, the case of a reference, the cases of a tax number. A look-up is flat when it takes as long among 300,000 cases.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiohttp import ClientSession
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bench.postgresql import postgresql
from bench.processes import process
from bot.app import build_recorder, http_session
from bot.metrics import Metrics
from bot.registries.build import build_registries, registry_jobs
from bot.runtime import Runtime
from bot.settings import Settings
from bot.settings import load as settings_from
from bot.store import Store, open_store
from bot.worker import Job
from casestore.people.identity import KNOWN_NUMBER
from casestore.tables import cases, citizens, contact_points, conversations, links
from casestore.vault import address_key

CITIZENS = 100_000
PORT = 9941
FIRST = 1_000  # cases of the small database
KINDS = ("number", "reference", "afm")
SAMPLE = 400  # look-ups of each kind; the median counts
SENT = 500  # rows a statement, where numbers are put on record


async def load(jobs: Sequence[Job], few: Store | None = None) -> None:
    """Read every feed to its end, all at once; into ``few`` one after another, until it has :data:`FIRST` cases."""

    async def one(job: Job) -> None:
        while await job.step():
            if few is not None and await count(few) >= FIRST:
                return

    if few is None:
        await asyncio.gather(*(one(job) for job in jobs))
        return
    for job in jobs:
        if await count(few) < FIRST:
            await one(job)


async def count(store: Store) -> int:
    async with store.database.read() as connection:
        return int(await connection.scalar(select(func.count()).select_from(cases)) or 0)


async def register_numbers(store: Store) -> None:
    """A mobile for each citizen on record: what the contact feed would bring, one by one, in hours."""
    now, after = datetime.now(UTC), 0
    while True:
        async with store.database.write() as connection:
            more = select(citizens.c.id).where(citizens.c.id > after).order_by(citizens.c.id).limit(SENT)
            ids = list(await connection.scalars(more))
            if not ids:
                return
            points = [_point(store, citizen, now) for citizen in ids]
            await connection.execute(contact_points.insert(), points)
            keys = [point["address_key"] for point in points]
            made = (
                select(contact_points.c.id).where(contact_points.c.address_key.in_(keys)).order_by(contact_points.c.id)
            )
            places = list(await connection.scalars(made))
            talks = [{"contact_point_id": place, "created_at": now, "last_at": now} for place in places]
            await connection.execute(conversations.insert(), talks)
            held = {"level": KNOWN_NUMBER, "source": "registry", "linked_at": now}
            known = [{"contact_point_id": p, "citizen_id": c, **held} for p, c in zip(places, ids, strict=True)]
            await connection.execute(links.insert(), known)
        after = ids[-1]


async def settle(store: Store) -> None:
    """What the database does by itself some minutes after so much has been written: its statistics are as now."""
    async with store.database.write() as connection:
        await connection.exec_driver_sql("ANALYZE")


def number_of(citizen: int) -> str:
    return f"+3069{citizen:08d}"


def _point(store: Store, citizen: int, now: datetime) -> dict[str, Any]:
    address = number_of(citizen)
    sealed = store.vault.seal("contact_points.address", address)
    key = address_key(store.vault, "sms", address)
    return {"channel": "sms", "address_key": key, "address_sealed": sealed, "created_at": now}


@dataclass(frozen=True)
class Picked:
    """Somebody to look up: a citizen with a tax number, and a case of theirs."""

    store: Store
    citizen: int
    reference: str
    afm: str

    async def by_number(self) -> bool:
        now = datetime.now(UTC)
        return (await self.store.conversations.at("sms", number_of(self.citizen), now)).level == KNOWN_NUMBER

    async def by_reference(self) -> bool:
        return await self.store.cases.find(self.reference) is not None

    async def by_afm(self) -> bool:
        citizen = await self.store.citizens.find(self.afm)
        return citizen is not None and bool(await self.store.cases.of_citizen(citizen, datetime.now(UTC)))


async def pick(store: Store) -> list[Picked]:
    async with store.database.read() as connection:
        rows = (await connection.execute(select(cases.c.reference, cases.c.citizen_id).order_by(cases.c.id))).all()
    chosen = random.Random(7).choices(rows, k=SAMPLE)
    return [Picked(store, r.citizen_id, r.reference, await store.citizens.afm_of(r.citizen_id)) for r in chosen]


async def timed(few: Store, all_: Store) -> dict[str, tuple[float, float]]:
    """Milliseconds of a look-up of each kind among few cases and among all, medians of :data:`SAMPLE`, in turn: what
    else the machine does meets all alike."""
    took: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in KINDS}
    for pair in zip(await pick(few), await pick(all_), strict=True):
        for kind, times in took.items():
            for one, time_ in zip(pair, times, strict=True):
                began = time.perf_counter()
                if not await getattr(one, f"by_{kind}")():
                    raise RuntimeError(f"a look-up by {kind} found nothing")
                time_.append((time.perf_counter() - began) * 1000)
    return {
        kind: (round(statistics.median(among_few), 3), round(statistics.median(among_all), 3))
        for kind, (among_few, among_all) in took.items()
    }


async def on(small: str, large: str) -> dict[str, Any]:
    """Load a thousand cases into one database and all of them into the other, and look them up in both."""
    async with (
        open_store(_settings(small), migrating=True) as few,
        open_store(_settings(large), migrating=True) as store,
        http_session() as session,
    ):
        await load(jobs_of(few, session, small), few)
        began, cpu = time.perf_counter(), time.process_time()
        await load(jobs_of(store, session, large))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        for each in (few, store):
            await register_numbers(each)
            await settle(each)
        await timed(few, store)  # not counted: statements are compiled and pages read
        found = await timed(few, store)
        total = await count(store)
        return {
            "cases": total,
            "cases_per_second": round(total / seconds),
            "load_seconds": round(seconds, 1),
            "own_cpu_seconds": round(cpu, 1),
            "few": await count(few),
            "lookup_ms_among_few_and_all": found,
            "times": {kind: round(among_all / among_few, 2) for kind, (among_few, among_all) in found.items()},
        }


def jobs_of(store: Store, session: ClientSession, url: str) -> list[Job]:
    """The feeds of all registries, as a worker has them."""
    settings, runtime = _settings(url), Runtime()
    registries, _ = build_registries(settings, session, store)
    metrics = Metrics()
    jobs = registry_jobs(
        settings=settings,
        store=store,
        registries=registries,
        recorder=build_recorder(settings, store, metrics),
        metrics=metrics,
        runtime=runtime,
    )
    return [job for job in jobs if job.name.startswith("feed-")]


def _settings(url: str) -> Settings:
    return settings_from(
        _env_file=None,
        database_url=url,
        secret_key="bench secret 0123456789",
        registries_url=f"http://127.0.0.1:{PORT}",
        registries_client_id="citizen-counter",
        registries_client_secret="sandbox-only",
        reconcile_hours=0,
    )


async def measure(people: int) -> dict[str, Any]:
    state = ("connectors.sandbox", "--port", str(PORT), "--citizens", str(people))
    with tempfile.TemporaryDirectory(prefix="counter-bench-") as folder:
        async with process(*state, env={}, up=f"http://127.0.0.1:{PORT}/clerk/"):
            found = {"citizens": people, "sqlite": await on(*(_file(folder, name) for name in ("few", "all")))}
            with postgresql() as url:
                found["postgresql"] = await on(*[await _made(url, name) for name in ("few", "all")])
    return found


def _file(folder: str, name: str) -> str:
    return f"sqlite+aiosqlite:///{folder}/{name}.db"


async def _made(server: str, name: str) -> str:
    """A new database of that server."""
    admin = await asyncpg.connect(server.replace("+asyncpg", "", 1))
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def run(people: int = CITIZENS) -> dict[str, Any]:
    return asyncio.run(measure(people))
