"""What the outbox worker does about each end of a send. The store is real, the channel says what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.backoff import LOOKS, SEND_ATTEMPTS, RetryPolicy
from bot.channels.port import Remedy, SendError, Sent
from bot.messaging.outbox import PAUSE, OutboxJob
from bot.messaging.payload import OutboundBody
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.store import Store
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.queues.outbox import Dispatch, Kind, Outbox, Priority
from casestore.queues.results import Outcome, Results
from casestore.tables import outbox as rows
from casestore.vault import Vault, address_key
from tests.clock import START, FakeClock
from tests.fakes.channel import FakeChannel

PACE = RetryPolicy(store_down=0.0)
RETRY, UNKNOWN = (SendError(remedy, "http:503") for remedy in (Remedy.RETRY, Remedy.UNKNOWN))


class Away(Results):
    """Results that cannot be written the next ``times``."""

    times = 0
    why: Exception = OperationalError("update", None, OSError("away"))

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        if self.times:
            self.times -= 1
            raise self.why
        await super().write(outcomes)


class OutboxHarness:
    """A store, a clock, and one message to be sent."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.vault = Vault(["a secret for tests only"])
        self.outbox = Outbox(database, self.vault)
        self.results = Away(database)
        self.metrics = Metrics()
        self.clock = clock
        self.claims = 0

    async def put(self, *keys: str, expires_in: float | None = None) -> None:
        expires_at = None if expires_in is None else self.clock() + timedelta(seconds=expires_in)
        found = [
            Dispatch(
                key,
                "sms",
                "+306900000001",
                OutboundBody(key).encode(),
                Kind.REPLY,
                Priority.REPLY,
                None,
                START,
                expires_at,
            )
            for key in keys
        ]
        async with self.database.write() as connection:
            await self.outbox.add(connection, found, START)

    def job(self, line: FakeChannel) -> OutboxJob:
        return OutboxJob(
            channel=line,
            outbox=self.outbox,
            results=self.results,
            metrics=self.metrics,
            runtime=self.runtime,
            policy=PACE,
        )

    @property
    def runtime(self) -> Runtime:
        return Runtime(clock=self.clock, random=lambda: 0.5, new_claim=self._claim)

    def _claim(self) -> str:
        self.claims += 1
        return f"claim-{self.claims}"

    async def run(self, line: FakeChannel, seconds: float = 0, step: float = 30) -> None:
        """Let so much time pass, and the worker look every ``step`` seconds."""
        job = self.job(line)
        await run_until_idle([job])
        for _ in range(int(seconds / step)):
            self.clock.forward(step)
            await run_until_idle([job])

    async def stands(self, key: str = "1") -> tuple[str, str | None]:
        async with self.database.read() as connection:
            row = (await connection.execute(select(rows).where(rows.c.key == key))).one()
        return row.state, row.reason


@pytest.fixture
async def harness(sqlite_url: str, clock: FakeClock) -> AsyncIterator[OutboxHarness]:
    database = Database(sqlite_url)
    harness = OutboxHarness(database, clock)
    await harness.put("1")
    yield harness
    await database.close()


async def test_what_was_accepted_is_sent(harness: OutboxHarness) -> None:
    line = FakeChannel(Sent("id", 2))
    await harness.run(line, 300)
    assert [(message.address, message.text) for message in line.sent] == [("+306900000001", "1")]
    assert await harness.stands() == ("sent", None)


@pytest.mark.parametrize("remedy", [Remedy.NEVER, Remedy.STOP_CONTACT])
async def test_what_will_never_be_accepted_fails_at_once(harness: OutboxHarness, remedy: Remedy) -> None:
    line = FakeChannel(SendError(remedy, "twilio:21617"))
    await harness.run(line, 300)
    assert len(line.sent) == 1
    assert await harness.stands() == ("failed", "twilio:21617")


async def test_who_cannot_be_reached_is_marked_so(harness: OutboxHarness) -> None:
    store = Store.over(harness.database, harness.vault)
    await store.conversations.at("sms", "+306900000001", START)
    await harness.put("2")
    line = FakeChannel(SendError(Remedy.STOP_CONTACT, "twilio:21610"))
    await harness.run(line, 60)
    assert len(line.sent) == 1
    assert not (await store.conversations.at("sms", "+306900000001", START)).reachable
    assert await harness.stands("2") == ("failed", "twilio:21610")


async def test_a_provider_that_is_away_for_most_of_an_hour_loses_nothing(harness: OutboxHarness) -> None:
    line = FakeChannel(SendError(Remedy.RETRY, "http:connect"))
    await harness.run(line, 3500)
    assert len(line.sent) > SEND_ATTEMPTS
    assert (await harness.stands())[0] == "open"
    back = FakeChannel(Sent("id"))
    await harness.run(back, 700)
    assert await harness.stands() == ("sent", None)


async def test_a_refusal_has_an_end(harness: OutboxHarness) -> None:
    await harness.run(FakeChannel(RETRY), 5400)
    assert await harness.stands() == ("failed", "http:503")


