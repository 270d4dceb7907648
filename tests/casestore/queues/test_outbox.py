"""The outbox on both databases: written once, claimed in order, in doubt when a claim was never given back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.store import Store
from casestore.conversations.ownership import OwnerKind
from casestore.database import Database
from casestore.queues.inbox import Inbox
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import SAID_BY_BOT, TAKEN_OVER, ClaimedDispatch, Dispatch, Kind, Outbox, Priority
from casestore.queues.results import Outcome, Results
from casestore.tables import conversations
from casestore.tables import outbox as rows
from casestore.vault import SealBroken, Vault, address_key
from tests.casestore.fixture import message
from tests.clock import START, FakeClock

LEASE = timedelta(seconds=30)


@pytest.fixture
def outbox(database: Database, vault: Vault) -> Outbox:
    return Outbox(database, vault)


@pytest.fixture
def results(database: Database) -> Results:
    return Results(database)


def dispatch(
    key: str, address: str = "a", *, priority: Priority = Priority.REPLY, channel: str = "viber", after: float = 0
) -> Dispatch:
    due_at = START + timedelta(seconds=after)
    return Dispatch(key, channel, address, f"text {key}", Kind.REPLY, priority, None, due_at)


async def put(outbox: Outbox, database: Database, *dispatches: Dispatch) -> None:
    async with database.write() as connection:
        await outbox.add(connection, dispatches, START)


async def claim(
    outbox: Outbox, clock: FakeClock, name: str = "w", limit: int = 10, channel: str = "viber"
) -> list[ClaimedDispatch]:
    return await outbox.claim(channel, clock(), name, limit=limit, lease=LEASE)


def texts(outbox: Outbox, claimed: list[ClaimedDispatch]) -> list[str]:
    return [outbox.read(one)[1].removeprefix("text ") for one in claimed]


async def again(results: Results, one: ClaimedDispatch, clock: FakeClock, after: float, *, in_doubt: bool) -> None:
    due_at = clock() + timedelta(seconds=after)
    await results.write(
        [Outcome(one.id, one.claim, OutboxState.OPEN, clock(), due_at=due_at, reason="x", in_doubt=in_doubt)]
    )


async def test_a_cause_is_written_once(outbox: Outbox, database: Database, clock: FakeClock) -> None:
    await put(outbox, database, dispatch("1"), dispatch("1"))
    await put(outbox, database, dispatch("1", "another address"))
    await put(outbox, database)
    assert texts(outbox, await claim(outbox, clock)) == ["1"]
    assert await claim(outbox, clock) == []


async def test_what_was_written_is_sealed_and_opens(outbox: Outbox, database: Database, clock: FakeClock) -> None:
    await put(outbox, database, dispatch("1", "+306900000001"))
    [one] = await claim(outbox, clock)
    assert outbox.read(one) == ("+306900000001", "text 1")
    assert b"text" not in one.body_sealed
    assert b"6900000001" not in one.address_sealed
    with pytest.raises(SealBroken):
        outbox.read(replace(one, body_sealed=one.address_sealed))


async def test_urgent_first_one_a_recipient_in_order(outbox: Outbox, database: Database, clock: FakeClock) -> None:
    await put(
        outbox,
        database,
        dispatch("bulk a", "a", priority=Priority.MASS),
        dispatch("bulk b", "b", priority=Priority.MASS),
        dispatch("first a", "a"),
        dispatch("second a", "a"),
        dispatch("code c", "c", priority=Priority.CODE),
        dispatch("other channel", "a", channel="sms"),
    )
    assert texts(outbox, await claim(outbox, clock, limit=2)) == ["code c", "first a"]
    assert texts(outbox, await claim(outbox, clock)) == ["bulk b"]
    assert texts(outbox, await claim(outbox, clock, channel="sms")) == ["other channel"]
    assert await claim(outbox, clock, "another worker") == []


async def test_what_waits_for_its_next_attempt_holds_up_what_is_behind_it_and_no_more_urgent(
    outbox: Outbox, results: Results, database: Database, clock: FakeClock
) -> None:
    await put(outbox, database, dispatch("1"))
    [first] = await claim(outbox, clock)
    await again(results, first, clock, 60, in_doubt=False)
    await put(outbox, database, dispatch("2"), dispatch("urgent", priority=Priority.CODE))
    [urgent] = await claim(outbox, clock)
    assert texts(outbox, [urgent]) == ["urgent"]
    await results.write([Outcome(urgent.id, urgent.claim, OutboxState.SENT, clock(), "id", 1)])
    assert await claim(outbox, clock) == []
    clock.forward(61)
    [retried] = await claim(outbox, clock)
    assert (texts(outbox, [retried]), retried.attempts, retried.in_doubt) == (["1"], 2, False)


async def test_what_is_not_due_holds_up_nobody(outbox: Outbox, database: Database, clock: FakeClock) -> None:
    await put(outbox, database, dispatch("tomorrow", after=86_400), dispatch("now"))
    assert texts(outbox, await claim(outbox, clock)) == ["now"]


async def test_a_claim_that_was_never_given_back_is_a_doubt(
    outbox: Outbox, database: Database, clock: FakeClock
) -> None:
    await put(outbox, database, dispatch("1"))
    [killed] = await claim(outbox, clock, "killed")
    assert (killed.attempts, killed.doubts, killed.in_doubt, killed.since) == (1, 0, False, START)
    clock.forward(LEASE.total_seconds())
    assert await claim(outbox, clock, "too early") == []
    clock.forward(1)
    [again] = await claim(outbox, clock, "next")
    assert (again.attempts, again.doubts, again.in_doubt, again.since) == (2, 1, True, START)


async def test_a_doubt_stays_until_it_is_settled(
    outbox: Outbox, results: Results, database: Database, clock: FakeClock
) -> None:
    await put(outbox, database, dispatch("1"))
    [first] = await claim(outbox, clock)
    await again(results, first, clock, 0, in_doubt=True)
    [second] = await claim(outbox, clock)
    await again(results, second, clock, 0, in_doubt=False)  # the provider could not be asked
    [third] = await claim(outbox, clock)
    assert (third.attempts, third.doubts, third.in_doubt) == (3, 1, True)


async def test_two_workers_never_hold_the_same_row(outbox: Outbox, database: Database, clock: FakeClock) -> None:
    await put(outbox, database, *(dispatch(f"{n}", f"{n % 30}") for n in range(60)))
    batches = await asyncio.gather(*(claim(outbox, clock, f"w{n}", limit=7) for n in range(8)))
    held = [one for batch in batches for one in batch]
    assert len(held) == len({one.id for one in held}) == len({one.recipient_key for one in held}) == 30


async def test_a_lease_counts_from_the_claim_that_holds_it(
    outbox: Outbox, database: Database, clock: FakeClock
) -> None:
    await put(outbox, database, dispatch("1"))
    await claim(outbox, clock, "first")
    clock.forward(31)
    await claim(outbox, clock, "second")
    clock.forward(29)
    assert await claim(outbox, clock, "third") == []
    async with database.write() as connection:
        await connection.execute(update(rows).values(lease_until=None))
    assert len(await claim(outbox, clock, "third")) == 1


async def test_answers_go_first_to_whoever_has_had_least_lately(
    outbox: Outbox, results: Results, database: Database, clock: FakeClock
) -> None:
    await put(outbox, database, *(dispatch(f"{who}{n}", who) for n in range(3) for who in "ab"))
    await put(outbox, database, dispatch("quiet", "quiet"))
    assert texts(outbox, await claim(outbox, clock, limit=1)) == ["quiet"]
    [first] = await claim(outbox, clock, limit=1)
    await results.write([Outcome(first.id, first.claim, OutboxState.SENT, clock(), "id", 1)])
    await put(outbox, database, dispatch("a3", "a"), dispatch("another", "another"))
    assert texts(outbox, [first]) == ["a0"]
    assert texts(outbox, await claim(outbox, clock, limit=2)) == ["b0", "another"]


async def test_whoever_has_more_messages_waiting_to_be_answered_is_sent_to_later(
    outbox: Outbox, database: Database, vault: Vault, clock: FakeClock
) -> None:
    await put(outbox, database, dispatch("flood", "flooder"), dispatch("quiet", "quiet"))
    inbox, key = Inbox(database, vault), address_key(vault, "viber", "flooder")
    await inbox.add([message(inbox, f"{n}", key, clock()) for n in range(2)])
    assert texts(outbox, await claim(outbox, clock, limit=1)) == ["quiet"]


@pytest.mark.parametrize("priority", list(Priority))
async def test_of_two_to_one_recipient_the_older_goes_first_and_alone(
    outbox: Outbox, results: Results, database: Database, clock: FakeClock, priority: Priority
) -> None:
    await put(outbox, database, dispatch("1", priority=priority), dispatch("2", priority=priority))
    [first] = await claim(outbox, clock)
    assert texts(outbox, [first]) == ["1"]
    assert await claim(outbox, clock) == []
    await results.write([Outcome(first.id, first.claim, OutboxState.SENT, clock(), "id", 1)])
    assert texts(outbox, await claim(outbox, clock)) == ["2"]


async def test_what_is_due_at_this_moment_goes_and_holds_up_what_is_behind_it(
    outbox: Outbox, database: Database, clock: FakeClock
) -> None:
    later = [dispatch(f"{priority} {n}", priority=priority, after=60) for n in range(2) for priority in Priority]
    await put(outbox, database, *later)
    clock.forward(59)
    assert await claim(outbox, clock) == []
    clock.forward(1)
    assert texts(outbox, await claim(outbox, clock)) == ["0 0"]


@pytest.mark.parametrize("owner", [OwnerKind.BOT, OwnerKind.QUEUE, OwnerKind.AGENT])
async def test_of_what_waits_only_the_bots_answers_where_an_agent_answers_are_ended(
    outbox: Outbox, database: Database, vault: Vault, clock: FakeClock, owner: OwnerKind
) -> None:
    at = Store.over(database, vault).conversations.at
    theirs, other = [(await at("viber", name, START)).id for name in ("a", "b")]
    async with database.write() as connection:
        owned = update(conversations).where(conversations.c.id == theirs)
        await connection.execute(owned.values(owner=str(owner)))
    waiting = [
        Dispatch(f"{kind}/{talk}", "viber", f"{kind}/{talk}", "text", kind, Priority.REPLY, talk, START)
        for kind in Kind
        for talk in (theirs, other, None)
    ]
    await put(outbox, database, *waiting)
    taken = await claim(outbox, clock, limit=50)
    async with database.read() as connection:
        ended = select(rows).where(rows.c.state == OutboxState.SKIPPED)
        found = (await connection.execute(ended)).all()
    assert {row.key for row in found} == ({f"{k}/{theirs}" for k in SAID_BY_BOT} if owner is OwnerKind.AGENT else set())
    assert len(taken) == len(waiting) - len(found)
    assert {(row.reason, row.finished_at, row.claim, row.lease_until) for row in found} <= {
        (TAKEN_OVER, START, None, None)
    }


async def test_what_waits_has_come_nowhere_yet(outbox: Outbox, database: Database) -> None:
    await put(outbox, database, dispatch("1"))
    async with database.read() as connection:
        row = (await connection.execute(select(rows))).one()
    assert (row.state, row.status_rank, row.attempts, row.doubts, row.parts) == ("open", 0, 0, 0, 1)
    assert (row.created_at, row.due_at, row.first_attempt_at, row.provider_id) == (START, START, None, None)
