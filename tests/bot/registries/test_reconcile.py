"""Comparing with a registry: what differs is found and put right, page by page, by whoever is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.metrics import Metrics
from bot.registries.reconcile import AGAIN, Comparer, ReconcileJob, begin, take_page
from bot.registries.recorder import CaseRecorder, case_of
from bot.store import Store
from bot.worker import run_until_idle
from casestore.cases.model import Case, Change
from casestore.cases.reconciliations import LostRun, Phase, Reconciliations
from casestore.database import Database
from casestore.vault import Vault
from connectors.registry import CaseRecord, RegistryUnavailable, RequiredDocument
from tests.casestore.fixture import put_case
from tests.clock import START, FakeClock
from tests.fakes.case_registry import FakeCaseRegistry

AFM, OTHER = "123456783", "090000045"
EVERY = timedelta(hours=24)
BASE = CaseRecord("permits", "ΑΔ-2026-000001", AFM, "building-permit", "Άδεια", "review", 3, START)


def case(number: int, **more: Any) -> CaseRecord:
    return replace(BASE, reference=f"ΑΔ-2026-{number:06d}", **more)


class ReconcileHarness:
    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database, self.clock, self.metrics, self.registry = database, clock, Metrics(), FakeCaseRegistry()
        self.registry.page_size = 2
        self.store = Store.over(database, vault)
        self.cases, self.citizens = self.store.cases, self.store.citizens
        self.runs = Reconciliations(database)
        self.heard: list[Change] = []
        self.comparer = self.comparing()
        self.job = self.another()

    def comparing(self, **more: Any) -> Comparer:
        recorder = CaseRecorder(citizens=self.citizens, cases=self.cases, metrics=self.metrics, listeners=[self._hear])
        return Comparer(
            registry=self.registry,
            database=self.database,
            cases=self.cases,
            citizens=self.citizens,
            recorder=recorder,
            **more,
        )

    async def _hear(self, _connection: Any, changes: Any) -> None:
        self.heard += changes

    def another(self, pause: float = 0) -> ReconcileJob:
        every = {"every": EVERY, "pause": timedelta(seconds=pause)}
        return ReconcileJob(comparer=self.comparer, runs=self.runs, metrics=self.metrics, clock=self.clock, **every)

    async def keep(self, *records: CaseRecord) -> None:
        async with self.database.write() as connection:
            for record in records:
                citizen = await self.store.citizens.ensure_one(connection, record.afm, self.clock())
                await put_case(self.cases, connection, citizen, case_of(record), self.clock())

    async def run(self) -> dict[str, int]:
        """One whole run; what was counted."""
        self.clock.forward(1)
        run = await begin(self.runs, "permits", self.clock())
        while run.phase is not Phase.DONE:
            run = await take_page(self.comparer, self.runs, run, self.clock())
        return dict(run.counts)

    async def kept(self, number: int) -> Case:
        found = await self.cases.find(case(number).reference)
        assert found is not None
        return found.case

    async def shown(self, afm: str = AFM) -> list[str]:
        citizen = await self.store.citizens.find(afm)
        return [] if citizen is None else [c.reference for c in await self.cases.of_citizen(citizen, self.clock())]


@pytest.fixture
def harness(database: Database, vault: Vault, clock: FakeClock) -> ReconcileHarness:
    return ReconcileHarness(database, vault, clock)


async def test_where_nothing_differs_nothing_is_written_but_that_it_was_compared(harness: ReconcileHarness) -> None:
    records = [case(n) for n in range(1, 6)]
    harness.registry.hold(*records)
    await harness.keep(*records)
    assert await harness.run() == {"same": 5}
    assert harness.heard == []
    assert harness.registry.asked == []


async def test_what_is_missing_behind_or_different_is_put_right(harness: ReconcileHarness) -> None:
    papers = (RequiredDocument("deed", "Τίτλος", "missing"),)
    harness.registry.hold(case(1), case(2, sequence=5, stage="issuance"), case(3, documents=papers), case(4, afm=OTHER))
    await harness.keep(case(2), case(3), case(4))
    assert await harness.run() == {"missing": 1, "behind": 1, "differs": 2, "repaired": 4}
    for number in range(1, 5):
        assert await harness.kept(number) == case_of(harness.registry.held[case(number).reference])
    assert await harness.shown(OTHER) == [case(4).reference]
    assert len(harness.heard) == 4
    assert await harness.run() == {"same": 4}


async def test_when_it_was_changed_is_no_difference(harness: ReconcileHarness) -> None:
    await harness.keep(case(1))
    harness.registry.hold(case(1, updated_at=START + timedelta(microseconds=7)))
    assert await harness.run() == {"same": 1}


async def test_a_registry_that_went_back_is_believed_after_it_was_asked_again(harness: ReconcileHarness) -> None:
    await harness.keep(case(1, sequence=9, stage="issuance"))
    harness.registry.hold(case(1))
    assert await harness.run() == {"ahead": 1, "repaired": 1}
    assert harness.registry.asked == [case(1).reference]
    assert (await harness.kept(1)).sequence == 3


async def test_ours_that_has_just_moved_on_is_left_alone(harness: ReconcileHarness) -> None:
    """The page is older than the event that came meanwhile."""
    moved = case(1, sequence=4, stage="issuance")
    await harness.keep(moved)
    harness.registry.hold(moved)
    harness.registry.pages = [[case(1)]]
    assert await harness.run() == {"same": 1}
    assert await harness.kept(1) == case_of(moved)


async def test_a_case_that_moves_between_the_look_and_the_commit_is_not_set_back(harness: ReconcileHarness) -> None:
    await harness.keep(case(1, note="αλλού"))
    harness.registry.hold(case(1))
    run = await begin(harness.runs, "permits", harness.clock())
    diff = await harness.comparer.listed("")
    await harness.keep(case(1, sequence=4, stage="issuance"))
    async with harness.database.write() as connection:
        counts = await harness.comparer.keep(connection, diff, harness.clock(), run.started_at)
    assert counts == {"differs": 1}
    assert (await harness.kept(1)).sequence == 4


async def test_what_the_registry_does_not_know_is_shown_no_more_until_it_does(harness: ReconcileHarness) -> None:
    await harness.keep(case(1), case(2), case(3))
    harness.registry.hold(case(1), case(3, stage="issuance"))
    harness.registry.pages = [[case(1)]]  # the other is not listed, and yet there
    assert await harness.run() == {"same": 1, "differs": 1, "gone": 1, "repaired": 2}
    assert sorted(harness.registry.asked) == [case(2).reference, case(3).reference]
    assert sorted(await harness.shown()) == [case(1).reference, case(3).reference]
    harness.registry.pages = []
    harness.registry.hold(case(2))
    await harness.run()
    assert len(await harness.shown()) == 3


async def test_an_illegal_difference_is_refused_unless_a_person_has_looked(harness: ReconcileHarness) -> None:
    closed = case(1, closed=True, outcome="granted")
    await harness.keep(closed)
    harness.registry.hold(case(1, sequence=4))
    assert await harness.run() == {"behind": 1, "refused": 1}
    assert await harness.kept(1) == case_of(closed)
    harness.comparer = harness.comparing(reopening=True)
    assert await harness.run() == {"behind": 1, "repaired": 1}
    assert not (await harness.kept(1)).closed


async def test_it_goes_on_where_it_was_stopped(harness: ReconcileHarness) -> None:
    records = [case(n) for n in range(1, 8)]
    harness.registry.hold(*records)
    await harness.keep(*records[:5])
    run = await begin(harness.runs, "permits", harness.clock())
    await take_page(harness.comparer, harness.runs, run, harness.clock())
    await run_until_idle([harness.another()])  # another process, after the first was killed
    last = await harness.runs.last("permits")
    assert last is not None
    assert (last.phase, last.counts) == (Phase.DONE, {"same": 5, "missing": 2, "repaired": 2})
    assert harness.registry.cursors == ["", "1", "2", "3"]


async def test_of_two_workers_at_one_page_one_wins(harness: ReconcileHarness) -> None:
    harness.registry.hold(case(1), case(2), case(3))
    run = await begin(harness.runs, "permits", harness.clock())
    await take_page(harness.comparer, harness.runs, run, harness.clock())
    with pytest.raises(LostRun):
        await take_page(harness.comparer, harness.runs, run, harness.clock())
    with pytest.raises(LostRun):
        await harness.runs.begin(run, run)
    assert len(harness.heard) == 2


async def test_the_first_run_waits_its_time_and_the_next_one_too(harness: ReconcileHarness) -> None:
    harness.registry.hold(case(1))
    await run_until_idle([harness.job])
    assert harness.registry.cursors == []
    for runs in (1, 2):
        harness.clock.forward(EVERY.total_seconds())
        await run_until_idle([harness.job])
        await run_until_idle([harness.another()])
        assert len(harness.registry.cursors) == runs
    told = harness.metrics.registry.get_sample_value
    assert told("counter_reconciled_cases_total", {"registry": "permits", "result": "repaired"}) == 1
    assert told("counter_reconciled_timestamp_seconds", {"registry": "permits"}) == harness.clock().timestamp()


async def test_it_is_paced(harness: ReconcileHarness) -> None:
    harness.registry.hold(*(case(n) for n in range(1, 6)))
    job = harness.another(pause=10)
    await job.step()
    harness.clock.forward(EVERY.total_seconds())
    assert [await job.step() for _ in range(3)] == [False] * 3
    assert len(harness.registry.cursors) == 1
    harness.clock.forward(10)
    await job.step()
    assert len(harness.registry.cursors) == 2


async def test_a_registry_that_is_down_is_asked_again_from_the_same_page(harness: ReconcileHarness) -> None:
    harness.registry.hold(*(case(n) for n in range(1, 4)))
    run = await begin(harness.runs, "permits", harness.clock())
    await take_page(harness.comparer, harness.runs, run, harness.clock())
    harness.registry.failures = [RegistryUnavailable("permits", "timeout")]
    await run_until_idle([harness.job])
    harness.clock.forward(AGAIN.total_seconds())
    await run_until_idle([harness.job])
    assert harness.registry.cursors == ["", "1", "1"]
    assert len(await harness.shown()) == 3
