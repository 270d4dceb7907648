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


class CodesHarness(CodesFixture):
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
def harness(database: Database, vault: Vault, clock: FakeClock) -> CodesHarness:
    return CodesHarness(database, vault, clock)


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
    harness: CodesHarness, typed: str, right: bool, incomplete: bool
) -> None:
    talk = await harness.transcript()
    await harness.ask(talk, receipt=RECEIPT)
    found = await harness.check(talk, typed)
    assert (found.right, found.incomplete, found.expired, found.attempts_left) == (right, incomplete, False, ATTEMPTS)


async def test_a_code_without_such_digits_is_typed_as_it_is(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    await harness.ask(talk)
    for typed in (CODE + RECEIPT, CODE[:5], CODE[4:] + CODE[:4]):
        found = await harness.check(talk, typed)
        assert (found.right, found.incomplete) == (False, False)
    assert (await harness.check(talk, CODE)).right


async def test_nothing_is_missing_from_a_code_that_counts_no_more(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    await harness.ask(talk, receipt=RECEIPT)
    harness.clock.forward(LIFETIME.total_seconds())
    found = await harness.check(talk, CODE)
    assert (found.incomplete, found.expired) == (False, True)


# Which still count


async def test_a_used_code_stays_used_when_another_is_asked_for(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    await harness.ask(talk, "111111")
    await harness.tried(await harness.check(talk, "111111"), right=True)
    await harness.ask(talk, "222222")
    assert not (await harness.check(talk, "111111")).right
    assert (await harness.check(talk, "222222")).right


async def test_a_wrong_try_takes_nothing_from_a_code_that_was_used(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    await harness.ask(talk, "111111")
    await harness.tried(await harness.check(talk, "111111"), right=True)
    await harness.ask(talk, "222222")
    await harness.tried(await harness.check(talk, "000000"), right=False)
    async with harness.database.read() as connection:
        left = (await connection.scalars(select(rows.c.attempts_left).order_by(rows.c.id))).all()
    assert left == [ATTEMPTS, ATTEMPTS - 1]


async def test_the_newest_twenty_of_a_conversation_are_looked_at(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    for number in range(21):
        await harness.show(talk, f"{number:06d}")
    assert MOST_OPEN == 20
    assert not (await harness.check(talk, "000000")).right
    assert (await harness.check(talk, "000001")).right


async def test_a_code_is_open_until_it_is_used_spent_or_too_old(harness: CodesHarness) -> None:
    talk, there = await harness.transcript(), await harness.transcript("there")
    used, old = await harness.show(talk), await harness.show(there)
    assert await harness.codes.is_open(used, harness.clock())
    await harness.tried(await harness.check(talk), right=True)
    assert not await harness.codes.is_open(used, harness.clock())
    harness.clock.forward(LIFETIME.total_seconds() - 1)
    assert await harness.codes.is_open(old, harness.clock())
    harness.clock.forward(1)
    assert not await harness.codes.is_open(old, harness.clock())
    spent = await harness.show(talk)
    for _ in range(ATTEMPTS):
        assert await harness.codes.is_open(spent, harness.clock())
        await harness.tried(await harness.check(talk, "000000"), right=False)
    assert not await harness.codes.is_open(spent, harness.clock())


async def test_voiding_ends_the_codes_of_one_conversation(harness: CodesHarness) -> None:
    talk, there = await harness.transcript(), await harness.transcript("there")
    ended, kept = await harness.show(talk), await harness.show(there)
    async with harness.database.write() as connection:
        await harness.codes.void(connection, talk)
    assert [await harness.codes.is_open(one, harness.clock()) for one in (ended, kept)] == [False, True]


# What counts towards a limit


@pytest.mark.parametrize(("most", "window"), [PER_CONVERSATION[0], PER_CITIZEN[0], PER_MOBILE[0]])
async def test_what_was_asked_for_a_window_ago_counts_no_more(
    harness: CodesHarness, most: int, window: timedelta
) -> None:
    """Each limit by itself: those of a conversation in one, the others over many."""
    own, per_mobile = (most, window) == PER_CONVERSATION[0], (most, window) == PER_MOBILE[0]

    async def ask(number: int) -> bool:
        talk = await harness.transcript("one" if own else f"{number}")
        afm = f"{number:09d}" if per_mobile else AFM
        return await harness.ask(talk, afm=afm, mobile=MOBILE if per_mobile else None)

    assert [await ask(number) for number in range(most + 1)] == [True] * most + [False]
    harness.clock.forward(window.total_seconds() - 1)
    assert not await ask(most + 1)
    harness.clock.forward(1)
    assert await ask(most + 2)


async def test_a_citizen_that_was_asked_for_a_window_ago_is_none_of_the_few(harness: CodesHarness) -> None:
    most, window = CITIZENS_PER_CONVERSATION
    talk = await harness.transcript()
    assert [await harness.ask(talk, afm=f"{n:09d}") for n in range(most + 1)] == [True] * most + [False]
    harness.clock.forward(window.total_seconds() - 1)
    assert not await harness.codes.may_ask(talk, OTHER, harness.clock())
    harness.clock.forward(1)
    assert await harness.codes.may_ask(talk, OTHER, harness.clock())
    assert await harness.ask(talk, afm=OTHER)


async def test_whether_a_conversation_may_ask_goes_by_its_own_limits_alone(harness: CodesHarness) -> None:
    talk, there = await harness.transcript(), await harness.transcript("there")
    most = await harness.ask_until_refused(talk)
    assert most == PER_CONVERSATION[0][0]
    assert not await harness.codes.may_ask(talk, AFM, harness.clock())
    assert not await harness.codes.may_ask(talk, OTHER, harness.clock())
    for number in range(PER_CITIZEN[0][0]):
        await harness.ask(await harness.transcript(f"{number}"))
    assert await harness.codes.may_ask(there, AFM, harness.clock())  # it looks the same for a citizen at a limit


async def test_what_is_kept_at_a_limit_is_matched_by_nothing_and_counts_towards_none(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    most = await harness.ask_until_refused(talk)
    for _ in range(PER_CONVERSATION[1][0]):
        assert not await harness.ask(talk, "222222", mobile=MOBILE)
    assert (await harness.sources())[most:] == [REFUSED] * (PER_CONVERSATION[1][0] + 1)
    found = await harness.check(talk, "222222")
    assert (found.right, found.attempts_left) == (False, ATTEMPTS)
    async with harness.database.read() as connection:
        assert set((await connection.scalars(select(rows.c.mobile_key))).all()) == {None}
    harness.clock.forward(PER_CONVERSATION[0][1].total_seconds())
    assert await harness.ask(talk, "333333", mobile=MOBILE)
    assert (await harness.check(talk, "333333")).right


async def test_others_asking_uses_up_none_of_the_codes_of_ones_own_mobile(harness: CodesHarness) -> None:
    for number in range(PER_CITIZEN[0][0]):
        await harness.ask(await harness.transcript(f"{number}"), mobile=MOBILE)
    talk = await harness.transcript("mine")
    assert not await harness.ask(talk, mobile=MOBILE)
    most = PER_CONVERSATION[0][0]
    given = [await harness.ask(talk, mobile=MOBILE, own=True) for _ in range(most + 1)]
    assert given == [True] * most + [False]


async def test_what_is_shown_after_a_login_is_typed_alone_and_counts_for_nobody(harness: CodesHarness) -> None:
    talk = await harness.transcript()
    await harness.show(talk)
    found = await harness.check(talk)
    assert (found.right, found.incomplete, found.attempts_left) == (True, False, ATTEMPTS)
    assert await harness.sources() == [BY_LOGIN]
    assert await harness.ask_until_refused(talk) == PER_CONVERSATION[0][0]
