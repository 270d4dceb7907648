"""What the inbox worker does about each end of a turn. The store is real, the handler does what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.backoff import TURN_ATTEMPTS, RetryPolicy
from bot.messaging.inbox import InboxJob
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.queues.inbox import Claimed, Inbox
from casestore.queues.lease import LostClaim
from casestore.tables import inbox as rows
from casestore.vault import Vault
from tests.casestore.fixture import message
from tests.clock import FakeClock

AWAY = OperationalError("update", None, OSError("away"))
LEASE = RetryPolicy().turn_lease.total_seconds() + 1


class Handler:
    """Finishes a message, or raises what is wrong with it by its external id."""

    def __init__(self, database: Database, inbox: Inbox, clock: FakeClock) -> None:
        self._database, self._inbox, self._clock = database, inbox, clock
        self.wrong: dict[str, Exception] = {}
        self.at_the_end: Exception | None = None
        self.kills: str | None = None
        self.in_hand: set[str] = set()
        self.answered: list[str] = []
        self.given_up: list[tuple[str, str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def handle(self, claimed: Claimed) -> str:
        self.in_hand.add(claimed.external_id)
        await self.go_on.wait()
        if self.kills in self.in_hand:  # the process is gone, and with it whatever it had in hand
            raise LostClaim("killed")
        if claimed.external_id in self.wrong:
            raise self.wrong[claimed.external_id]
        async with self._database.write() as connection:
            await self._inbox.done(connection, claimed, self._clock())
        self.answered.append(claimed.external_id)
        return "answered"

    async def give_up(self, claimed: Claimed, error: str) -> None:
        if self.at_the_end is not None:
            raise self.at_the_end
        await self._inbox.abandon(claimed, self._clock(), error)
        self.given_up.append((claimed.external_id, error))


class InboxHarness:
    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.inbox = Inbox(database, Vault(["a secret for tests only"]))
        self.handler = Handler(database, self.inbox, clock)
        self.claims = 0

    async def put(self, *names: str, conversation: str = "c") -> None:
        await self.inbox.add([message(self.inbox, name, conversation, self.clock()) for name in names])

    def job(self, concurrency: int = 8) -> InboxJob:
        return InboxJob(
            channel="viber",
            inbox=self.inbox,
            handler=self.handler,
            metrics=Metrics(),
            runtime=Runtime(clock=self.clock, random=lambda: 0.5, new_claim=self._claim),
            concurrency=concurrency,
        )

    def _claim(self) -> str:
        self.claims += 1
        return f"claim-{self.claims}"

    async def run(self, times: int = 1, seconds: float = 0) -> None:
        job = self.job()
        await run_until_idle([job])
        for _ in range(times - 1):
            self.clock.forward(seconds)
            await run_until_idle([job])

    async def lives(self, times: int) -> None:
        """So many workers after one another, each until the first rest."""
        for _ in range(times):
            self.handler.in_hand.clear()
            self.clock.forward(LEASE)
            job = self.job()
            await job.step()
            await job.drain()

    async def stands(self, name: str) -> tuple[str, int, str | None]:
        async with self.database.read() as connection:
            row = (await connection.execute(select(rows).where(rows.c.external_id == name))).one()
        return row.state, row.attempts, row.error


@pytest.fixture
async def harness(sqlite_url: str, clock: FakeClock) -> AsyncIterator[InboxHarness]:
    database = Database(sqlite_url)
    yield InboxHarness(database, clock)
    await database.close()


async def test_messages_are_answered_in_order(harness: InboxHarness) -> None:
    await harness.put("1", "2", "3")
    await harness.run()
    assert harness.handler.answered == ["1", "2", "3"]


async def test_so_many_conversations_at_once_and_one_message_of_each(harness: InboxHarness) -> None:
    for conversation in "abc":
        await harness.put(f"{conversation} 1", f"{conversation} 2", conversation=conversation)
    harness.handler.go_on.clear()
    job = harness.job(concurrency=2)
    assert [await job.step() for _ in range(2)] == [True, False]
    assert job.pool.free == 0
    harness.handler.go_on.set()
    await job.drain()
    assert sorted(harness.handler.answered) == ["a 1", "b 1"]


async def test_what_fails_is_tried_again_later_and_then_given_up(harness: InboxHarness) -> None:
    await harness.put("1", "2")
    harness.handler.wrong["1"] = KeyError("what a citizen wrote")
    await harness.run()
    assert await harness.stands("1") == ("open", 1, "KeyError")
    await harness.run(TURN_ATTEMPTS, 120)
    assert harness.handler.given_up == [("1", "KeyError")]
    assert await harness.stands("1") == ("dead", TURN_ATTEMPTS, "KeyError")
    assert harness.handler.answered == ["2"]


async def test_what_fails_once_is_answered_the_next_time(harness: InboxHarness) -> None:
    await harness.put("1", "2")
    harness.handler.wrong["1"] = KeyError("once")
    await harness.run()
    harness.handler.wrong.clear()
    await harness.run(2, 2)
    assert harness.handler.answered == ["1", "2"]


async def test_a_store_that_is_away_is_no_fault_of_the_message(harness: InboxHarness) -> None:
    await harness.put("1")
    harness.handler.wrong["1"] = AWAY
    await harness.run()
    assert await harness.stands("1") == ("open", 1, None)
    harness.handler.wrong.clear()
    await harness.run(2, LEASE)
    assert harness.handler.answered == ["1"]


async def test_a_message_that_kills_its_worker_is_given_up_too(harness: InboxHarness, clock: FakeClock) -> None:
    await harness.put("1")
    for number in range(TURN_ATTEMPTS):
        assert await harness.inbox.claim("viber", clock(), f"killed-{number}", limit=1, lease=timedelta(seconds=60))
        clock.forward(LEASE)
    await harness.run()
    assert harness.handler.given_up == [("1", "worker-lost")]


async def test_who_is_in_hand_beside_a_message_that_kills_its_worker_is_not_given_up_with_it(
    harness: InboxHarness,
) -> None:
    names = ["1", "2", "3", "4", "5"]
    for name in names:
        await harness.put(name, conversation=name)
    harness.handler.kills = "3"
    await harness.lives(3 * TURN_ATTEMPTS)
    assert harness.handler.given_up == [("3", "worker-lost")]
    assert sorted(harness.handler.answered) == ["1", "2", "4", "5"]
    assert await harness.stands("3") == ("dead", TURN_ATTEMPTS + 1, "worker-lost")


async def test_a_turn_that_outlasts_its_lease_changes_nothing(harness: InboxHarness) -> None:
    await harness.put("1")
    harness.handler.go_on.clear()
    slow, quick = harness.job(), harness.job()
    assert await slow.step()
    harness.clock.forward(LEASE)
    assert await quick.step()
    harness.handler.go_on.set()
    await slow.drain()
    await quick.drain()
    assert harness.handler.answered == ["1"]
    assert await harness.stands("1") == ("done", 2, None)


@pytest.mark.parametrize("wrong", [KeyError("the word of regret is missing"), ValueError("no such address")])
async def test_what_cannot_even_be_given_up_holds_up_nobody(harness: InboxHarness, wrong: Exception) -> None:
    await harness.put("1", "2")
    harness.handler.wrong["1"] = KeyError("always")
    harness.handler.at_the_end = wrong
    await harness.run(TURN_ATTEMPTS + 1, 120)
    assert await harness.stands("1") == ("dead", TURN_ATTEMPTS, "KeyError")
    assert harness.handler.answered == ["2"]


async def test_giving_up_waits_for_the_store(harness: InboxHarness) -> None:
    await harness.put("1")
    harness.handler.wrong["1"] = KeyError("always")
    harness.handler.at_the_end = AWAY
    await harness.run(TURN_ATTEMPTS, 120)
    assert (await harness.stands("1"))[0] == "open"
    harness.handler.at_the_end = None
    await harness.run(2, LEASE)
    assert harness.handler.given_up == [("1", "worker-lost")]