async def test_a_provider_that_names_its_time_is_not_asked_before(harness: OutboxHarness) -> None:
    line = FakeChannel(SendError(Remedy.RETRY, "viber:12", retry_after=600.0), Sent("id"))
    await harness.run(line, 590)
    assert len(line.sent) == 1
    await harness.run(line, 60)
    assert await harness.stands() == ("sent", None)


async def test_a_channel_that_is_refused_itself_rests_and_loses_nothing(harness: OutboxHarness) -> None:
    await harness.put("2")
    line = FakeChannel(SendError(Remedy.PAGE_OPERATOR, "twilio:20003"), Sent("id"))
    job = harness.job(line)
    await run_until_idle([job])
    harness.clock.forward(PAUSE.total_seconds() - 1)
    await run_until_idle([job])
    assert len(line.sent) == 1
    harness.clock.forward(2)
    await run_until_idle([job])
    assert [await harness.stands(key) for key in ("1", "2")] == [("sent", None), ("sent", None)]


async def test_a_doubt_is_looked_up_and_found(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN, findings=[Sent("found", 3)])
    await harness.run(line, 60)
    assert (len(line.sent), len(line.looked)) == (1, 1)
    assert await harness.stands() == ("sent", None)


async def test_a_doubt_that_cannot_be_looked_up_now_is_not_sent_again(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN, Sent("id"), findings=[UNKNOWN] * 5 + [None])
    await harness.run(line, 120)
    assert len(line.sent) == 1
    await harness.run(line, 300)
    assert (len(line.sent), len(line.looked)) == (2, 6)


async def test_doubts_have_an_end_and_the_last_word_is_a_look(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN, findings=[None, None, None, Sent("found after all")])
    await harness.run(line, 1200)
    assert (len(line.sent), len(line.looked)) == (1 + PACE.most_doubts, 4)
    assert await harness.stands() == ("sent", None)


async def test_doubts_that_are_never_settled_end_as_failed(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN)
    await harness.run(line, 1200)
    assert len(line.sent) == 1 + PACE.most_doubts
    assert await harness.stands() == ("failed", "in-doubt")


async def test_an_outage_of_minutes_does_not_use_up_all_doubts(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN)
    await harness.run(line, 180)
    assert (await harness.stands())[0] == "open"
    await harness.run(FakeChannel(Sent("id")), 300)
    assert await harness.stands() == ("sent", None)


@pytest.mark.slow
async def test_what_nobody_can_tell_is_given_up_one_day(harness: OutboxHarness) -> None:
    line = FakeChannel(UNKNOWN, findings=[UNKNOWN])
    await harness.run(line, 60.0 * LOOKS, 60)
    assert (len(line.sent), len(line.looked)) == (1, LOOKS - 1)
    assert await harness.stands() == ("failed", "given-up")


async def test_a_fault_of_ours_is_a_doubt_and_not_the_end_of_the_worker(harness: OutboxHarness) -> None:
    line = FakeChannel(KeyError("a fault of ours"), Sent("id"))
    await harness.run(line, 60)
    assert (len(line.looked), await harness.stands()) == (1, ("sent", None))


async def test_what_is_too_late_is_not_sent(harness: OutboxHarness) -> None:
    await harness.put("late", expires_in=20)
    line = FakeChannel(RETRY, Sent("id"))
    await harness.run(line, 60)
    assert await harness.stands("late") == ("skipped", "expired")


@pytest.mark.parametrize("why", [Away.why, DBAPIError("update", None, Exception("deadlock detected"))])
async def test_a_result_is_kept_until_it_can_be_written(harness: OutboxHarness, why: Exception) -> None:
    """Else the lease would run out, and a message that was accepted be sent again."""
    harness.results.times, harness.results.why = 5, why
    line = FakeChannel(Sent("id"))
    await harness.run(line, 300)
    assert len(line.sent) == 1
    assert await harness.stands() == ("sent", None)


async def test_a_store_that_stays_away_is_not_waited_for_for_ever(harness: OutboxHarness) -> None:
    class Passing(FakeClock):
        def __call__(self) -> Any:
            return self.forward(1)

    harness.results.times, harness.clock = 10**6, Passing()
    job = harness.job(FakeChannel(Sent("id")))
    async with asyncio.timeout(10):
        assert await job.step()
        await job.drain()
    assert (await harness.stands())[0] == "open"


async def test_a_recipient_is_known_by_what_he_had_before(harness: OutboxHarness) -> None:
    await harness.run(FakeChannel(Sent("before")))
    await harness.put("2")
    line = FakeChannel(UNKNOWN, findings=[Sent("found")])
    await harness.run(line, 60)
    assert line.looked == [frozenset({"before"})]
    known = await harness.results.known_ids(
        "sms", address_key(harness.vault, "sms", "+306900000001"), START, excluding=0
    )
    assert known == {"before", "found"}
