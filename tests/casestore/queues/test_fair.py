"""Who goes next where many wait, on both databases: how much counts, for how long, and where the next claim begins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from casestore.database import Database
from casestore.queues.fair import LATELY, MOST_LANES
from casestore.queues.inbox import Inbox
from casestore.queues.outbox import Outbox, Priority
from casestore.tables import inbox as arrivals
from casestore.tables import outbox as dispatches
from casestore.vault import Vault, address_key
from tests.casestore.fixture import message
from tests.casestore.queues.test_outbox import claim, dispatch, put, texts
from tests.clock import START, FakeClock

LEASE = timedelta(seconds=30)
MOMENT = timedelta(microseconds=1)


class QueuesHarness:
    """The inbox and the outbox of one channel."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database, self.vault, self.clock = database, vault, clock
        self.inbox, self.outbox = Inbox(database, vault), Outbox(database, vault)

    def key(self, who: str) -> str:
        return address_key(self.vault, "viber", who)

    async def write(self, *who: str, times: int = 1) -> None:
        names = [(one, f"{one}{n}") for one in who for n in range(times)]
        await self.inbox.add([message(self.inbox, name, self.key(one), self.clock()) for one, name in names])

    async def answered(self, who: str, age: timedelta) -> None:
        """They had an answer so long ago."""
        await put(self.outbox, self.database, dispatch(f"to {who}", who))
        to_them = update(dispatches).where(dispatches.c.key == f"to {who}")
        async with self.database.write() as connection:
            await connection.execute(to_them.values(created_at=START - age, state="sent"))

    async def next(self, limit: int = 1) -> list[str]:
        taken = await self.inbox.claim("viber", self.clock(), "w", limit=limit, lease=LEASE)
        return [one.external_id for one in taken]


@pytest.fixture
def harness(database: Database, vault: Vault, clock: FakeClock) -> QueuesHarness:
    return QueuesHarness(database, vault, clock)


def test_how_much_is_looked_at() -> None:
    assert (timedelta(minutes=10), 500) == (LATELY, MOST_LANES)


async def test_an_answer_counts_for_ten_minutes(harness: QueuesHarness) -> None:
    await harness.write("just now", "long ago", "ten minutes ago", "never")
    await harness.answered("just now", timedelta())
    await harness.answered("long ago", LATELY + MOMENT)
    await harness.answered("ten minutes ago", LATELY)
    assert await harness.next(2) == ["long ago0", "never0"]
    assert await harness.next(2) == ["just now0", "ten minutes ago0"]


async def test_codes_and_notices_count_against_nobody(harness: QueuesHarness) -> None:
    await harness.write("first", "second")
    for priority in (Priority.CODE, Priority.MASS):
        await put(harness.outbox, harness.database, dispatch(f"{priority}", "first", priority=priority))
    assert await harness.next() == ["first0"]


async def test_from_fifty_on_more_is_no_more(harness: QueuesHarness) -> None:
    await harness.write("much", times=51)
    await harness.write("less", times=50)
    assert await harness.next() == ["much0"]  # who came first
    await harness.write("least", times=49)
    assert await harness.next() == ["least0"]


async def test_what_waits_and_what_was_had_are_added_up(harness: QueuesHarness) -> None:
    await harness.write("a", times=2)
    await harness.answered("a", timedelta())
    await harness.write("b", times=2)
    assert await harness.next() == ["b0"]


async def test_messages_of_another_channel_are_nobodys_here(harness: QueuesHarness) -> None:
    key = harness.key("a")
    await harness.write("a")
    await harness.write("b")
    await harness.inbox.add([message(harness.inbox, "sms", key, harness.clock(), channel="sms")])
    assert await harness.next() == ["a0"]


async def test_where_few_wait_each_claim_begins_with_whoever_came_first(harness: QueuesHarness) -> None:
    names = sorted("abcd", key=harness.key)
    first, *_, last = names
    await harness.write(*names[:-1])
    assert await harness.next() == [f"{first}0"]
    await harness.write(last)  # behind all others in the order in which they are looked at
    assert await harness.next() == [f"{names[1]}0"]


async def test_recipients_are_gone_through_like_conversations(
    harness: QueuesHarness, database: Database, clock: FakeClock
) -> None:
    names = sorted((f"{n}" for n in range(MOST_LANES + 2)), key=harness.key)
    await put(harness.outbox, database, *(dispatch(name, name) for name in names))
    taken = [texts(harness.outbox, await claim(harness.outbox, clock, limit=1)) for _ in range(3)]
    assert taken[1] == [min(names[MOST_LANES:], key=int)]
    assert {int(one) for [one] in (taken[0], taken[2])} <= {int(name) for name in names[:MOST_LANES]}


async def test_a_message_that_was_numbered_earlier_and_came_later_waits_for_the_one_in_hand(
    harness: QueuesHarness,
) -> None:
    """As on PostgreSQL, where a row is numbered before it can be seen."""
    younger, elder = (message(harness.inbox, name, "c", START) for name in ("younger", "elder"))
    await harness.inbox.add([younger | {"id": 10}])
    assert await harness.next() == ["younger"]
    await harness.inbox.add([elder | {"id": 9}])
    harness.clock.forward(LEASE.total_seconds())  # to the last moment of the lease
    assert await harness.next() == []
    async with harness.database.write() as connection:
        await connection.execute(update(arrivals).where(arrivals.c.id == 10).values(state="done"))
    assert await harness.next() == ["elder"]


async def test_a_dispatch_that_was_numbered_earlier_waits_too(harness: QueuesHarness) -> None:
    await put(harness.outbox, harness.database, dispatch("younger"), dispatch("elder"))
    async with harness.database.write() as connection:
        await connection.execute(update(dispatches).where(dispatches.c.key == "elder").values(state="skipped"))
    [younger] = await claim(harness.outbox, harness.clock)
    async with harness.database.write() as connection:
        numbered = update(dispatches).where(dispatches.c.key == "elder")
        await connection.execute(numbered.values(state="open", id=younger.id - 1))
    harness.clock.forward(LEASE.total_seconds())
    assert await claim(harness.outbox, harness.clock) == []
    harness.clock.forward(1)
    assert texts(harness.outbox, await claim(harness.outbox, harness.clock)) == ["elder"]
