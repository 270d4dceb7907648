"""Takeovers: one winner of many, the loser told who; what the bot had not sent is withdrawn. On both databases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, literal_column, select, update

from casestore.conversations.ownership import BOT, QUEUE, NotOwned, Ownership, agent
from casestore.conversations.repository import Conversation
from casestore.database import Database
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.staff.model import GENERAL, Member, Role
from casestore.staff.moves import Move
from casestore.staff.takeovers import Request
from casestore.tables import audit, console_events, conversations, handovers, outbox
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import START
from tests.console import employ

EMPLOYEES = 200
LEASE = timedelta(minutes=2)


@pytest.fixture
def fixture(database: Database, vault: Vault) -> StoreFixture:
    return StoreFixture(database, vault)


def member(email: str, role: Role = Role.AGENT) -> Member:
    return Member(1, email, email, role, frozenset({GENERAL}))


ANNA, NIKOS, HEAD = member("anna"), member("nikos"), member("head", Role.SUPERVISOR)


async def queued(fixture: StoreFixture, address: str = "tGVu") -> Conversation:
    talk = await fixture.at("viber", address)
    async with fixture.database.write() as connection:
        assert await fixture.store.handovers.ask(connection, talk.id, f"in:{talk.id}", "asked", START)
    return await fixture.at("viber", address)


async def move(
    fixture: StoreFixture, talk: Conversation, what: Move, version: int, who: Member | None, **more: object
) -> Ownership:
    async with fixture.database.write() as connection:
        request = Request(what, version, **more)  # type: ignore[arg-type]
        return await fixture.store.takeovers.move(connection, talk.id, request, who, START)


async def compete(fixture: StoreFixture, rounds: int) -> None:
    for number in range(rounds):
        talk = await queued(fixture, f"address {number}")
        claims = (move(fixture, talk, Move.CLAIM, 1, member(f"agent-{n}")) for n in range(EMPLOYEES))
        ends = await asyncio.gather(*claims, return_exceptions=True)
        [won] = [end for end in ends if isinstance(end, Ownership)]
        lost = [end for end in ends if isinstance(end, NotOwned)]
        assert len(lost) == EMPLOYEES - 1
        assert {end.actual for end in lost} == {won}


async def test_of_two_hundred_who_claim_at_once_one_wins_and_the_others_are_told_who(fixture: StoreFixture) -> None:
    await compete(fixture, 3)


@pytest.mark.slow
async def test_and_so_again_and_again(fixture: StoreFixture) -> None:
    await compete(fixture, 40)


async def test_what_asks_for_a_person_waits_in_the_queue_and_cancelling_takes_it_out(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    assert talk.ownership == Ownership(QUEUE, 1)
    async with fixture.database.write() as connection:
        assert not await fixture.store.handovers.ask(connection, talk.id, "in:2", "gave-up", START)
        await fixture.store.handovers.cancel(connection, talk.id, START)
    assert (await fixture.at("viber", "tGVu")).ownership == Ownership(BOT, 2)
    async with fixture.database.write() as connection:  # for what is grave nobody asked, and nobody calls it off
        await fixture.store.handovers.ask(connection, talk.id, "in:3", "despair", START)
        await fixture.store.handovers.cancel(connection, talk.id, START)
    assert (await fixture.at("viber", "tGVu")).ownership == Ownership(QUEUE, 3)


async def test_two_opposite_transfers_at_once_end_with_one_owner(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    await move(fixture, talk, Move.CLAIM, 1, ANNA)
    ends = await asyncio.gather(
        move(fixture, talk, Move.TRANSFER, 2, ANNA, to=NIKOS),
        move(fixture, talk, Move.REROUTE, 2, HEAD, desk="permits"),
        move(fixture, talk, Move.RELEASE, 2, ANNA),
        return_exceptions=True,
    )
    [won] = [end for end in ends if isinstance(end, Ownership)]
    assert (await fixture.at("viber", "tGVu")).ownership == won
    assert [type(end) for end in ends].count(NotOwned) == 2


@pytest.mark.parametrize(
    ("what", "who", "more"),
    [
        (Move.CLAIM, NIKOS, {}),
        (Move.RELEASE, NIKOS, {}),
        (Move.CLOSE, NIKOS, {}),
        (Move.TRANSFER, NIKOS, {"to": NIKOS}),
        (Move.LAPSE, NIKOS, {}),
        (Move.GIVE_BACK, None, {}),
        (Move.RELEASE, member("auditor", Role.AUDITOR), {}),
    ],
)
async def test_what_is_an_agents_is_moved_by_nobody_else(
    fixture: StoreFixture, what: Move, who: Member | None, more: dict[str, object]
) -> None:
    talk = await queued(fixture)
    owned = await move(fixture, talk, Move.CLAIM, 1, ANNA)
    with pytest.raises(NotOwned) as refused:
        await move(fixture, talk, what, 2, who, **more)
    assert refused.value.actual == owned == Ownership(agent("anna"), 2)


async def test_a_supervisor_may_take_it(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    await move(fixture, talk, Move.CLAIM, 1, ANNA)
    assert await move(fixture, talk, Move.TRANSFER, 2, HEAD, to=HEAD) == Ownership(agent("head"), 3)


async def test_a_desks_queue_is_another_queue(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    assert await move(fixture, talk, Move.REROUTE, 1, ANNA, desk="permits") == Ownership(QUEUE, 2)
    with pytest.raises(NotOwned):
        await move(fixture, talk, Move.REROUTE, 2, ANNA, desk="permits")
    rows = await fixture.rows(select(console_events.c.desk).order_by(console_events.c.id))
    assert [row.desk for row in rows][-2:] == ["general", "permits"]  # both desks are told


# What the bot had not sent


async def put(fixture: StoreFixture, talk: Conversation, key: str, kind: Kind = Kind.REPLY) -> None:
    body = json.dumps({"text": key, "choices": []})
    dispatch = Dispatch(key, talk.channel, talk.address, body, kind, Priority.REPLY, talk.id, START)
    async with fixture.database.write() as connection:
        await fixture.outbox.add(connection, [dispatch], START)


async def test_the_claim_withdraws_what_was_not_sent_and_it_stays_withdrawn_after_the_hand_back(
    fixture: StoreFixture,
) -> None:
    talk = await queued(fixture)
    for key, kind in (("held", Kind.REPLY), ("waits", Kind.REPLY), ("case", Kind.CASE), ("agent", Kind.AGENT)):
        await put(fixture, talk, key, kind)
    [held] = await fixture.outbox.claim("viber", START, "w", limit=1, lease=LEASE)
    await move(fixture, talk, Move.CLAIM, 1, ANNA)
    assert await fixture.outbox.is_withdrawn(held, START)
    await move(fixture, talk, Move.RELEASE, 2, ANNA)
    assert await fixture.outbox.is_withdrawn(held, START)  # it was ordered before an agent came
    rows = await fixture.rows(select(outbox.c.key, outbox.c.state, outbox.c.expires_at).order_by(outbox.c.id))
    assert [tuple(row) for row in rows] == [
        ("held", "open", START),
        ("waits", "skipped", None),
        ("case", "open", None),
        ("agent", "open", None),
    ]


async def test_only_the_owner_answers_and_each_move_is_on_record(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    await move(fixture, talk, Move.CLAIM, 1, ANNA)
    for who, version in ((NIKOS, 2), (ANNA, 1), (HEAD, 2)):
        async with fixture.database.write() as connection:
            with pytest.raises(NotOwned):
                await fixture.store.takeovers.answered(connection, talk.id, who, version, START)
    await move(fixture, talk, Move.CLOSE, 2, ANNA)
    rows = await fixture.rows(select(audit.c.action, audit.c.actor, audit.c.subject_key).order_by(audit.c.id))
    assert [tuple(row) for row in rows] == [
        ("takeover.claim", "anna", talk.recipient_key),
        ("takeover.close", "anna", talk.recipient_key),
    ]
    [wish] = await fixture.rows(select(handovers))
    assert (wish.claimed_at, wish.agent, wish.closed_at) == (START, "anna", START)


async def test_notes_and_drafts_are_sealed_and_go_with_an_erasure(fixture: StoreFixture) -> None:
    talk = await queued(fixture)
    number = await employ(fixture.store, "anna@gov.gr")
    async with fixture.database.write() as connection:
        await fixture.store.staff_notes.add(connection, talk.id, number, "note", "λείπει χαρτί", START)
        await fixture.store.staff_notes.keep_draft(connection, talk.id, number, "Καλη", START)
    assert await fixture.store.staff_notes.draft(talk.id, number) == "Καλη"
    assert [note.text for note in await fixture.store.staff_notes.of(talk.id)] == ["λείπει χαρτί"]
    await fixture.erase(talk)
    assert await fixture.store.staff_notes.of(talk.id) == []
    assert await fixture.store.staff_notes.draft(talk.id, number) == ""
    [row] = await fixture.rows(select(conversations.c.owner, conversations.c.waiting_since))
    assert tuple(row) == ("bot", None)


async def test_no_reader_of_the_log_misses_what_another_commits_late(fixture: StoreFixture) -> None:
    """A writer that is held open while others commit: their numbers are in the order of their commits."""
    talks = [await queued(fixture, f"t{n}") for n in range(12)]
    first, seen = asyncio.Event(), list[int]()

    async def late() -> None:
        async with fixture.database.write() as connection:
            await fixture.store.staff_notes.add(connection, talks[0].id, number, "note", "αργά", START)
            await first.wait()

    async def soon(talk: Conversation) -> None:
        async with fixture.database.write() as connection:
            await fixture.store.staff_notes.add(connection, talk.id, number, "note", "νωρίς", START)

    number = await employ(fixture.store, "anna@gov.gr")
    cursor = await fixture.store.live.newest()
    waiting = asyncio.create_task(late())
    if fixture.database.is_sqlite:
        first.set()
    await asyncio.gather(*(soon(talk) for talk in talks[1:]))
    while found := await fixture.store.live.after(cursor, 5):
        seen += [one.conversation_id or 0 for one in found]
        cursor = found[-1].id
    first.set()
    await waiting
    seen += [one.conversation_id or 0 for one in await fixture.store.live.after(cursor, 5)]
    assert sorted(seen) == sorted(talk.id for talk in talks)


async def test_what_is_with_people_is_found_through_its_index(fixture: StoreFixture) -> None:
    await queued(fixture)
    async with fixture.database.write() as connection:
        await connection.execute(update(conversations).values(last_at=START))
    counted = await fixture.store.talks.counts()
    assert counted == [("general", "queue", "", 1, 1)]
    assert await fixture.count(conversations, conversations.c.owner != "bot") == 1
    of_desk = (conversations.c.owner != literal_column("'bot'"), conversations.c.desk == literal_column("'general'"))
    queue = select(conversations.c.id).where(*of_desk, conversations.c.owner == literal_column("'queue'"))
    sql = queue.order_by(conversations.c.waiting_since, conversations.c.id)
    async with fixture.database.read() as connection:
        if not fixture.database.is_sqlite:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if fixture.database.is_sqlite else "EXPLAIN"
        plan = (await connection.exec_driver_sql(f"{explain} {sql}")).all()
    assert "ix_conversations_open" in str(plan)
    assert await fixture.count(conversations, func.length(conversations.c.desk) > 0) == 1
