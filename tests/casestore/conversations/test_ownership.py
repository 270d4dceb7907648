"""Who answers: one winner of every change, the loser is told, and no answer of the bot beside an agent's."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casestore.conversations.ownership import (
    BOT,
    MOVES,
    QUEUE,
    NotOwned,
    Owner,
    OwnerKind,
    Ownership,
    agent,
    change,
    check,
    current,
)
from casestore.conversations.repository import Conversation
from casestore.database import Database
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import TAKEN_OVER, Dispatch, Kind, Priority
from casestore.queues.results import Outcome
from casestore.tables import outbox
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import START, FakeClock

ANNA, NIKOS = agent("anna@gov.gr"), agent("nikos@gov.gr")
LEASE = timedelta(seconds=30)


@pytest.fixture
def fixture(database: Database, vault: Vault) -> StoreFixture:
    return StoreFixture(database, vault)


async def give(fixture: StoreFixture, talk: Conversation, expected: Ownership, new: Owner) -> Ownership:
    async with fixture.database.write() as connection:
        return await change(connection, talk.id, expected, new)


async def test_a_conversation_goes_from_the_bot_to_an_agent_and_back(fixture: StoreFixture) -> None:
    talk = await fixture.at("viber", "tGVu")
    owned = talk.ownership
    for version, owner in enumerate((QUEUE, ANNA, NIKOS, BOT), start=1):
        owned = await give(fixture, talk, owned, owner)
        assert owned == (await fixture.at("viber", "tGVu")).ownership == Ownership(owner, version)


async def test_of_many_who_claim_one_wins_and_the_others_are_told_who(fixture: StoreFixture) -> None:
    talk = await fixture.at("viber", "tGVu")
    agents = [agent(f"agent-{n}") for n in range(6)]
    claims = (give(fixture, talk, talk.ownership, one) for one in agents)
    ends = await asyncio.gather(*claims, return_exceptions=True)
    [won] = [end for end in ends if isinstance(end, Ownership)]
    lost = [end for end in ends if isinstance(end, NotOwned)]
    assert len(lost) == len(agents) - 1
    assert {end.actual for end in lost} == {won}


async def test_what_was_claimed_and_handed_back_is_not_as_it_was(fixture: StoreFixture) -> None:
    talk = await fixture.at("viber", "tGVu")
    claimed = await give(fixture, talk, talk.ownership, ANNA)
    back = await give(fixture, talk, claimed, BOT)
    with pytest.raises(NotOwned) as lost:
        await give(fixture, talk, talk.ownership, NIKOS)
    assert lost.value.actual == back


async def test_there_is_no_owner_of_no_conversation(fixture: StoreFixture) -> None:
    async with fixture.database.read() as connection:
        with pytest.raises(LookupError):
            await current(connection, 10**9)


OWNERS = st.one_of(st.sampled_from([BOT, QUEUE]), st.sampled_from("abc").map(agent))


@given(OWNERS, OWNERS)
def test_only_legal_moves_are_moves(before: Owner, after: Owner) -> None:
    legal = before != after and after.kind in MOVES[before.kind]
    if legal:
        check(before, after)
    else:
        with pytest.raises(ValueError, match="no move"):
            check(before, after)


def test_every_kind_of_owner_can_be_left() -> None:
    assert set(MOVES) == set(OwnerKind)
    assert all(MOVES.values())


@pytest.mark.parametrize(("kind", "name"), [(OwnerKind.BOT, "anna"), (OwnerKind.AGENT, "")])
def test_an_agent_has_a_name_and_nobody_else(kind: OwnerKind, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Owner(kind, name)


# The outbox beside an agent


async def put(fixture: StoreFixture, talk: Conversation, key: str, kind: Kind) -> None:
    body = json.dumps({"text": key, "choices": []})
    dispatch = Dispatch(key, talk.channel, talk.address, body, kind, Priority.REPLY, talk.id, START)
    async with fixture.database.write() as connection:
        await fixture.outbox.add(connection, [dispatch], START)


async def sent(fixture: StoreFixture, clock: FakeClock) -> list[str]:
    """The texts that are handed out, and sent, until nothing is."""
    texts = list[str]()
    for number in range(20):
        for one in await fixture.outbox.claim("viber", clock(), f"w{number}", limit=10, lease=LEASE):
            texts.append(json.loads(fixture.outbox.read(one)[1])["text"])
            outcome = Outcome(one.id, one.claim, OutboxState.SENT, clock(), f"id {one.id}", 1)
            await fixture.store.results.write([outcome])
    return texts


async def test_the_bots_answers_are_not_sent_beside_an_agent_and_all_else_is(
    fixture: StoreFixture, clock: FakeClock
) -> None:
    talk, other = await fixture.at("viber", "tGVu"), await fixture.at("viber", "another")
    for kind in Kind:
        await put(fixture, talk, f"{kind}", kind)
    await put(fixture, other, "elsewhere", Kind.REPLY)
    await give(fixture, talk, talk.ownership, ANNA)
    assert sorted(await sent(fixture, clock)) == ["agent", "alarm", "case", "code", "elsewhere", "link", "notice"]
    rows = await fixture.rows(select(outbox.c.state, outbox.c.reason, outbox.c.claim).where(outbox.c.key == "reply"))
    assert [tuple(row) for row in rows] == [("skipped", TAKEN_OVER, None)]


async def test_answers_still_go_while_a_conversation_waits_for_an_agent(
    fixture: StoreFixture, clock: FakeClock
) -> None:
    talk = await fixture.at("viber", "tGVu")
    await put(fixture, talk, "an agent will be with you", Kind.REPLY)
    await give(fixture, talk, talk.ownership, QUEUE)
    assert await sent(fixture, clock) == ["an agent will be with you"]
