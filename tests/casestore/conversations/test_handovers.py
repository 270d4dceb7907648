"""Wishes for a person: one open at a time, closed when called off, and what is grave stays."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from casestore.database import Database
from casestore.tables import handovers
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import START


@pytest.fixture
def fixture(database: Database, vault: Vault) -> StoreFixture:
    return StoreFixture(database, vault)


async def kept(fixture: StoreFixture) -> list[tuple[str, datetime | None]]:
    async with fixture.database.read() as connection:
        rows = await connection.execute(select(handovers.c.reason, handovers.c.closed_at).order_by(handovers.c.id))
        return [(row.reason, row.closed_at) for row in rows]


async def ask(fixture: StoreFixture, conversation_id: int, key: str, reason: str) -> None:
    async with fixture.database.write() as connection:
        await fixture.store.handovers.ask(connection, conversation_id, key, reason, START)


async def cancel(fixture: StoreFixture, conversation_id: int) -> None:
    async with fixture.database.write() as connection:
        await fixture.store.handovers.cancel(connection, conversation_id, START)


async def test_a_person_called_off_is_called_no_more_and_may_be_called_again(fixture: StoreFixture) -> None:
    talk, other = await fixture.at("viber", "a"), await fixture.at("viber", "b")
    await ask(fixture, talk.id, "in:1", "asked")
    await ask(fixture, other.id, "in:2", "asked")
    await cancel(fixture, talk.id)
    await cancel(fixture, talk.id)
    assert await kept(fixture) == [("asked", START), ("asked", None)]
    await ask(fixture, talk.id, "in:3", "gave-up")
    assert await kept(fixture) == [("asked", START), ("asked", None), ("gave-up", None)]


@pytest.mark.parametrize("grave", ["despair", "breach"])
async def test_what_is_grave_is_found_and_stays(fixture: StoreFixture, grave: str) -> None:
    talk = await fixture.at("viber", "a")
    await ask(fixture, talk.id, "in:1", "asked")
    await ask(fixture, talk.id, "in:2", grave)
    await ask(fixture, talk.id, "in:3", "complaint")
    await cancel(fixture, talk.id)
    assert await kept(fixture) == [(grave, None)]
