"""Comparing with a registry: what differs is found and put right, page by page, by whoever is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.metrics import Metrics
from bot.registries.reconcile import AGAIN, Comparer, ReconcileJob, begin, take_page
from bot.registries.recorder import CaseBook, case_of
from bot.worker import run_until_idle
from casestore.cases.model import Case, Change
from casestore.cases.reconciliations import DONE, LostRun, Reconciliations
from casestore.cases.repository import Cases
from casestore.database import Database
from casestore.people.citizens import Census
from casestore.people.identity import People
from casestore.vault import Vault
from connectors.registry import CaseRecord, Changes, RegistryUnavailable, RequiredDocument
from tests.clock import START, FakeClock

AFM, OTHER = "123456783", "090000045"
EVERY = timedelta(hours=24)
BASE = CaseRecord("permits", "ΑΔ-2026-000001", AFM, "building-permit", "Άδεια", "review", 3, START)


def case(number: int, **more: Any) -> CaseRecord:
    return replace(BASE, reference=f"ΑΔ-2026-{number:06d}", **more)


class Registry:
    """Lists what it holds, ``page`` cases at a time; ``hidden`` ones it tells only when asked."""

    name = "permits"

    def __init__(self) -> None:
        self.held: dict[str, CaseRecord] = {}
        self.hidden: set[str] = set()
        self.down: list[Exception] = []
        self.asked: list[str] = []
        self.read: list[str] = []
        self.page = 2

    def holds(self, *records: CaseRecord) -> None:
        self.held |= {record.reference: record for record in records}

    async def changes(self, cursor: str) -> Changes:
        self.read.append(cursor)
        if self.down:
            raise self.down.pop()
        listed = [record for reference, record in sorted(self.held.items()) if reference not in self.hidden]
        start = int(cursor or 0)
        return Changes(
            tuple(listed[start : start + self.page]), str(start + self.page), start + self.page < len(listed)
        )

    async def case(self, reference: str) -> CaseRecord | None:
        self.asked.append(reference)
        return self.held.get(reference)


class Desk:
    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database, self.clock, self.metrics, self.registry = database, clock, Metrics(), Registry()
        self.cases, self.people, self.census = Cases(database, vault), People(database, vault), Census(database, vault)
        self.runs = Reconciliations(database)
        self.heard: list[Change] = []
        self.comparer = self.comparing()
        self.job = self.another()

    def comparing(self, **more: Any) -> Comparer:
        book = CaseBook(self.census, self.cases, self.metrics, self._hear)
        return Comparer(self.registry, self.database, self.cases, self.census, book, **more)  # type: ignore[arg-type]

    async def _hear(self, _connection: Any, changes: Any) -> None:
        self.heard += changes

    def another(self, pause: float = 0) -> ReconcileJob:
        every = {"every": EVERY, "pause": timedelta(seconds=pause)}
        return ReconcileJob(self.comparer, self.runs, self.metrics, self.clock, **every)

    async def keep(self, *records: CaseRecord) -> None:
        async with self.database.write() as connection:
            for record in records:
                citizen = await self.people.citizen(connection, record.afm, self.clock())
                await self.cases.put(connection, citizen, case_of(record), self.clock())

    async def run(self) -> dict[str, int]:
        """One whole run; what was counted."""
        self.clock.forward(1)
        run = await begin(self.runs, "permits", self.clock())
        while run.phase != DONE:
            run = await take_page(self.comparer, self.runs, run, self.clock())
        return dict(run.counts)

    async def kept(self, number: int) -> Case:
        found = await self.cases.find(case(number).reference)
        assert found is not None
        return found.case

    async def shown(self, afm: str = AFM) -> list[str]:
        citizen = await self.people.known(afm)
        return [] if citizen is None else [c.reference for c in await self.cases.of_citizen(citizen, self.clock())]


@pytest.fixture
def desk(database: Database, vault: Vault, clock: FakeClock) -> Desk:
    return Desk(database, vault, clock)


async def test_where_nothing_differs_nothing_is_written_but_that_it_was_compared(desk: Desk) -> None:
    records = [case(n) for n in range(1, 6)]
    desk.registry.holds(*records)
    await desk.keep(*records)
    assert await desk.run() == {"same": 5}
    assert desk.heard == []
    assert desk.registry.asked == []


async def test_what_is_missing_behind_or_different_is_put_right(desk: Desk) -> None:
    papers = (RequiredDocument("deed", "Τίτλος", "missing"),)
    desk.registry.holds(case(1), case(2, sequence=5, stage="issuance"), case(3, documents=papers), case(4, afm=OTHER))
    await desk.keep(case(2), case(3), case(4))
    assert await desk.run() == {"missing": 1, "behind": 1, "differs": 2, "repaired": 4}
    for number in range(1, 5):
        assert await desk.kept(number) == case_of(desk.registry.held[case(number).reference])
    assert await desk.shown(OTHER) == [case(4).reference]
    assert len(desk.heard) == 4
    assert await desk.run() == {"same": 4}


async def test_when_it_was_changed_is_no_difference(desk: Desk) -> None:
    await desk.keep(case(1))
    desk.registry.holds(case(1, updated_at=START + timedelta(microseconds=7)))
    assert await desk.run() == {"same": 1}


async def test_a_registry_that_went_back_is_believed_after_it_was_asked_again(desk: Desk) -> None:
    await desk.keep(case(1, sequence=9, stage="issuance"))
    desk.registry.holds(case(1))
    assert await desk.run() == {"ahead": 1, "repaired": 1}
    assert desk.registry.asked == [case(1).reference]
    assert (await desk.kept(1)).sequence == 3


async def test_ours_that_has_just_moved_on_is_left_alone(desk: Desk) -> None:
    """The page is older than the event that came meanwhile."""
    moved = case(1, sequence=4, stage="issuance")
    await desk.keep(moved)
    desk.registry.holds(moved)

    async def before(cursor: str) -> Changes:
        return Changes((case(1),), "1", more=False)

    desk.registry.changes = before  # type: ignore[method-assign]
    assert await desk.run() == {"same": 1}
    assert await desk.kept(1) == case_of(moved)


async def test_a_case_that_moves_between_the_look_and_the_commit_is_not_set_back(desk: Desk) -> None:
    await desk.keep(case(1, note="αλλού"))
    desk.registry.holds(case(1))
    run = await begin(desk.runs, "permits", desk.clock())
    findings = await desk.comparer.listed("")
    await desk.keep(case(1, sequence=4, stage="issuance"))
    async with desk.database.write() as connection:
        counts = await desk.comparer.keep(connection, findings, desk.clock(), run.started_at)
    assert counts == {"differs": 1}
    assert (await desk.kept(1)).sequence == 4


async def test_what_the_registry_does_not_know_is_shown_no_more_until_it_does(desk: Desk) -> None:
    await desk.keep(case(1), case(2), case(3))
    desk.registry.holds(case(1), case(3, stage="issuance"))
    desk.registry.hidden = {case(3).reference}  # not listed, and yet there
    assert await desk.run() == {"same": 1, "differs": 1, "gone": 1, "repaired": 2}
    assert sorted(desk.registry.asked) == [case(2).reference, case(3).reference]
    assert sorted(await desk.shown()) == [case(1).reference, case(3).reference]
    desk.registry.hidden.clear()
    desk.registry.holds(case(2))
    await desk.run()
    assert len(await desk.shown()) == 3


async def test_an_illegal_difference_is_refused_unless_a_person_has_looked(desk: Desk) -> None:
    closed = case(1, closed=True, outcome="granted")
    await desk.keep(closed)
    desk.registry.holds(case(1, sequence=4))
    assert await desk.run() == {"behind": 1, "refused": 1}
    assert await desk.kept(1) == case_of(closed)
    desk.comparer = desk.comparing(reopening=True)
    assert await desk.run() == {"behind": 1, "repaired": 1}
    assert not (await desk.kept(1)).closed


async def test_it_goes_on_where_it_was_stopped(desk: Desk) -> None:
    records = [case(n) for n in range(1, 8)]
    desk.registry.holds(*records)
    await desk.keep(*records[:5])
    run = await begin(desk.runs, "permits", desk.clock())
    await take_page(desk.comparer, desk.runs, run, desk.clock())
    await run_until_idle([desk.another()])  # another process, after the first was killed
    last = await desk.runs.last("permits")
    assert last is not None
    assert (last.phase, last.counts) == (DONE, {"same": 5, "missing": 2, "repaired": 2})
    assert desk.registry.read == ["", "2", "4", "6"]


async def test_of_two_workers_at_one_page_one_wins(desk: Desk) -> None:
    desk.registry.holds(case(1), case(2), case(3))
    run = await begin(desk.runs, "permits", desk.clock())
    await take_page(desk.comparer, desk.runs, run, desk.clock())
    with pytest.raises(LostRun):
        await take_page(desk.comparer, desk.runs, run, desk.clock())
    with pytest.raises(LostRun):
        await desk.runs.begin(run, run)
    assert len(desk.heard) == 2


async def test_the_first_run_waits_its_time_and_the_next_one_too(desk: Desk) -> None:
    desk.registry.holds(case(1))
    await run_until_idle([desk.job])
    assert desk.registry.read == []
    for runs in (1, 2):
        desk.clock.forward(EVERY.total_seconds())
        await run_until_idle([desk.job])
        await run_until_idle([desk.another()])
        assert len(desk.registry.read) == runs
    told = desk.metrics.registry.get_sample_value
    assert told("counter_reconciled_cases_total", {"registry": "permits", "result": "repaired"}) == 1
    assert told("counter_reconciled_timestamp_seconds", {"registry": "permits"}) == desk.clock().timestamp()


async def test_it_is_paced(desk: Desk) -> None:
    desk.registry.holds(*(case(n) for n in range(1, 6)))
    job = desk.another(pause=10)
    await job.step()
    desk.clock.forward(EVERY.total_seconds())
    assert [await job.step() for _ in range(3)] == [False] * 3
    assert len(desk.registry.read) == 1
    desk.clock.forward(10)
    await job.step()
    assert len(desk.registry.read) == 2


async def test_a_registry_that_is_down_is_asked_again_from_the_same_page(desk: Desk) -> None:
    desk.registry.holds(*(case(n) for n in range(1, 4)))
    run = await begin(desk.runs, "permits", desk.clock())
    await take_page(desk.comparer, desk.runs, run, desk.clock())
    desk.registry.down = [RegistryUnavailable("permits", "timeout")]
    await run_until_idle([desk.job])
    desk.clock.forward(AGAIN.total_seconds())
    await run_until_idle([desk.job])
    assert desk.registry.read == ["", "2", "2"]
    assert len(await desk.shown()) == 3
