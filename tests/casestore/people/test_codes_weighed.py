"""One-time codes to the moment and to the digit: what is held against what, and what counts towards which limit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from casestore.database import Database
from casestore.people.codes import (
    ATTEMPTS,
    BY_LOGIN,
    CITIZENS_PER_CONVERSATION,
    LIFETIME,
    MOST_OPEN,
    PER_CITIZEN,
    PER_CONVERSATION,
    PER_MOBILE,
    REFUSED,
)
from casestore.tables import codes as rows
from casestore.vault import Vault
from tests.casestore.people.test_codes import AFM, OTHER, CodesFixture
from tests.clock import FakeClock

MOBILE, CODE, RECEIPT = "+306900000001", "123456", "7890"


class Weighed(CodesFixture):
    """With the digits that are shown, and the conversation's own mobile."""

    async def ask(self, talk: int, code: str = CODE, afm: str = AFM, **more: Any) -> bool:
        async with self.database.write() as connection:
            return await self.codes.issue(connection, talk, afm, code, self.clock(), **{"sent": True, **more})

    async def ask_until_refused(self, talk: int, afm: str = AFM) -> int:
        given = 0
        while await self.ask(talk, afm=afm):
            given += 1
        return given

    async def sources(self) -> list[str]:
        async with self.database.read() as connection:
            return list((await connection.scalars(select(rows.c.source).order_by(rows.c.id))).all())


@pytest.fixture
def desk(database: Database, vault: Vault, clock: FakeClock) -> Weighed:
    return Weighed(database, vault, clock)


# The digits that were shown


@pytest.mark.parametrize(
    ("typed", "right", "incomplete"),
    [
        (CODE + RECEIPT, True, False),
        (RECEIPT + CODE, True, False),
        (CODE, False, True),
        (RECEIPT, False, True),
        (CODE + RECEIPT[:3], False, True),
        (CODE + RECEIPT + "1", False, True),
        (CODE + "0987", False, False),
        ("654321" + RECEIPT, False, False),
    ],
)
async def test_a_code_counts_with_the_digits_that_were_shown_in_either_order(
    desk: Weighed, typed: str, right: bool, incomplete: bool
) -> None:
    talk = await desk.transcript()
    await desk.ask(talk, receipt=RECEIPT)
    found = await desk.check(talk, typed)
    assert (found.right, found.incomplete, found.expired, found.attempts_left) == (right, incomplete, False, ATTEMPTS)


async def test_a_code_without_such_digits_is_typed_as_it_is(desk: Weighed) -> None:
    talk = await desk.transcript()
    await desk.ask(talk)
    for typed in (CODE + RECEIPT, CODE[:5], CODE[4:] + CODE[:4]):
        found = await desk.check(talk, typed)
        assert (found.right, found.incomplete) == (False, False)
    assert (await desk.check(talk, CODE)).right


async def test_nothing_is_missing_from_a_code_that_counts_no_more(desk: Weighed) -> None:
    talk = await desk.transcript()
    await desk.ask(talk, receipt=RECEIPT)
    desk.clock.forward(LIFETIME.total_seconds())
    found = await desk.check(talk, CODE)
    assert (found.incomplete, found.expired) == (False, True)


# Which still count


async def test_a_used_code_stays_used_when_another_is_asked_for(desk: Weighed) -> None:
    talk = await desk.transcript()
    await desk.ask(talk, "111111")
    await desk.tried(await desk.check(talk, "111111"), right=True)
    await desk.ask(talk, "222222")
    assert not (await desk.check(talk, "111111")).right
    assert (await desk.check(talk, "222222")).right


async def test_a_wrong_try_takes_nothing_from_a_code_that_was_used(desk: Weighed) -> None:
    talk = await desk.transcript()
    await desk.ask(talk, "111111")
    await desk.tried(await desk.check(talk, "111111"), right=True)
    await desk.ask(talk, "222222")
    await desk.tried(await desk.check(talk, "000000"), right=False)
    async with desk.database.read() as connection:
        left = (await connection.scalars(select(rows.c.attempts_left).order_by(rows.c.id))).all()
    assert left == [ATTEMPTS, ATTEMPTS - 1]


async def test_the_newest_twenty_of_a_conversation_are_looked_at(desk: Weighed) -> None:
    talk = await desk.transcript()
    for number in range(21):
        await desk.show(talk, f"{number:06d}")
    assert MOST_OPEN == 20
    assert not (await desk.check(talk, "000000")).right
    assert (await desk.check(talk, "000001")).right


async def test_a_code_is_open_until_it_is_used_spent_or_too_old(desk: Weighed) -> None:
    talk, there = await desk.transcript(), await desk.transcript("there")
    used, old = await desk.show(talk), await desk.show(there)
    assert await desk.codes.is_open(used, desk.clock())
    await desk.tried(await desk.check(talk), right=True)
    assert not await desk.codes.is_open(used, desk.clock())
    desk.clock.forward(LIFETIME.total_seconds() - 1)
    assert await desk.codes.is_open(old, desk.clock())
    desk.clock.forward(1)
    assert not await desk.codes.is_open(old, desk.clock())
    spent = await desk.show(talk)
    for _ in range(ATTEMPTS):
        assert await desk.codes.is_open(spent, desk.clock())
        await desk.tried(await desk.check(talk, "000000"), right=False)
    assert not await desk.codes.is_open(spent, desk.clock())


