"""The inbox on both databases: kept once, claimed in order, finished once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from casestore.database import Database
from casestore.queues.fair import MOST_LANES
from casestore.queues.inbox import Claimed, Inbox
from casestore.queues.lease import LostClaim
from casestore.vault import Vault
from tests.casestore.fixture import message
from tests.clock import FakeClock

LEASE = timedelta(seconds=30)


@pytest.fixture
def inbox(database: Database, vault: Vault) -> Inbox:
    return Inbox(database, vault)


async def put(inbox: Inbox, database: Database, clock: FakeClock, *ids: str, conversation: str = "c") -> None:
    await inbox.add([message(inbox, name, conversation, clock(), f"text {name}") for name in ids])


async def claim(inbox: Inbox, clock: FakeClock, name: str = "w", limit: int = 10) -> list[Claimed]:
    return await inbox.claim("viber", clock(), name, limit=limit, lease=LEASE)


async def finish(inbox: Inbox, database: Database, claimed: Claimed, clock: FakeClock) -> None:
    async with database.write() as connection:
        await inbox.done(connection, claimed, clock())


async def test_a_repeated_delivery_is_kept_once(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    await put(inbox, database, clock, "1", "1")
    await put(inbox, database, clock, "1")
    assert [c.external_id for c in await claim(inbox, clock)] == ["1"]
    assert (await inbox.depth())[0] == 1


async def test_one_conversation_goes_one_at_a_time_in_order(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    await put(inbox, database, clock, "1", "2", "3")
    await put(inbox, database, clock, "other", conversation="d")
    first = await claim(inbox, clock)
    assert [c.external_id for c in first] == ["1", "other"]
    assert inbox.read(first[0]) == "text 1"
    assert await claim(inbox, clock, "another worker") == []
    await finish(inbox, database, first[0], clock)
    assert [c.external_id for c in await claim(inbox, clock)] == ["2"]


async def test_a_retry_holds_up_its_conversation_only(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    await put(inbox, database, clock, "1", "2")
    [first] = await claim(inbox, clock)
    await inbox.retry(first, clock() + timedelta(seconds=60), "ValueError")
    await put(inbox, database, clock, "other", conversation="d")
    assert [c.external_id for c in await claim(inbox, clock)] == ["other"]
    clock.forward(61)
    [again] = [c for c in await claim(inbox, clock) if c.external_id != "other"]
    assert (again.external_id, again.attempts) == ("1", 2)


async def test_a_killed_worker_loses_its_claim_by_the_clock(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    await put(inbox, database, clock, "1")
    [dead] = await claim(inbox, clock, "dead")
    clock.forward(LEASE.total_seconds() + 1)
    [alive] = await claim(inbox, clock, "alive")
    with pytest.raises(LostClaim):
        await finish(inbox, database, dead, clock)
    await finish(inbox, database, alive, clock)
    assert await inbox.depth() == (0, 0, None)


async def test_the_buried_are_counted_and_hold_up_nobody(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    await put(inbox, database, clock, "1", "2")
    [poison] = await claim(inbox, clock)
    async with database.write() as connection:
        await inbox.bury(connection, poison, clock(), "KeyError")
    assert (await inbox.depth())[:2] == (1, 1)
    assert [c.external_id for c in await claim(inbox, clock)] == ["2"]


async def test_two_workers_never_hold_the_same_row(inbox: Inbox, database: Database, clock: FakeClock) -> None:
    for n in range(40):
        await put(inbox, database, clock, f"{n}", conversation=f"c{n}")
    batches = await asyncio.gather(*(claim(inbox, clock, f"w{n}", limit=10) for n in range(8)))
    ids = [c.id for batch in batches for c in batch]
    assert len(ids) == len(set(ids))
    assert ids


async def test_whoever_has_little_waiting_goes_before_whoever_has_much(
    inbox: Inbox, database: Database, clock: FakeClock
) -> None:
    for n in range(3):
        for flooder in "abc":
            await put(inbox, database, clock, f"{flooder}{n}", conversation=flooder)
    await put(inbox, database, clock, "quiet", conversation="quiet")
    assert [c.external_id for c in await claim(inbox, clock, limit=1)] == ["quiet"]
    assert [c.external_id for c in await claim(inbox, clock, limit=2)] == ["a0", "b0"]


async def test_what_comes_in_on_one_channel_is_claimed_by_itself(
    inbox: Inbox, database: Database, clock: FakeClock
) -> None:
    sms = [message(inbox, f"{n}", f"c{n}", clock(), channel="sms") for n in range(30)]
    await inbox.add(sms)
    await put(inbox, database, clock, "viber")
    assert [c.external_id for c in await claim(inbox, clock)] == ["viber"]
    assert len(await inbox.claim("sms", clock(), "w", limit=50, lease=LEASE)) == 30


async def test_where_more_wait_than_are_looked_at_the_next_claim_goes_on_with_the_others(
    inbox: Inbox, database: Database, clock: FakeClock
) -> None:
    names = [f"{n:04d}" for n in range(2 * MOST_LANES + 10)]
    await inbox.add([message(inbox, name, name, clock()) for name in names])
    claims = [[c.external_id for c in await claim(inbox, clock, limit=1)] for _ in range(4)]
    assert claims == [["0000"], [f"{MOST_LANES:04d}"], [f"{2 * MOST_LANES:04d}"], ["0001"]]
    taken = 4
    while got := await claim(inbox, clock, limit=MOST_LANES):
        taken += len(got)
    assert taken == len(names)
