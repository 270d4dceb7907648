"""Calls and call-backs where many act at once: one open, one at it, one outcome, limits that hold."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from casestore.calls.model import (
    ATTEMPTS,
    CALLING_FOR,
    OPEN,
    PER_HOUR,
    CallBackState,
    FoundBy,
    Limited,
    Outcome,
    Purpose,
    after,
)
from casestore.database import Database
from casestore.people.codes import PER_CITIZEN, OfCall
from casestore.tables import callback_attempts, callbacks, calls, codes
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import START
from tests.console import employ

AFM = "123456783"


@pytest.fixture
def fixture(database: Database, vault: Vault) -> StoreFixture:
    return StoreFixture(database, vault)


async def asked(fixture: StoreFixture, citizen: int, talk: int, key: str, now: datetime = START) -> bool:
    async with fixture.database.write() as connection:
        return await fixture.store.callbacks.ask(connection, citizen, talk, key, now, next_at=now)


async def test_of_many_at_once_one_is_open_one_rings_and_one_says_what_came_of_it(fixture: StoreFixture) -> None:
    talk = await fixture.at("viber", "tGVu")
    citizen = await fixture.link(talk, AFM)
    assert sum(await asyncio.gather(*(asked(fixture, citizen, talk.id, f"k{n}") for n in range(10)))) == 1
    store = fixture.store
    [one] = await store.callbacks.open()

    async def claim(agent: str, now: datetime) -> bool:
        async with fixture.database.write() as connection:
            return await store.callbacks.claim(connection, one, agent, now)

    async def say(agent: str, outcome: Outcome) -> CallBackState | None:
        async with fixture.database.write() as connection:
            return await store.callbacks.attempted(connection, one, agent, outcome, START, START + timedelta(hours=1))

    assert sum(await asyncio.gather(*(claim(f"a{n}", START) for n in range(10)))) == 1
    [rung] = await store.callbacks.open()
    others = [say(f"a{n}", Outcome.REACHED) for n in range(10) if f"a{n}" != rung.agent]
    assert await asyncio.gather(*others) == [None] * 9
    assert await claim("late", START + CALLING_FOR)  # who never said what came of it has lost it
    ends = await asyncio.gather(*(say("late", Outcome.BUSY) for _ in range(5)))
    assert [end for end in ends if end] == [CallBackState.WAITING]
    async with fixture.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(callback_attempts)) == 1
        assert (await connection.execute(select(callbacks.c.attempts))).scalar_one() == 1


async def test_look_ups_at_once_stop_at_the_limit(fixture: StoreFixture) -> None:
    staff = await employ(fixture.store, "anna@gov.gr")

    async def begin() -> int:
        async with fixture.database.write() as connection:
            return await fixture.store.calls.begin(connection, staff, FoundBy.AFM, Purpose.CASE, AFM, START)

    found = await asyncio.gather(*(begin() for _ in range(PER_HOUR + 5)), return_exceptions=True)
    assert sum(isinstance(one, Limited) for one in found) == 5


async def test_a_code_of_a_call_is_of_no_conversation_and_of_no_other_call(fixture: StoreFixture) -> None:
    talk = await fixture.at("sms", "+306900000001")
    staff, store = await employ(fixture.store, "anna@gov.gr"), fixture.store
    async with fixture.database.write() as connection:
        mine, other = [
            await store.calls.begin(connection, staff, FoundBy.AFM, Purpose.CASE, AFM, START) for _ in range(2)
        ]
        for place, code in ((OfCall(mine), "111111"), (OfCall(other), "222222"), (talk.id, "333333")):
            assert await store.codes.issue(connection, place, AFM, code, START, sent=True, mobile="+306900000001")
    rights = {}
    for place in (OfCall(mine), OfCall(other), talk.id):
        for code in ("111111", "222222", "333333"):
            found = await store.codes.check(place, code, START)
            assert found is not None
            rights[place, code] = found.right
    assert [key for key, right in rights.items() if right] == [
        (OfCall(mine), "111111"), (OfCall(other), "222222"), (talk.id, "333333")
    ]  # fmt: skip
    found = await store.codes.check(OfCall(mine), "111111", START)
    assert found is not None
    async with fixture.database.write() as connection:
        assert await store.codes.tried(connection, found.id, right=True, now=START) is not None
        left = select(func.count()).select_from(codes).where(codes.c.used_at.is_(None))
        assert await connection.scalar(left) == 2  # the others' are as they were


async def test_the_limits_outlive_the_calls_whose_codes_they_count(fixture: StoreFixture) -> None:
    staff, store = await employ(fixture.store, "anna@gov.gr"), fixture.store
    month = PER_CITIZEN[-1][0]
    issued = []
    for number in range(month + 1):
        now = START + timedelta(days=number // 2)
        async with fixture.database.write() as connection:
            call = await store.calls.begin(connection, staff, FoundBy.AFM, Purpose.CASE, AFM, now)
            issued.append(await store.codes.issue(connection, OfCall(call), AFM, "111111", now, sent=True))
            await store.calls.finish(connection, call, now)
            await connection.execute(delete(calls).where(calls.c.citizen_id.is_(None)))
    assert issued == [True] * month + [False]


@given(st.lists(st.sampled_from(list(Outcome)), min_size=ATTEMPTS, max_size=ATTEMPTS))
def test_whatever_comes_of_the_attempts_it_ends(outcomes: list[Outcome]) -> None:
    states = [after(outcome, number) for number, outcome in enumerate(outcomes, 1)]
    assert states[-1] not in OPEN
    assert CallBackState.UNREACHED not in states[:-1]
