"""One-time codes on both databases: right once, for one conversation, for a while, and not too many."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from bot.store import Store
from casestore.database import Database
from casestore.migrate import migrate
from casestore.people.codes import (
    ATTEMPTS,
    BY_LOGIN,
    BY_MOBILE,
    CITIZENS_PER_CONVERSATION,
    LIFETIME,
    PER_CITIZEN,
    PER_CONVERSATION,
    PER_MOBILE,
    Codes,
    OpenCode,
    Proof,
)
from casestore.tables import codes as rows
from casestore.vault import Vault, address_key
from tests.clock import FakeClock

AFM, OTHER = "123456783", "090000045"


class CodesFixture:
    """Codes, and conversations to ask for them in."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database = database
        self.store = Store.over(database, vault)
        self.codes = Codes(database, vault)
        self.clock = clock

    async def transcript(self, name: str = "a") -> int:
        return (await self.store.conversations.at("viber", name, self.clock())).id

    async def issue(
        self, talk: int, code: str = "123456", afm: str = AFM, *, sent: bool = True, mobile: str | None = None
    ) -> bool:
        async with self.database.write() as connection:
            return await self.codes.issue(connection, talk, afm, code, self.clock(), sent=sent, mobile=mobile)

    async def show(self, talk: int, code: str = "123456", afm: str = AFM) -> int:
        async with self.database.write() as connection:
            return await self.codes.show(connection, talk, afm, code, self.clock())

    async def check(self, talk: int, code: str = "123456") -> OpenCode:
        found = await self.codes.check(talk, code, self.clock())
        assert found is not None
        return found

    async def tried(self, found: OpenCode, *, right: bool) -> Proof | None:
        async with self.database.write() as connection:
            return await self.codes.tried(connection, found.id, right=right, now=self.clock())


@pytest.fixture
def codes_fixture(database: Database, vault: Vault, clock: FakeClock) -> CodesFixture:
    return CodesFixture(database, vault, clock)


async def test_the_right_code_proves_once(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    assert await codes_fixture.store.codes.check(talk, "123456", codes_fixture.clock()) is None
    assert await codes_fixture.issue(talk)
    assert not (await codes_fixture.check(talk, "654321")).right
    found = await codes_fixture.check(talk)
    assert found.right
    assert await codes_fixture.tried(found, right=True) == Proof(AFM, BY_MOBILE, None)
    assert await codes_fixture.tried(found, right=True) is None
    assert await codes_fixture.store.codes.check(talk, "123456", codes_fixture.clock()) is None


async def test_whom_it_proves_is_told_when_on_record(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk)
    assert (await codes_fixture.check(talk)).citizen_id is None
    async with codes_fixture.database.write() as connection:
        citizen = await codes_fixture.store.citizens.ensure_one(connection, AFM, codes_fixture.clock())
    assert (await codes_fixture.check(talk)).citizen_id == citizen
    assert (await codes_fixture.check(talk, "654321")).citizen_id is None


async def test_a_code_counts_in_its_own_conversation_only(codes_fixture: CodesFixture) -> None:
    conversation, there = await codes_fixture.transcript("a"), await codes_fixture.transcript("b")
    await codes_fixture.issue(conversation, "111111")
    await codes_fixture.issue(there, "222222", OTHER)
    assert not (await codes_fixture.check(there, "111111")).right
    assert (await codes_fixture.check(conversation, "111111")).right


async def test_an_older_code_counts_while_it_lasts(codes_fixture: CodesFixture) -> None:
    """Asked twice, the first SMS may be the one at hand."""
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk, "111111")
    codes_fixture.clock.forward(60)
    await codes_fixture.issue(talk, "222222")
    newest = await codes_fixture.check(talk, "222222")
    older = await codes_fixture.check(talk, "111111")
    assert (newest.right, older.right, older.id < newest.id) == (True, True, True)
    assert (newest.expired, newest.incomplete, older.expired, older.incomplete) == (False, False, False, False)
    codes_fixture.clock.forward(LIFETIME.total_seconds() - 60)
    assert not (await codes_fixture.check(talk, "111111")).right
    assert (await codes_fixture.check(talk, "222222")).right


