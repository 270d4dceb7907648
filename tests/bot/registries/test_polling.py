"""What registries tell, page by page: kept once, in order, and never half."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.metrics import Metrics
from bot.registries.polling import CaseFeed
from bot.registries.recorder import CaseRecorder
from bot.store import Store
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.tables import case_events, cases, citizens, cursors
from casestore.vault import Vault
from connectors.registry import CaseRecord, RegistryUnavailable, RequiredDocument
from tests.clock import START, FakeClock
from tests.examples import examples
from tests.fakes.case_registry import FakeCaseRegistry
from tests.logbook import logging_to_book

AFM, OTHER_AFM = "123456783", "090000045"
EVERY = timedelta(seconds=30)
RECORD = CaseRecord(
    registry="permits",
    reference="ΑΔ-2026-000123",
    afm=AFM,
    procedure="building-permit",
    title="Οικοδομική άδεια",
    stage="completeness-check",
    sequence=3,
    updated_at=START,
    expected_by=date(2026, 12, 15),
    note="σημείωση",
    documents=(RequiredDocument("E1", "Τοπογραφικό", "missing", "λείπει", date(2026, 12, 1)),),
)


class Feed:
    """A case feed over one database, with what a test wants to reach of it."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock, *pages: Sequence[CaseRecord] | Exception):
        self.registry, self.metrics, self.clock = FakeCaseRegistry(), Metrics(), clock
        self.registry.pages = list(pages)
        self.database, self.store = database, Store.over(database, vault)
        self.cases = self.store.cases
        recorder = CaseRecorder(citizens=self.store.citizens, cases=self.cases, metrics=self.metrics, listeners=())
        self.job = CaseFeed(
            registry=self.registry,
            database=database,
            recorder=recorder,
            cursors=self.store.cursors,
            metrics=self.metrics,
            clock=clock,
            every=EVERY,
        )

    def counted(self, result: str) -> float:
        found = self.metrics.registry.get_sample_value(
            "counter_feed_changes_total", {"registry": "permits", "result": result}
        )
        return found or 0.0

    async def rows(self) -> dict[str, int]:
        async with self.database.read() as connection:
            tables = (citizens, cases, case_events, cursors)
            return {t.name: await connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables}

    async def of(self, afm: str) -> list[tuple[str, str, int]]:
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, afm, self.clock())
        found = await self.cases.of_citizen(citizen, self.clock())
        return [(case.reference, case.stage, case.sequence) for case in found]


async def test_all_pages_are_read_and_the_next_round_waits(database: Database, vault: Vault, clock: FakeClock) -> None:
    later = replace(RECORD, stage="on-site-inspection", sequence=4, updated_at=START + timedelta(hours=1))
    other = replace(RECORD, reference="ΑΔ-2026-000124", afm=OTHER_AFM)
    feed = Feed(database, vault, clock, [RECORD], [other], [later])
    assert [await feed.job.step() for _ in range(4)] == [True, True, False, False]
    assert feed.registry.cursors == ["", "1", "2"]
    assert await feed.of(AFM) == [(RECORD.reference, "on-site-inspection", 4)]
    assert await feed.of(OTHER_AFM) == [(other.reference, RECORD.stage, 3)]
    clock.forward(EVERY.total_seconds())
    assert await feed.job.step() is False
    assert feed.registry.cursors[3:] == ["3"]
    assert (feed.counted("new"), feed.counted("known")) == (3, 0)
    assert feed.registry.forgotten == [AFM, OTHER_AFM, AFM]  # who looks next is told what is so now


async def test_a_record_is_kept_whole(database: Database, vault: Vault, clock: FakeClock) -> None:
    feed = Feed(database, vault, clock, [RECORD])
    await run_until_idle([feed.job])
    async with database.write() as connection:
        citizen = await feed.store.citizens.ensure_one(connection, AFM, clock())
    (case,) = await feed.cases.of_citizen(citizen, clock())
    (document,) = case.documents
    told = {
        field.name: getattr(RECORD, field.name) for field in fields(RECORD) if field.name not in ("afm", "documents")
    }
    assert {name: getattr(case, name) for name in told} == told
    assert asdict(document) == asdict(RECORD.documents[0])


async def test_a_page_read_twice_changes_nothing(database: Database, vault: Vault, clock: FakeClock) -> None:
    older = replace(RECORD, stage="submitted", sequence=2, updated_at=START - timedelta(days=1))
    feed = Feed(database, vault, clock, [RECORD], [RECORD, older], [RECORD])
    await run_until_idle([feed.job])
    assert await feed.of(AFM) == [(RECORD.reference, RECORD.stage, 3)]
    assert await feed.rows() == {"citizens": 1, "cases": 1, "case_events": 1, "cursors": 1}
    assert (feed.counted("new"), feed.counted("known")) == (1, 3)


