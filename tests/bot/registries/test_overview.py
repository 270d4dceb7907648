"""The one view: asked at once, each in its time, merged with what is on record, and told as what it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.registries.overview import OneView
from bot.registries.recorder import case_of
from bot.store import Store
from casestore.cases.repository import CLOSED_SHOWN
from casestore.database import Database
from casestore.vault import Vault
from connectors.registry import CaseList, CaseRecord, CaseRegistry, RegistryError, RegistryRefused, RegistryUnavailable
from dialogues.ports import Overview
from tests.casestore.fixture import put_case
from tests.clock import START, FakeClock
from tests.fakes.case_registry import FakeCaseRegistry

AFM = "123456783"
EARLIER, LATER = START - timedelta(minutes=10), START + timedelta(minutes=10)
PERMIT = CaseRecord("permits", "ΑΔ-2026-000123", AFM, "building-permit", "Άδεια", "review", 3, EARLIER)
PENSION = CaseRecord("efka", "ΕΦ-2026-000201", AFM, "insurance-record-correction", "Διόρθωση", "processing", 2, EARLIER)


DOWN = RegistryUnavailable("efka", "timeout")


def down(name: str, error: RegistryError | None = DOWN) -> FakeCaseRegistry:
    """A registry that raises this when it is asked; with ``None`` it never answers."""
    registry = FakeCaseRegistry(name)
    registry.hangs = error is None
    registry.failures = [] if error is None else [error]
    return registry


class Book:
    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.store = Store.over(database, vault)

    async def put(self, *records: CaseRecord, at: datetime = START) -> int:
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, AFM, START)
            for record in records:
                await put_case(self.store.cases, connection, citizen, case_of(record), at)
        return citizen

    async def caught_up(self, registry: str, at: datetime) -> None:
        async with self.database.write() as connection:
            await self.store.cursors.move(connection, f"feed-{registry}", "7", at, caught_up=True)

    async def seen(self, citizen: int, *registries: CaseRegistry, within: float = 1.0) -> Overview:
        citizens, cases, cursors = self.store.citizens, self.store.cases, self.store.cursors
        return await OneView(registries, citizens, cases, cursors, self.clock, within=within).of(citizen)


@pytest.fixture
def recorder(database: Database, vault: Vault, clock: FakeClock) -> Book:
    return Book(database, vault, clock)


def told(seen: Overview) -> list[tuple[str, str, datetime | None]]:
    return [(case.reference, case.stage, case.as_of) for case in seen.cases]


async def test_what_registries_say_now_is_the_view(recorder: Book) -> None:
    citizen = await recorder.put()
    permits, efka = FakeCaseRegistry("permits", PERMIT), FakeCaseRegistry("efka", PENSION)
    seen = await recorder.seen(citizen, permits, efka)
    assert sorted(told(seen)) == [(PERMIT.reference, "review", None), (PENSION.reference, "processing", None)]
    assert (seen.stale, seen.silent) == ((), ())
    assert permits.asked == efka.asked == [AFM]


@pytest.mark.parametrize("answer", [DOWN, RegistryRefused("efka", "malformed answer: stage"), None])
async def test_one_that_does_not_answer_in_time_is_told_as_it_was_last_read(
    recorder: Book, answer: RegistryError | None
) -> None:
    citizen = await recorder.put(PENSION)
    await recorder.caught_up("efka", EARLIER)
    seen = await recorder.seen(citizen, FakeCaseRegistry("permits", PERMIT), down("efka", answer), within=0.05)
    assert sorted(told(seen)) == [(PERMIT.reference, "review", None), (PENSION.reference, "processing", EARLIER)]
    assert (seen.stale, seen.silent) == ((("efka", EARLIER),), ())


async def test_that_one_holds_nothing_is_told_with_its_time_too(recorder: Book) -> None:
    citizen = await recorder.put()
    await recorder.caught_up("efka", EARLIER)
    assert await recorder.seen(citizen, down("efka")) == Overview((), (("efka", EARLIER),))


async def test_one_of_which_nothing_is_known_is_silent(recorder: Book) -> None:
    citizen = await recorder.put()
    assert await recorder.seen(citizen, down("efka")) == Overview((), (), ("efka",))


async def test_what_an_event_told_of_a_silent_one_is_shown_with_the_time_of_the_event(recorder: Book) -> None:
    citizen = await recorder.put(PENSION, at=EARLIER)
    seen = await recorder.seen(citizen, down("efka"))
    assert told(seen) == [(PENSION.reference, "processing", EARLIER)]
    assert (seen.stale, seen.silent) == ((), ("efka",))


@pytest.mark.parametrize(
    ("read_at", "expected"), [(None, "processing"), (EARLIER, "processing"), (LATER, "document-check")]
)
async def test_of_two_stale_words_the_later_one_counts(recorder: Book, read_at: datetime | None, expected: str) -> None:
    """What the connector remembers, and what was read by the feed."""
    citizen = await recorder.put(replace(PENSION, stage="document-check", sequence=1))
    if read_at:
        await recorder.caught_up("efka", read_at)
    registry = FakeCaseRegistry("efka", PENSION)
    registry.stale = True
    seen = await recorder.seen(citizen, registry)
    as_of = LATER if read_at == LATER else START
    assert told(seen) == [(PENSION.reference, expected, as_of)]
    assert seen.stale == (("efka", as_of),)


async def test_an_event_that_came_since_the_answer_is_seen(recorder: Book) -> None:
    """An answer may be half a minute old."""
    opened = replace(PENSION, reference="ΕΦ-2026-000202", sequence=1)
    citizen = await recorder.put(replace(PENSION, stage="decision", sequence=3), opened, at=LATER)
    seen = await recorder.seen(citizen, FakeCaseRegistry("efka", PENSION))
    assert sorted(told(seen)) == [(PENSION.reference, "decision", None), (opened.reference, "processing", None)]


async def test_what_a_registry_no_longer_lists_is_not_shown(recorder: Book) -> None:
    citizen = await recorder.put(PENSION, at=EARLIER)
    assert told(await recorder.seen(citizen, FakeCaseRegistry("efka"))) == []


async def test_an_illegal_move_is_not_shown_either(recorder: Book) -> None:
    closed = replace(PENSION, closed=True, outcome="granted")
    citizen = await recorder.put(closed)
    seen = await recorder.seen(citizen, FakeCaseRegistry("efka", replace(PENSION, sequence=5)))
    assert [(case.closed, case.outcome) for case in seen.cases] == [(True, "granted")]


async def test_what_was_closed_long_ago_is_not_shown(recorder: Book) -> None:
    citizen = await recorder.put()
    old = replace(PENSION, closed=True, updated_at=START - CLOSED_SHOWN)
    assert told(await recorder.seen(citizen, FakeCaseRegistry("efka", old))) == []


async def test_where_no_registry_is_set_up_the_record_is_all_there_is(recorder: Book) -> None:
    citizen = await recorder.put(PENSION)
    seen = await recorder.seen(citizen)
    assert told(seen) == [(PENSION.reference, "processing", None)]
    assert (seen.stale, seen.silent) == ((), ())


async def test_all_are_asked_at_once(recorder: Book) -> None:
    """Each waits for the others to have been asked."""
    citizen, everyone = await recorder.put(), asyncio.Barrier(3)

    class Together(FakeCaseRegistry):
        async def cases_of(self, afm: str) -> CaseList:
            async with asyncio.timeout(5):
                await everyone.wait()
            return await super().cases_of(afm)

    seen = await recorder.seen(citizen, *(Together(name) for name in ("permits", "efka", "kep")), within=10)
    assert seen == Overview(())


async def test_no_transaction_is_open_while_a_registry_is_asked(recorder: Book) -> None:
    """Whoever wants to write meanwhile can."""
    citizen = await recorder.put()

    class Writing(FakeCaseRegistry):
        async def cases_of(self, afm: str) -> CaseList:
            await recorder.put(PENSION, at=LATER)
            return await super().cases_of(afm)

    seen = await recorder.seen(citizen, Writing("efka"))
    assert [case.reference for case in seen.cases] == [PENSION.reference]
