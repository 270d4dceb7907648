"""Events of registries on both databases: kept once, claimed in their subject's order, parked and put back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Integer, select

from casestore.queues.lease import LostClaim
from casestore.queues.registry_events import MOST_SEQUENCE, ClaimedEvent, RegistryEventQueue
from casestore.tables import registry_events as rows
from casestore.vault import Vault
from tests.casestore.telling import Telling
from tests.clock import FakeClock

LEASE = timedelta(seconds=30)
OPENED, ARCHIVED = "case.opened", "case.archived"


class EventsHarness:
    """The queue, and shorthands."""

    def __init__(self, database: Telling, vault: Vault, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.queue = RegistryEventQueue(database, vault)

    async def put(self, event: str, sequence: int, *, subject: str = "ΑΔ-2026-000123", kind: str = OPENED) -> None:
        at = self.clock()
        told: dict[str, Any] = {"registry": "permits", "kind": kind, "subject": subject, "payload": f"text {event}"}
        await self.queue.add([self.queue.row(event=event, sequence=sequence, received_at=at, **told)])

    async def claim(self, name: str = "w", limit: int = 10) -> list[ClaimedEvent]:
        return await self.queue.claim(self.clock(), name, limit=limit, lease=LEASE)

    async def texts(self, name: str = "w", limit: int = 10) -> list[str]:
        return [self.queue.read(one).removeprefix("text ") for one in await self.claim(name, limit)]

    async def park(self, kind: str, *events: str) -> None:
        for event in events:
            await self.put(event, 1, subject=event, kind=kind)
        for one in await self.claim():
            await self.queue.park(one, kind)

    async def rows(self) -> list[tuple[str, int, datetime, datetime]]:
        columns = (rows.c.state, rows.c.attempts, rows.c.received_at, rows.c.due_at)
        async with self.database.read() as connection:
            return [(*row,) for row in await connection.execute(select(*columns).order_by(rows.c.id))]


@pytest.fixture
async def harness(database_url: str, vault: Vault, clock: FakeClock) -> AsyncIterator[EventsHarness]:
    database = Telling(database_url)
    yield EventsHarness(database, vault, clock)
    await database.close()


async def test_an_event_is_kept_once(harness: EventsHarness) -> None:
    await harness.put("1", 1)
    await harness.put("1", 1)
    [one] = await harness.claim()
    assert (one.registry, one.attempts, one.claim, harness.queue.read(one)) == ("permits", 1, "w", "text 1")
    assert await harness.claim() == []


async def test_of_a_subject_the_lowest_sequence_goes_first_and_alone(harness: EventsHarness) -> None:
    await harness.put("third", 3)
    await harness.put("second", 2)
    await harness.put("other", 9, subject="another")
    held = await harness.claim()
    assert [harness.queue.read(one) for one in held] == ["text second", "text other"]
    assert await harness.claim("another worker") == []
    async with harness.database.write() as connection:
        await harness.queue.done(connection, held[0], harness.clock(), "applied")
    assert await harness.texts() == ["third"]


async def test_of_two_with_one_sequence_the_one_that_came_first_goes_first(harness: EventsHarness) -> None:
    await harness.put("first", 1)
    await harness.put("second", 1)
    assert await harness.texts() == ["first"]


async def test_an_earlier_event_that_comes_late_waits_for_the_one_in_hand(harness: EventsHarness) -> None:
    await harness.put("second", 2)
    [second] = await harness.claim()
    await harness.put("first", 1)
    harness.clock.forward(LEASE.total_seconds())  # to the last moment of the lease
    assert await harness.claim("beside it") == []
    harness.clock.forward(1)
    assert await harness.texts("next") == ["first"]
    async with harness.database.write() as connection:
        await harness.queue.done(connection, second, harness.clock())  # nobody else has it: still its own


async def test_no_more_are_claimed_than_asked_for_and_the_oldest_first(harness: EventsHarness) -> None:
    for number in range(3):
        await harness.put(f"{number}", 1, subject=f"{number}")
    assert await harness.texts(limit=2) == ["0", "1"]
    assert await harness.texts(limit=2) == ["2"]


async def test_a_lost_claim_parks_nothing(harness: EventsHarness) -> None:
    await harness.put("1", 1)
    [slow] = await harness.claim("slow")
    harness.clock.forward(LEASE.total_seconds() + 1)
    await harness.claim("next")
    with pytest.raises(LostClaim):
        await harness.queue.park(slow, OPENED)
    assert await harness.queue.parked() == {}


async def test_what_is_parked_is_counted_by_type_and_claimed_by_nobody(harness: EventsHarness) -> None:
    await harness.park(ARCHIVED, "1", "2")
    await harness.park(OPENED, "3")
    assert await harness.queue.parked() == {ARCHIVED: 2, OPENED: 1}
    assert await harness.claim() == []
    assert await harness.queue.depth() == (0, 0, None)


async def test_what_is_put_back_is_as_if_it_had_just_come_and_the_workers_are_told(harness: EventsHarness) -> None:
    await harness.park(ARCHIVED, "1", "2", "3")
    now = harness.clock.forward(3600)
    before = len(harness.database.told)
    assert await harness.queue.unpark([OPENED, ARCHIVED], now, limit=2) == 2
    assert harness.database.told[before:] == [True]
    assert [(row[0], row[1]) for row in await harness.rows()] == [("open", 0), ("open", 0), ("parked", 1)]
    assert [row[2:] for row in await harness.rows()][:2] == [(now, now)] * 2
    assert await harness.texts() == ["1", "2"]


async def test_where_none_of_the_types_is_parked_nothing_is_written(harness: EventsHarness) -> None:
    await harness.park(ARCHIVED, "1")
    before = len(harness.database.told)
    assert await harness.queue.unpark([OPENED], harness.clock(), limit=2) == 0
    assert await harness.queue.unpark([], harness.clock(), limit=2) == 0
    assert harness.database.told[before:] == []
    assert await harness.queue.parked() == {ARCHIVED: 1}


async def test_the_highest_sequence_is_the_highest_that_the_column_holds(harness: EventsHarness) -> None:
    assert type(rows.c.sequence.type) is Integer  # four bytes on PostgreSQL
    assert MOST_SEQUENCE == 2_147_483_647
    await harness.put("last", MOST_SEQUENCE)
    assert await harness.texts() == ["last"]