async def test_a_new_worker_goes_on_where_the_last_one_was(database: Database, vault: Vault, clock: FakeClock) -> None:
    first = Feed(database, vault, clock, [RECORD], [])
    await first.job.step()
    second = Feed(database, vault, clock, [RECORD], [])
    await second.job.step()
    assert second.registry.cursors == ["1"]


async def test_a_page_is_kept_with_its_cursor_or_not_at_all(database: Database, vault: Vault, clock: FakeClock) -> None:
    impossible = replace(RECORD, reference="ΑΔ-2026-000999", updated_at=START.replace(tzinfo=None))
    feed = Feed(database, vault, clock, [RECORD, impossible])
    with pytest.raises(Exception, match="a time without a zone"):
        await feed.job.step()
    assert await feed.rows() == {"citizens": 0, "cases": 0, "case_events": 0, "cursors": 0}
    feed.registry.pages[0] = [RECORD]
    await feed.job.step()
    assert await feed.rows() == {"citizens": 1, "cases": 1, "case_events": 1, "cursors": 1}


async def test_when_it_was_last_read_to_its_end_is_kept_and_nothing_else_is_written(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    feed = Feed(database, vault, clock, [RECORD], RegistryUnavailable("permits", "timeout"))
    await feed.job.step()
    assert await feed.store.cursors.caught_up() == {}  # there is more
    await feed.job.step()
    assert await feed.store.cursors.caught_up() == {}
    clock.forward(EVERY.total_seconds())
    await feed.job.step()
    assert await feed.store.cursors.caught_up() == {"feed-permits": clock()}
    rows = await feed.rows()
    clock.forward(EVERY.total_seconds())
    await feed.job.step()
    assert await feed.store.cursors.caught_up() == {"feed-permits": clock()}
    assert await feed.rows() == rows


async def test_an_illegal_move_is_refused_counted_and_holds_up_nobody(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    closed = replace(RECORD, closed=True, outcome="granted", sequence=4, documents=())
    opened = replace(closed, closed=False, stage="review", sequence=5)
    other = replace(RECORD, reference="ΑΔ-2026-000124")
    feed = Feed(database, vault, clock, [RECORD], [closed], [opened, other])
    with logging_to_book() as recorder:
        await run_until_idle([feed.job])
    assert sorted(await feed.of(AFM)) == [(RECORD.reference, RECORD.stage, 4), (other.reference, RECORD.stage, 3)]
    assert feed.counted("refused") == 1
    assert [(line["event"], line["reason"]) for line in recorder.lines] == [("case.refused", "closed")]


async def test_a_registry_that_is_down_is_asked_again_later_from_the_same_place(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    feed = Feed(database, vault, clock, [RECORD], RegistryUnavailable("permits", "timeout"), [])
    with logging_to_book() as recorder:
        assert [await feed.job.step() for _ in range(3)] == [True, False, False]
    assert [(line["event"], line["registry"], line["reason"]) for line in recorder.lines] == [
        ("feed.failed", "permits", "timeout")
    ]
    assert feed.counted("failed") == 1
    clock.forward(EVERY.total_seconds())
    await feed.job.step()
    assert feed.registry.cursors == ["", "1", "1"]
    assert await feed.of(AFM) == [(RECORD.reference, RECORD.stage, 3)]


numbers = itertools.count(1)
told = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 6)), max_size=20)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=told, size=st.integers(1, 5))
async def test_whatever_order_they_come_in_the_newest_word_stands(
    database: Database, vault: Vault, clock: FakeClock, told: list[tuple[int, int]], size: int
) -> None:
    """Each example has cases of its own in the one database."""
    run = next(numbers)
    records = [
        replace(RECORD, reference=f"ΑΔ-{run}-{case}", stage=f"stage-{sequence}", sequence=sequence)
        for case, sequence in told
    ]
    pages = [records[start : start + size] for start in range(0, len(records), size)]
    feed = Feed(database, vault, clock, *pages)
    async with database.write() as connection:
        await feed.store.cursors.move(connection, feed.job.name, "0", clock())
    await run_until_idle([feed.job])
    newest: dict[str, int] = {}
    for record in records:
        newest[record.reference] = max(newest.get(record.reference, 0), record.sequence)
    found = [kept for kept in await feed.of(AFM) if kept[0].startswith(f"ΑΔ-{run}-")]
    assert sorted(found) == sorted((reference, f"stage-{last}", last) for reference, last in newest.items())