async def test_a_wrong_try_counts_for_every_code_that_is_open(codes_fixture: CodesFixture) -> None:
    """So several open codes give nobody more tries at any of them."""
    talk, there = await codes_fixture.transcript(), await codes_fixture.transcript("there")
    await codes_fixture.issue(there, "111111")
    await codes_fixture.issue(talk, "111111")
    await codes_fixture.tried(await codes_fixture.check(talk, "000000"), right=False)
    await codes_fixture.issue(talk, "222222")
    for _ in range(ATTEMPTS - 1):
        await codes_fixture.tried(await codes_fixture.check(talk, "000000"), right=False)
    first, second = await codes_fixture.check(talk, "111111"), await codes_fixture.check(talk, "222222")
    assert (first.right, second.right, second.attempts_left) == (False, True, 1)
    assert (await codes_fixture.check(there, "111111")).attempts_left == ATTEMPTS


async def test_a_proof_by_the_older_code_ends_the_newer(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk, "111111")
    await codes_fixture.issue(talk, "222222")
    assert await codes_fixture.tried(await codes_fixture.check(talk, "111111"), right=True) is not None
    for code in ("111111", "222222"):
        assert await codes_fixture.store.codes.check(talk, code, codes_fixture.clock()) is None


async def test_an_older_code_does_not_come_back_when_the_newest_is_used(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk, "111111")
    await codes_fixture.issue(talk, "222222")
    await codes_fixture.tried(await codes_fixture.check(talk, "222222"), right=True)
    assert await codes_fixture.store.codes.check(talk, "111111", codes_fixture.clock()) is None


async def test_a_proof_says_which_mobile_it_rests_on(codes_fixture: CodesFixture, vault: Vault) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk, mobile="+306900000001")
    key = address_key(vault, "sms", "+306900000001")
    assert await codes_fixture.tried(await codes_fixture.check(talk), right=True) == Proof(AFM, BY_MOBILE, key)
    await codes_fixture.show(talk, "222222")
    assert await codes_fixture.tried(await codes_fixture.check(talk, "222222"), right=True) == Proof(
        AFM, BY_LOGIN, None
    )


