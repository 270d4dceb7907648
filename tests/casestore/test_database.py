"""A database that is away is told as such, whatever its driver calls it; what was to be written shows in no error."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from casestore import sqlite
from casestore.database import Database, StoreDown
from casestore.migrate import migrate
from casestore.tables import citizens, cursors, inbox
from tests.clock import FakeClock

SECRET = "a sentence of a citizen"


async def run(database: Database, *statements: str) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_connection_that_is_cut_in_the_middle_is_a_store_that_is_down(postgresql_url: str) -> None:
    database, other = Database(postgresql_url), Database(postgresql_url)
    cutting = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"

    async def cut() -> None:
        while True:
            async with other.read() as connection:
                if (await connection.execute(text(cutting))).all():
                    return

    with pytest.raises(StoreDown):
        await asyncio.gather(run(database, "SELECT pg_sleep(30)"), cut())
    await run(database, "SELECT 1")  # and it comes back by itself
    await database.close()
    await other.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["SET LOCAL statement_timeout = 1", "SELECT pg_sleep(30)"],  # cancelled, as at a shutdown
        ["SET TRANSACTION READ ONLY", "CREATE TABLE t (a int)"],  # a stand-by
        ["DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$"],
        ["DO $$ BEGIN RAISE EXCEPTION 'many' USING ERRCODE = 'too_many_connections'; END $$"],
    ],
)
async def test_what_passes_with_time_is_a_store_that_is_down(postgresql_url: str, statements: list[str]) -> None:
    database = Database(postgresql_url)
    with pytest.raises(StoreDown):
        await run(database, *statements)
    await database.close()


async def test_a_fault_of_ours_is_not(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught:
        await run(database, "SELECT nothing FROM nowhere")
    # SQLite's driver has one error for both: there the difference cannot be told
    assert database.is_sqlite or not isinstance(caught.value, StoreDown)


async def test_a_folder_in_place_of_the_file_is_a_store_that_is_down(tmp_path: Path, clock: FakeClock) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}")
    for _ in range(2):
        with pytest.raises(OperationalError):
            await database.append({inbox: [{"channel": "viber"}]})
    await database.close()


async def test_an_error_does_not_tell_what_was_to_be_written(database: Database) -> None:
    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": SECRET})

    with pytest.raises(DBAPIError) as caught:
        await write()
    assert SECRET not in str(caught.value)


async def test_rows_of_two_tables_are_one_commit(database: Database, clock: FakeClock) -> None:
    good = {"afm_key": "a", "afm_sealed": b"", "created_at": clock(), "contact_due_at": clock()}
    bad = {"channel": "viber", "external_id": None}
    with pytest.raises(Exception, match=r"(?i)not.null"):
        await database.append({citizens: [good], inbox: [bad]})
    async with database.read() as connection:
        assert (await connection.execute(citizens.select())).all() == []
    await database.append({citizens: [good], inbox: []})
    async with database.read() as connection:
        assert len((await connection.execute(citizens.select())).all()) == 1


async def test_whoever_asks_to_be_alone_waits_for_the_other(database: Database) -> None:
    order: list[str] = []
    entered, asking = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.write() as connection:
            await database.alone(connection, "queue")
            entered.set()
            await asking.wait()
            for _ in range(20):  # time enough for the other to come in
                await connection.execute(text("SELECT 1"))
            order.append("first")

    async def second() -> None:
        await entered.wait()
        asking.set()
        async with database.write() as connection:
            await database.alone(connection, "queue")
            order.append("second")

    await asyncio.gather(second(), first())
    assert order == ["first", "second"]


def test_a_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "wide.db"
    for part in (file, tmp_path / "wide.db-wal"):
        part.touch(mode=0o644)
    Database(f"sqlite+aiosqlite:///{file}")
    assert {part.stat().st_mode & 0o777 for part in tmp_path.iterdir()} == {0o600}


async def test_what_was_erased_is_in_neither_file_nor_log(tmp_path: Path) -> None:
    file, secret = tmp_path / "counter.db", b"a word that nobody shall find again" * 40
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    row = {"feed": "f", "cursor": secret.decode()[:200], "updated_at": datetime(2026, 11, 22, tzinfo=UTC)}
    async with database.write() as connection:
        await connection.execute(cursors.insert().values(**row))
    async with database.write() as connection:
        await connection.execute(delete(cursors))
    assert secret[:30] in (tmp_path / "counter.db-wal").read_bytes()
    await database.empty_log()
    assert holding(tmp_path, secret[:30]) == []
    await database.close()


def holding(folder: Path, value: bytes) -> list[str]:
    return [part.name for part in folder.iterdir() if value in part.read_bytes()]


async def test_whoever_closes_waits_for_what_is_being_written(sqlite_url: str, clock: FakeClock) -> None:
    database, other = Database(sqlite_url), Database(sqlite_url)
    cursor = cursors.insert().values(feed="cases", cursor="1", updated_at=clock())
    async with database.write() as connection:
        closing = asyncio.create_task(database.close())
        for _ in range(20):  # time enough for it to go wrong
            await _feeds(other)
        await connection.execute(cursor)
    await closing
    assert await _feeds(other) == ["cases"]
    await other.close()


async def _feeds(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.scalars(select(cursors.c.feed))).all())


def test_what_was_committed_is_on_the_disk() -> None:
    """Here nothing waits for the disk (tests/conftest.py); in use everything does."""
    assert sqlite.PRAGMAS[-1] == "synchronous=OFF"
    in_use = sqlite3.connect(":memory:")
    for pragma in sqlite.PRAGMAS[:-1]:
        in_use.execute(f"PRAGMA {pragma}")
    assert in_use.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
