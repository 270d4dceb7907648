"""The outbox worker's waits and limits, to the moment and to the piece. What it does at all: ``test_outbox``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.backoff import LOOKS, SEND_ATTEMPTS, UNDELIVERED, RetryPolicy
from bot.channels.port import Remedy, SendError, Sent
from bot.messaging import outbox as module
from bot.messaging.outbox import PAUSE, OutboxJob, bucket
from bot.messaging.payload import OutboundBody
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.tables import outbox as rows
from tests.bot.messaging.test_outbox import PACE, RETRY, UNKNOWN, OutboxHarness
from tests.clock import START, FakeClock
from tests.fakes.channel import FakeChannel

SECOND = timedelta(seconds=1)


@pytest.fixture
async def harness(sqlite_url: str, clock: FakeClock) -> AsyncIterator[OutboxHarness]:
    database = Database(sqlite_url)
    yield OutboxHarness(database, clock)
    await database.close()


async def put(harness: OutboxHarness, count: int, after: timedelta = timedelta()) -> None:
    """So many messages, each to somebody else, and to nobody who has one of another time, due then."""
    due, text = START + after, OutboundBody("text").encode()
    found = [
        Dispatch(f"{after}/{n}", "sms", f"+3069{after.seconds:02d}{n:06d}", text, Kind.REPLY, Priority.REPLY, None, due)
        for n in range(count)
    ]
    async with harness.database.write() as connection:
        await harness.outbox.add(connection, found, START)


async def row_of(harness: OutboxHarness, key: str = "1") -> Any:
    async with harness.database.read() as connection:
        return (await connection.execute(select(rows).where(rows.c.key == key))).one()


async def due_in(harness: OutboxHarness) -> float:
    wait: timedelta = (await row_of(harness)).due_at - harness.clock()
    return wait.total_seconds()


def counted(harness: OutboxHarness, name: str, **labels: str) -> float | None:
    return harness.metrics.registry.get_sample_value(name, {"channel": "sms", **labels})


def test_the_limits_in_numbers() -> None:
    assert (timedelta(minutes=2), timedelta(seconds=30)) == (module.SKEW, module.PAUSE)
    assert (SEND_ATTEMPTS, LOOKS, RetryPolicy().most_doubts) == (8, 100, 3)
    assert (RetryPolicy().send_lease, RetryPolicy().patience) == (timedelta(seconds=120), timedelta(hours=1))
    assert (UNDELIVERED.max_attempts, UNDELIVERED.after) == (8, timedelta(minutes=5))


# How much is taken at once


@pytest.mark.parametrize(("rate", "burst", "seconds"), [(50.0, 50.0, 1.0), (1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_a_channel_is_kept_to_its_rate(rate: float, burst: float, seconds: float) -> None:
    paced = bucket(rate)
    assert (paced.max_rate, paced.time_period) == (burst, seconds)


@pytest.mark.parametrize(("rate", "ahead"), [(1.5, 1), (2.0, 1), (4.0, 2), (32.0, 16)])
async def test_half_a_seconds_worth_of_sends_is_claimed_ahead_and_one_at_least(
    harness: OutboxHarness, rate: float, ahead: int
) -> None:
    await put(harness, 20)
    job = harness.job(FakeChannel(Sent("id"), rate=rate))
    assert await job.step()
    assert job.pool.free == 128 - ahead
    await job.drain()


async def test_no_more_are_in_hand_than_may_be_sent_at_once(harness: OutboxHarness) -> None:
    await put(harness, 129)
    job = harness.job(FakeChannel(Sent("id")))
    assert await job.step()
    assert job.pool.free == 0
    await job.drain()
    assert await job.step()
    assert job.pool.free == 127
    await job.drain()


async def test_while_many_are_out_no_claim_is_made_for_a_handful(harness: OutboxHarness) -> None:
    await put(harness, 15)
    await put(harness, 1, after=SECOND)
    job = harness.job(FakeChannel(Sent("id"), rate=32.0))
    assert await job.step()
    harness.clock.forward(1)
    assert await job.step() is False  # there is room for one, an eighth of sixteen is two
    await job.drain()
    assert await job.step()
    await job.drain()


async def test_with_room_for_an_eighth_the_next_are_claimed(harness: OutboxHarness) -> None:
    await put(harness, 14)
    await put(harness, 1, after=SECOND)
    job = harness.job(FakeChannel(Sent("id"), rate=32.0))
    assert await job.step()
    harness.clock.forward(1)
    assert await job.step()
    await job.drain()


# When it goes on


async def test_a_channel_that_rests_claims_nothing_until_its_time_is_over(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(SendError(Remedy.PAGE_OPERATOR, "twilio:20003"), Sent("id"))
    job = harness.job(line)
    await run_until_idle([job])
    await put(harness, 1)
    harness.clock.forward(PAUSE.total_seconds() - 1)
    assert await job.step() is False
    harness.clock.forward(1)
    assert await job.step()
    await job.drain()
    assert len(line.sent) == 3


async def test_what_expires_at_this_moment_is_too_late(harness: OutboxHarness) -> None:
    await harness.put("1", expires_in=0)
    await harness.put("2", expires_in=1)
    line = FakeChannel(Sent("id"))
    await harness.run(line)
    assert [await harness.stands(key) for key in "12"] == [("skipped", "expired"), ("sent", None)]


async def test_a_refusal_ends_when_patience_is_over_and_not_before(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(SendError(Remedy.RETRY, "viber:12", retry_after=450.0))
    await harness.run(line, PACE.patience.total_seconds() - 30)
    assert (len(line.sent), (await harness.stands())[0]) == (SEND_ATTEMPTS, "open")
    harness.clock.forward(30)
    await harness.run(line)
    assert (len(line.sent), await harness.stands()) == (SEND_ATTEMPTS + 1, ("failed", "viber:12"))


async def test_a_refusal_ends_after_so_many_attempts_and_not_before(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(SendError(Remedy.RETRY, "viber:12", retry_after=900.0))
    await harness.run(line, 900 * (SEND_ATTEMPTS - 2), 900)
    assert (len(line.sent), (await harness.stands())[0]) == (SEND_ATTEMPTS - 1, "open")
    harness.clock.forward(900)
    await harness.run(line)
    assert (len(line.sent), await harness.stands()) == (SEND_ATTEMPTS, ("failed", "viber:12"))


async def test_each_doubt_waits_much_longer_than_the_one_before_and_the_last_look_comes_soon(
    harness: OutboxHarness,
) -> None:
    await harness.put("1")
    line = FakeChannel(UNKNOWN)
    waits = []
    for _ in range(1 + PACE.most_doubts):
        await harness.run(line)
        waits.append(await due_in(harness))
        harness.clock.forward(waits[-1])
    assert waits == [3.75, 30.0, 225.0, 3.75]  # jitter in its middle
    await harness.run(line)
    assert (len(line.sent), await harness.stands()) == (1 + PACE.most_doubts, ("failed", "in-doubt"))


async def test_a_look_that_fails_is_made_again_soon_and_later_each_time(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(UNKNOWN, findings=[UNKNOWN])
    await harness.run(line)
    waits = []
    for _ in range(3):
        harness.clock.forward(await due_in(harness))
        await harness.run(line)
        waits.append(await due_in(harness))
    assert waits == [7.5, 15.0, 30.0]
    assert (await row_of(harness)).doubts == 1
    assert (len(line.sent), len(line.looked)) == (1, 3)


async def test_what_is_in_doubt_is_looked_for_from_a_little_before_its_first_attempt(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(UNKNOWN, findings=[UNKNOWN, Sent("found")])
    await harness.run(line, 60)
    assert line.looked_since == [START - timedelta(minutes=2)] * 2


async def test_a_result_is_tried_for_as_long_as_the_lease_lasts(harness: OutboxHarness) -> None:
    class Passing(FakeClock):
        def __call__(self) -> Any:
            return self.forward(1)

    await harness.put("1")
    harness.results.times, harness.clock = 1000, Passing()
    job = harness.job(FakeChannel(Sent("id")))
    assert await job.step()
    await job.drain()
    assert 1000 - harness.results.times == PACE.send_lease.total_seconds()  # a second passes with each


# What is counted


async def test_what_became_of_a_send_is_counted_by_its_result_and_its_price(harness: OutboxHarness) -> None:
    await harness.put("1")
    line = FakeChannel(RETRY, Sent("id", 3))
    job = OutboxJob(
        channel=line,
        outbox=harness.outbox,
        results=harness.results,
        metrics=harness.metrics,
        runtime=harness.runtime,
        policy=PACE,
        price=0.5,
    )
    await run_until_idle([job])
    harness.clock.forward(30)
    await run_until_idle([job])
    assert counted(harness, "counter_sends_total", result="http:503") == 1
    assert counted(harness, "counter_sends_total", result="sent") == 1
    assert (counted(harness, "counter_sent_parts_total"), counted(harness, "counter_spent_euros_total")) == (3, 1.5)


async def test_how_a_doubt_was_settled_is_counted(harness: OutboxHarness) -> None:
    await harness.put("1")
    await harness.run(FakeChannel(UNKNOWN, findings=[None, Sent("id")]), 120)
    assert counted(harness, "counter_send_doubts_total", settled="sent again") == 1
    assert counted(harness, "counter_send_doubts_total", settled="found") == 1
