"""Cases on both databases: a newer word counts, an older changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.store import Store
from casestore.cases.repository import CLOSED_SHOWN, Case, Document
from casestore.database import Database
from casestore.migrate import migrate
from casestore.tables import case_events
from casestore.tables import cases as rows
from casestore.vault import Vault
from tests.casestore.fixture import put_case
from tests.clock import START, FakeClock

CASE = Case(
    registry="permits",
    reference="ΑΔ-2026-000123",
    procedure="building-permit",
    title="Οικοδομική άδεια",
    stage="submitted",
    sequence=1,
    updated_at=START,
    expected_by=date(2026, 12, 24),
    note="λείπει το τοπογραφικό",
    documents=(
        Document("topo", "Τοπογραφικό", "missing", "παλαιό", date(2026, 12, 1)),
        Document("id", "Ταυτότητα", "ok"),
    ),
)


class Book:
    def __init__(self, database: Database, vault: Vault) -> None:
        self.database = database
        self.store = Store.over(database, vault)
        self.cases = self.store.cases

    async def put(self, case: Case, afm: str = "123456783") -> bool:
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, afm, START)
            return await put_case(self.cases, connection, citizen, case, START)

    async def of(self, afm: str = "123456783", after: timedelta = timedelta(0)) -> list[Case]:
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, afm, START)
        return await self.cases.of_citizen(citizen, START + after)

    async def sequences(self) -> list[int]:
        async with self.database.read() as connection:
            return list((await connection.scalars(select(case_events.c.sequence).order_by(case_events.c.id))).all())


@pytest.fixture
def book(database: Database, vault: Vault) -> Book:
    return Book(database, vault)


async def test_a_case_comes_back_as_it_was_put(book: Book) -> None:
    assert await book.put(CASE)
    assert await book.of() == [CASE]
    assert await book.of("090000045") == []


async def test_notes_are_sealed(book: Book) -> None:
    await book.put(CASE)
    async with book.database.read() as connection:
        row = (await connection.execute(select(rows))).one()
    assert "τοπογραφικό".encode() not in row.note_sealed


async def test_a_newer_word_replaces_and_an_older_or_repeated_one_changes_nothing(book: Book) -> None:
    await book.put(CASE)
    newer = replace(CASE, sequence=3, stage="decided", outcome="granted", documents=(), note="")
    assert await book.put(newer)
    assert not await book.put(newer)
    assert not await book.put(replace(CASE, sequence=2, stage="completeness-check"))
    assert await book.of() == [newer]
    assert await book.sequences() == [1, 3]


async def test_open_ones_first_newest_change_first_and_old_closed_ones_not_at_all(book: Book) -> None:
    names = {"old open": (False, 400), "new open": (False, 1), "closed": (True, 2), "long closed": (True, 91)}
    for name, (closed, days) in names.items():
        changed = START - timedelta(days=days)
        await book.put(replace(CASE, reference=name, closed=closed, updated_at=changed, documents=()))
    assert [case.reference for case in await book.of()] == ["new open", "old open", "closed"]
    assert [case.reference for case in await book.of(after=CLOSED_SHOWN)] == ["new open", "old open"]


async def test_a_cursor_is_remembered(book: Book) -> None:
    assert await book.store.cursors.read("feed-permits") == ""
    for cursor in ("7", "9"):
        async with book.database.write() as connection:
            await book.store.cursors.move(connection, "feed-permits", cursor, START)
    assert await book.store.cursors.read("feed-permits") == "9"
    assert await book.store.cursors.read("feed-efka") == ""


async def test_two_workers_that_read_the_same_feed_never_move_a_case_back(
    postgresql_url: str, vault: Vault, clock: FakeClock
) -> None:
    """The one with the older page has looked before the other commits, and writes after it."""
    ahead, behind = (Book(Database(postgresql_url), vault) for _ in range(2))
    await migrate(ahead.database)
    await ahead.put(CASE)
    entered = asyncio.Event()

    async def late() -> bool:
        async with behind.database.write() as connection:
            citizen = await behind.store.citizens.ensure_one(connection, "123456783", START)
            entered.set()
            return await put_case(behind.cases, connection, citizen, replace(CASE, sequence=4, stage="older"), START)

    async with ahead.database.write() as connection:
        citizen = await ahead.store.citizens.ensure_one(connection, "123456783", START)
        assert await put_case(ahead.cases, connection, citizen, replace(CASE, sequence=5, stage="newer"), START)
        assert await put_case(ahead.cases, connection, citizen, replace(CASE, reference="ΑΔ-2026-000124"), START)
        waiting = asyncio.create_task(late())
        await entered.wait()
        for _ in range(10):  # time enough for it to look
            await ahead.store.cursors.read("any")
    assert not await waiting
    assert {case.reference: case.stage for case in await ahead.of()}["ΑΔ-2026-000123"] == "newer"
    assert not await behind.put(replace(CASE, reference="ΑΔ-2026-000124"))
    for book in (ahead, behind):
        await book.database.close()
