"""One-time codes on both databases: right once, for one conversation, for a while, and not too many."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from casestore.codes import ATTEMPTS, LIFETIME, PER_CITIZEN, PER_CONVERSATION, Codes, OpenCode
from casestore.database import Database
from casestore.migrate import migrate
from casestore.people import People
from casestore.tables import codes as rows
from casestore.vault import Vault
from tests.clock import FakeClock

AFM, OTHER = "123456783", "090000045"


class Desk:
    """Codes, and conversations to ask for them in."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database = database
        self.people = People(database, vault)
        self.codes = Codes(database, vault)
        self.clock = clock

    async def talk(self, name: str = "a") -> int:
        return (await self.people.conversation("viber", name, self.clock())).id

    async def issue(self, talk: int, code: str = "123456", afm: str = AFM, *, sent: bool = True) -> bool:
        async with self.database.write() as connection:
            return await self.codes.issue(connection, talk, afm, code, self.clock(), sent=sent)

    async def check(self, talk: int, code: str = "123456") -> OpenCode:
        found = await self.codes.check(talk, code, self.clock())
        assert found is not None
        return found

    async def tried(self, found: OpenCode, *, right: bool) -> str | None:
        async with self.database.write() as connection:
            return await self.codes.tried(connection, found.id, right=right, now=self.clock())


@pytest.fixture
def desk(database: Database, vault: Vault, clock: FakeClock) -> Desk:
    return Desk(database, vault, clock)


async def test_the_right_code_proves_once(desk: Desk) -> None:
    talk = await desk.talk()
    assert await desk.codes.check(talk, "123456", desk.clock()) is None
    assert await desk.issue(talk)
    assert not (await desk.check(talk, "654321")).right
    found = await desk.check(talk)
    assert found.right
    assert await desk.tried(found, right=True) == AFM
    assert await desk.tried(found, right=True) is None
    assert await desk.codes.check(talk, "123456", desk.clock()) is None


async def test_whom_it_proves_is_told_when_on_record(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.issue(talk)
    assert (await desk.check(talk)).citizen_id is None
    async with desk.database.write() as connection:
        citizen = await desk.people.citizen(connection, AFM, desk.clock())
    assert (await desk.check(talk)).citizen_id == citizen
    assert (await desk.check(talk, "654321")).citizen_id is None


async def test_a_code_counts_in_its_own_conversation_only(desk: Desk) -> None:
    here, there = await desk.talk("a"), await desk.talk("b")
    await desk.issue(here, "111111")
    await desk.issue(there, "222222", OTHER)
    assert not (await desk.check(there, "111111")).right
    assert (await desk.check(here, "111111")).right


async def test_the_newest_code_counts(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.issue(talk, "111111")
    await desk.issue(talk, "222222")
    assert not (await desk.check(talk, "111111")).right
    assert (await desk.check(talk, "222222")).right


async def test_tries_are_counted_down(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.issue(talk)
    for left in range(ATTEMPTS, 0, -1):
        found = await desk.check(talk, "000000")
        assert found.attempts_left == left
        await desk.tried(found, right=False)
    spent = await desk.check(talk)
    assert (spent.right, spent.attempts_left) == (False, 0)
    await desk.tried(spent, right=False)
    assert (await desk.check(talk)).attempts_left == 0


async def test_a_code_expires(desk: Desk) -> None:
    talk = await desk.talk()
    await desk.issue(talk)
    desk.clock.forward(LIFETIME.total_seconds() - 1)
    assert (await desk.check(talk)).right
    desk.clock.forward(1)
    found = await desk.check(talk)
    assert (found.right, found.expired) == (False, True)


async def test_a_code_that_was_never_sent_is_never_right(desk: Desk) -> None:
    """For a citizen without a mobile everything looks the same, and nothing is."""
    talk = await desk.talk()
    assert await desk.issue(talk, sent=False)
    assert not (await desk.check(talk)).right


async def test_a_conversation_gets_only_so_many_in_its_time(desk: Desk) -> None:
    most, window = PER_CONVERSATION
    talk = await desk.talk()
    assert [await desk.issue(talk) for _ in range(most + 1)] == [True] * most + [False]
    desk.clock.forward(window.total_seconds() + 1)
    assert await desk.issue(talk)


async def test_a_citizen_gets_only_so_many_over_all_conversations(desk: Desk) -> None:
    most, window = PER_CITIZEN
    results = [await desk.issue(await desk.talk(f"{n}")) for n in range(most + 1)]
    assert results == [True] * most + [False]
    assert await desk.issue(await desk.talk("0"), afm=OTHER)
    desk.clock.forward(window.total_seconds() + 1)
    assert await desk.issue(await desk.talk("0"))


async def test_neither_code_nor_citizen_is_readable(desk: Desk) -> None:
    await desk.issue(await desk.talk())
    async with desk.database.read() as connection:
        row = (await connection.execute(select(rows))).one()
    assert "123456" not in str(row)
    assert AFM.encode() not in row.afm_sealed


async def test_the_limit_holds_when_asked_at_once(postgresql_url: str, vault: Vault, clock: FakeClock) -> None:
    desks = [Desk(Database(postgresql_url), vault, clock) for _ in range(2)]
    await migrate(desks[0].database)
    most, _ = PER_CITIZEN
    for number in range(most - 1):
        await desks[0].issue(await desks[0].talk(f"{number}"))
    here, there = await desks[0].talk("here"), await desks[1].talk("there")
    async with desks[0].database.write() as connection:
        assert await desks[0].codes.issue(connection, here, AFM, "111111", clock(), sent=True)
        second = asyncio.create_task(desks[1].issue(there))
        for _ in range(10):  # time enough for it to count
            await desks[0].talk("here")
    assert await second is False
    for desk in desks:
        await desk.database.close()
