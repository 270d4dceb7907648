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


class Counter:
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
def counter(database: Database, vault: Vault, clock: FakeClock) -> Counter:
    return Counter(database, vault, clock)


def test_how_much_is_looked_at() -> None:
    assert (timedelta(minutes=10), 500) == (LATELY, MOST_LANES)


async def test_an_answer_counts_for_ten_minutes(counter: Counter) -> None:
    await counter.write("just now", "long ago", "ten minutes ago", "never")
    await counter.answered("just now", timedelta())
    await counter.answered("long ago", LATELY + MOMENT)
    await counter.answered("ten minutes ago", LATELY)
    assert await counter.next(2) == ["long ago0", "never0"]
    assert await counter.next(2) == ["just now0", "ten minutes ago0"]


async def test_codes_and_notices_count_against_nobody(counter: Counter) -> None:
    await counter.write("first", "second")
    for priority in (Priority.CODE, Priority.BULK):
        await put(counter.outbox, counter.database, dispatch(f"{priority}", "first", priority=priority))
    assert await counter.next() == ["first0"]


async def test_from_fifty_on_more_is_no_more(counter: Counter) -> None:
    await counter.write("much", times=51)
    await counter.write("less", times=50)
    assert await counter.next() == ["much0"]  # who came first
    await counter.write("least", times=49)
    assert await counter.next() == ["least0"]


async def test_what_waits_and_what_was_had_are_added_up(counter: Counter) -> None:
    await counter.write("a", times=2)
    await counter.answered("a", timedelta())
    await counter.write("b", times=2)
    assert await counter.next() == ["b0"]


async def test_messages_of_another_channel_are_nobodys_here(counter: Counter) -> None:
    key = counter.key("a")
    await counter.write("a")
    await counter.write("b")
    await counter.inbox.add([message(counter.inbox, "sms", key, counter.clock(), channel="sms")])
    assert await counter.next() == ["a0"]


async def test_where_few_wait_each_claim_begins_with_whoever_came_first(counter: Counter) -> None:
    names = sorted("abcd", key=counter.key)
    first, *_, last = names
    await counter.write(*names[:-1])
    assert await counter.next() == [f"{first}0"]
    await counter.write(last)  # behind all others in the order in which they are looked at
    assert await counter.next() == [f"{names[1]}0"]


async def test_recipients_are_gone_through_like_conversations(
    counter: Counter, database: Database, clock: FakeClock
) -> None:
    names = sorted((f"{n}" for n in range(MOST_LANES + 2)), key=counter.key)
    await put(counter.outbox, database, *(dispatch(name, name) for name in names))
    taken = [texts(counter.outbox, await claim(counter.outbox, clock, limit=1)) for _ in range(3)]
    assert taken[1] == [min(names[MOST_LANES:], key=int)]
    assert {int(one) for [one] in (taken[0], taken[2])} <= {int(name) for name in names[:MOST_LANES]}


async def test_a_message_that_was_numbered_earlier_and_came_later_waits_for_the_one_in_hand(counter: Counter) -> None:
    """As on PostgreSQL, where a row is numbered before it can be seen."""
    younger, elder = (message(counter.inbox, name, "c", START) for name in ("younger", "elder"))
    await counter.inbox.add([younger | {"id": 10}])
    assert await counter.next() == ["younger"]
    await counter.inbox.add([elder | {"id": 9}])
    counter.clock.forward(LEASE.total_seconds())  # to the last moment of the lease
    assert await counter.next() == []
    async with counter.database.write() as connection:
        await connection.execute(update(arrivals).where(arrivals.c.id == 10).values(state="done"))
    assert await counter.next() == ["elder"]


async def test_a_dispatch_that_was_numbered_earlier_waits_too(counter: Counter) -> None:
    await put(counter.outbox, counter.database, dispatch("younger"), dispatch("elder"))
    async with counter.database.write() as connection:
        await connection.execute(update(dispatches).where(dispatches.c.key == "elder").values(state="skipped"))
    [younger] = await claim(counter.outbox, counter.clock)
    async with counter.database.write() as connection:
        numbered = update(dispatches).where(dispatches.c.key == "elder")
        await connection.execute(numbered.values(state="open", id=younger.id - 1))
    counter.clock.forward(LEASE.total_seconds())
    assert await claim(counter.outbox, counter.clock) == []
    counter.clock.forward(1)
    assert texts(counter.outbox, await claim(counter.outbox, counter.clock)) == ["elder"]
