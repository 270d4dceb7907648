"""The migrated schema is the one that the code believes in, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, select

from casestore.columns import metadata
from casestore.database import Database
from casestore.migrate import WrongKeyRing, _config, check_key_ring, is_current, migrate
from casestore.tables import citizens, conversations, links
from casestore.tables import registry_events as events
from casestore.vault import Vault
from tests.clock import START
from tests.conftest import TEST_SECRET


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def test_migrated_schema_equals_metadata(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    assert await is_current(database)


async def test_partial_indexes_are_partial(database: Database) -> None:
    async with database.read() as connection:
        if database.is_sqlite:
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        else:
            query = "SELECT indexname AS name, indexdef AS sql FROM pg_indexes"
        found = await connection.exec_driver_sql(query)
        written = {row["name"]: row["sql"] for row in found.mappings()}
    partial = {index.name for table in metadata.tables.values() for index in table.indexes if _is_partial(table, index)}
    assert partial
    assert all("where" in written[name].lower() for name in partial)


def _is_partial(_: Table, index: object) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None  # type: ignore[attr-defined]


async def test_migrating_again_and_at_once_changes_nothing(empty_database_url: str) -> None:
    databases = [Database(empty_database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(database) for database in databases))
    assert all([await is_current(database) for database in databases])
    for database in databases:
        await database.close()


async def test_certificates_events_that_were_ended_with_nothing_done_are_open_again(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "0005"))
        for key, state, result, payload in (
            ("whole", "done", "no-case", b"sealed"),
            ("emptied", "done", "no-case", b""),
            ("a case's", "done", "applied", b"sealed"),
            ("given up", "dead", "no such case", b"sealed"),
        ):
            row = {"registry": "efka", "event_key": key, "subject_key": key, "sequence": 1, "payload_sealed": payload}
            row |= {"state": state, "attempts": 1, "received_at": START, "due_at": START, "finished_at": START}
            before = events.insert().values(**row, result=result)
            await connection.execute(before)
    await migrate(database)
    async with database.read() as connection:
        found = await connection.execute(select(events.c.event_key, events.c.attempts).where(events.c.state == "open"))
        assert [tuple(row) for row in found] == [("whole", 0)]
    await database.close()


OWNED = """
    INSERT INTO contact_points (id, channel, address_key, address_sealed, created_at) VALUES (1, 'sms', 'k', '', {now});
    INSERT INTO conversations (id, contact_point_id, created_at, last_at) VALUES (1, 1, {now}, {now});
    INSERT INTO citizens (id, afm_key, afm_sealed, created_at, contact_due_at) VALUES (1, 'a', '', {now}, {now});
    INSERT INTO citizens (id, afm_key, afm_sealed, created_at, contact_due_at) VALUES (2, 'b', '', {now}, {never});
    INSERT INTO links (contact_point_id, citizen_id, level, source, linked_at) VALUES (1, 2, 2, 'code', {now});
"""


async def test_what_there_is_survives_the_migration_to_owners(empty_database_url: str) -> None:
    """On SQLite a table that is copied takes all that refers to it away with it."""
    database = Database(empty_database_url)
    zone = "" if database.is_sqlite else "+00"
    times = {"now": f"'2026-07-01 10:00:00.000000{zone}'", "never": f"'9999-01-01 00:00:00.000000{zone}'"}
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "0005"))
        for statement in OWNED.format(**times).strip().removesuffix(";").split(";"):
            await connection.exec_driver_sql(statement)
    await migrate(database)
    async with database.read() as connection:
        due = (await connection.execute(select(citizens.c.id, citizens.c.contact_due_at).order_by(citizens.c.id))).all()
        talk = (await connection.execute(select(conversations))).one()
        assert await connection.scalar(select(links.c.citizen_id)) == 2
    assert [tuple(row) for row in due] == [(1, datetime(2026, 7, 1, 10, tzinfo=UTC)), (2, None)]
    assert (talk.owner, talk.agent, talk.owner_version) == ("bot", None, 0)
    await database.close()


WAITING = """
    INSERT INTO contact_points (id, channel, address_key, address_sealed, created_at)
    VALUES ({n}, 'sms', 'k{n}', '', {at});
    INSERT INTO conversations (id, contact_point_id, created_at, last_at) VALUES ({n}, {n}, {at}, {at});
    INSERT INTO handovers (id, conversation_id, key, reason, asked_at) VALUES ({n}, {n}, 'h{n}', '{reason}', {at});
"""


async def test_of_old_wishes_for_a_person_only_the_grave_wait(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    zone = "" if database.is_sqlite else "+00"
    lately = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
    asked = (("2026-07-01 10:00:00.000000", "asked"), ("2026-07-01 10:00:00.000000", "despair"), (lately, "asked"))
    async with database.write() as connection:
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "0015"))
        for number, (at, reason) in enumerate(asked, 1):
            rows = WAITING.format(n=number, at=f"'{at}{zone}'", reason=reason)
            for statement in rows.strip().removesuffix(";").split(";"):
                await connection.exec_driver_sql(statement)
    await migrate(database)
    async with database.read() as connection:
        owners = (await connection.execute(select(conversations.c.owner).order_by(conversations.c.id))).scalars().all()
    assert owners == ["bot", "queue", "queue"]
    await database.close()


async def test_an_unmigrated_database_is_not_current(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert not await is_current(database)
    await database.close()


async def test_the_oldest_secret_must_stay(database: Database) -> None:
    await check_key_ring(database, Vault([TEST_SECRET]))
    await check_key_ring(database, Vault(["a newer secret in front", TEST_SECRET]))
    with pytest.raises(WrongKeyRing):
        await check_key_ring(database, Vault(["a newer secret in front"]))