async def test_voiding_ends_the_codes_of_one_conversation(desk: Weighed) -> None:
    talk, there = await desk.transcript(), await desk.transcript("there")
    ended, kept = await desk.show(talk), await desk.show(there)
    async with desk.database.write() as connection:
        await desk.codes.void(connection, talk)
    assert [await desk.codes.is_open(one, desk.clock()) for one in (ended, kept)] == [False, True]


# What counts towards a limit


@pytest.mark.parametrize(("most", "window"), [PER_CONVERSATION[0], PER_CITIZEN[0], PER_MOBILE[0]])
async def test_what_was_asked_for_a_window_ago_counts_no_more(desk: Weighed, most: int, window: timedelta) -> None:
    """Each limit by itself: those of a conversation in one, the others over many."""
    own, per_mobile = (most, window) == PER_CONVERSATION[0], (most, window) == PER_MOBILE[0]

    async def ask(number: int) -> bool:
        talk = await desk.transcript("one" if own else f"{number}")
        afm = f"{number:09d}" if per_mobile else AFM
        return await desk.ask(talk, afm=afm, mobile=MOBILE if per_mobile else None)

    assert [await ask(number) for number in range(most + 1)] == [True] * most + [False]
    desk.clock.forward(window.total_seconds() - 1)
    assert not await ask(most + 1)
    desk.clock.forward(1)
    assert await ask(most + 2)


async def test_a_citizen_that_was_asked_for_a_window_ago_is_none_of_the_few(desk: Weighed) -> None:
    most, window = CITIZENS_PER_CONVERSATION
    talk = await desk.transcript()
    assert [await desk.ask(talk, afm=f"{n:09d}") for n in range(most + 1)] == [True] * most + [False]
    desk.clock.forward(window.total_seconds() - 1)
    assert not await desk.codes.may_ask(talk, OTHER, desk.clock())
    desk.clock.forward(1)
    assert await desk.codes.may_ask(talk, OTHER, desk.clock())
    assert await desk.ask(talk, afm=OTHER)


async def test_whether_a_conversation_may_ask_goes_by_its_own_limits_alone(desk: Weighed) -> None:
    talk, there = await desk.transcript(), await desk.transcript("there")
    most = await desk.ask_until_refused(talk)
    assert most == PER_CONVERSATION[0][0]
    assert not await desk.codes.may_ask(talk, AFM, desk.clock())
    assert not await desk.codes.may_ask(talk, OTHER, desk.clock())
    for number in range(PER_CITIZEN[0][0]):
        await desk.ask(await desk.transcript(f"{number}"))
    assert await desk.codes.may_ask(there, AFM, desk.clock())  # it looks the same for a citizen at a limit


async def test_what_is_kept_at_a_limit_is_matched_by_nothing_and_counts_towards_none(desk: Weighed) -> None:
    talk = await desk.transcript()
    most = await desk.ask_until_refused(talk)
    for _ in range(PER_CONVERSATION[1][0]):
        assert not await desk.ask(talk, "222222", mobile=MOBILE)
    assert (await desk.sources())[most:] == [REFUSED] * (PER_CONVERSATION[1][0] + 1)
    found = await desk.check(talk, "222222")
    assert (found.right, found.attempts_left) == (False, ATTEMPTS)
    async with desk.database.read() as connection:
        assert set((await connection.scalars(select(rows.c.mobile_key))).all()) == {None}
    desk.clock.forward(PER_CONVERSATION[0][1].total_seconds())
    assert await desk.ask(talk, "333333", mobile=MOBILE)
    assert (await desk.check(talk, "333333")).right


async def test_others_asking_uses_up_none_of_the_codes_of_ones_own_mobile(desk: Weighed) -> None:
    for number in range(PER_CITIZEN[0][0]):
        await desk.ask(await desk.transcript(f"{number}"), mobile=MOBILE)
    talk = await desk.transcript("mine")
    assert not await desk.ask(talk, mobile=MOBILE)
    most = PER_CONVERSATION[0][0]
    given = [await desk.ask(talk, mobile=MOBILE, own=True) for _ in range(most + 1)]
    assert given == [True] * most + [False]


async def test_what_is_shown_after_a_login_is_typed_alone_and_counts_for_nobody(desk: Weighed) -> None:
    talk = await desk.transcript()
    await desk.show(talk)
    found = await desk.check(talk)
    assert (found.right, found.incomplete, found.attempts_left) == (True, False, ATTEMPTS)
    assert await desk.sources() == [BY_LOGIN]
    assert await desk.ask_until_refused(talk) == PER_CONVERSATION[0][0]