async def test_a_voided_code_counts_no_more(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    code_id = await codes_fixture.show(talk)
    assert await codes_fixture.store.codes.is_open(code_id, codes_fixture.clock())
    found = await codes_fixture.check(talk)
    async with codes_fixture.database.write() as connection:
        await codes_fixture.store.codes.void(connection, talk)
    assert not await codes_fixture.store.codes.is_open(code_id, codes_fixture.clock())
    assert not (await codes_fixture.check(talk)).right
    assert await codes_fixture.tried(found, right=True) is None


async def test_tries_are_counted_down(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk)
    for left in range(ATTEMPTS, 0, -1):
        found = await codes_fixture.check(talk, "000000")
        assert found.attempts_left == left
        await codes_fixture.tried(found, right=False)
    spent = await codes_fixture.check(talk)
    assert (spent.right, spent.attempts_left) == (False, 0)
    await codes_fixture.tried(spent, right=False)
    assert (await codes_fixture.check(talk)).attempts_left == 0


async def test_a_code_expires(codes_fixture: CodesFixture) -> None:
    talk = await codes_fixture.transcript()
    await codes_fixture.issue(talk)
    codes_fixture.clock.forward(LIFETIME.total_seconds() - 1)
    assert (await codes_fixture.check(talk)).right
    codes_fixture.clock.forward(1)
    found = await codes_fixture.check(talk)
    assert (found.right, found.expired) == (False, True)


async def test_a_code_that_was_never_sent_is_never_right(codes_fixture: CodesFixture) -> None:
    """For a citizen without a mobile everything looks the same, and nothing is."""
    talk = await codes_fixture.transcript()
    assert await codes_fixture.issue(talk, sent=False)
    assert not (await codes_fixture.check(talk)).right


async def test_a_conversation_gets_only_so_many_in_its_time(codes_fixture: CodesFixture) -> None:
    (most, window), (_, day) = PER_CONVERSATION
    talk = await codes_fixture.transcript()
    assert [await codes_fixture.issue(talk) for _ in range(most + 1)] == [True] * most + [False]
    codes_fixture.clock.forward(window.total_seconds() + 1)
    assert await codes_fixture.issue(talk, afm=OTHER)
    codes_fixture.clock.forward(day.total_seconds() + 1)
    assert await codes_fixture.issue(talk)


async def test_a_conversation_gets_only_so_many_a_day(codes_fixture: CodesFixture) -> None:
    (_, hour), (most, _) = PER_CONVERSATION
    talk, given = await codes_fixture.transcript(), 0
    for _ in range(most + 3):
        given += await codes_fixture.issue(talk, afm=(AFM, OTHER)[given % 2])
        codes_fixture.clock.forward(hour.total_seconds())
    assert given == most


async def test_a_conversation_asks_for_a_few_citizens_only(codes_fixture: CodesFixture) -> None:
    most, window = CITIZENS_PER_CONVERSATION
    talk, afms = await codes_fixture.transcript(), ["123456783", "090000045", "090000057", "090000069"]
    assert [await codes_fixture.issue(talk, afm=afm) for afm in afms[: most + 1]] == [True] * most + [False]
    assert await codes_fixture.issue(talk, afm=afms[0])  # one of them again
    codes_fixture.clock.forward(window.total_seconds() + 1)
    assert await codes_fixture.issue(talk, afm=afms[most])


async def test_a_mobile_gets_only_so_many_whomever_they_are_for(codes_fixture: CodesFixture) -> None:
    [(most, window)] = PER_MOBILE
    given = []
    for number in range(most + 1):
        talk = await codes_fixture.transcript(f"{number}")
        given.append(await codes_fixture.issue(talk, afm=(AFM, OTHER)[number % 2], mobile="+306900000001"))
    assert given == [True] * most + [False]
    assert await codes_fixture.issue(await codes_fixture.transcript("other"), afm=AFM, mobile="+306900000002")
    codes_fixture.clock.forward(window.total_seconds() + 1)
    assert await codes_fixture.issue(await codes_fixture.transcript("0"), mobile="+306900000001")


async def test_a_code_after_a_login_uses_up_nobodys_allowance(codes_fixture: CodesFixture) -> None:
    (most, _), _ = PER_CITIZEN
    for number in range(most):
        assert await codes_fixture.issue(await codes_fixture.transcript(f"{number}"))
    talk = await codes_fixture.transcript("home")
    assert not await codes_fixture.issue(talk)
    await codes_fixture.show(talk)
    assert (await codes_fixture.check(talk)).right
    for _ in range(20):
        await codes_fixture.show(talk)
    assert await codes_fixture.issue(talk, afm=OTHER)


async def test_a_citizen_gets_only_so_many_over_all_conversations(codes_fixture: CodesFixture) -> None:
    (most, window), _ = PER_CITIZEN
    results = [await codes_fixture.issue(await codes_fixture.transcript(f"{n}")) for n in range(most + 1)]
    assert results == [True] * most + [False]
    assert await codes_fixture.issue(await codes_fixture.transcript("0"), afm=OTHER)
    codes_fixture.clock.forward(window.total_seconds() + 1)
    assert await codes_fixture.issue(await codes_fixture.transcript("0"))


async def test_a_citizen_gets_only_so_many_a_month(codes_fixture: CodesFixture) -> None:
    (a_day, day), (most, _) = PER_CITIZEN
    given = 0
    for number in range(10):
        for _ in range(a_day):
            given += await codes_fixture.issue(await codes_fixture.transcript(f"{number}/{given}"))
        codes_fixture.clock.forward(day.total_seconds() + 1)
    assert given == most


async def test_neither_code_nor_citizen_is_readable(codes_fixture: CodesFixture) -> None:
    await codes_fixture.issue(await codes_fixture.transcript())
    async with codes_fixture.database.read() as connection:
        row = (await connection.execute(select(rows))).one()
    assert "123456" not in str(row)
    assert AFM.encode() not in row.afm_sealed


async def test_the_limit_holds_when_asked_at_once(postgresql_url: str, vault: Vault, clock: FakeClock) -> None:
    desks = [CodesFixture(Database(postgresql_url), vault, clock) for _ in range(2)]
    await migrate(desks[0].database)
    (most, _), _ = PER_CITIZEN
    for number in range(most - 1):
        await desks[0].issue(await desks[0].transcript(f"{number}"))
    conversation, there = await desks[0].transcript("here"), await desks[1].transcript("there")
    async with desks[0].database.write() as connection:
        assert await desks[0].codes.issue(connection, conversation, AFM, "111111", clock(), sent=True)
        second = asyncio.create_task(desks[1].issue(there))
        for _ in range(10):  # time enough for it to count
            await desks[0].transcript("here")
    assert await second is False
    for codes_fixture in desks:
        await codes_fixture.database.close()
