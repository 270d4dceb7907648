"""An agent claims a conversation while the bot thinks, through signed HTTP. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from casestore.conversations.ownership import BOT, Owner, agent, change
from casestore.tables import consents, dialogue_events, handovers, outbox, transcript
from dialogues.turn import Context, Event, Handover, Message, Turn
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER = "tGVuIFZpYmVyIGlkIGhlcmU="
ANNA = agent("anna@gov.gr")


class Thinking(EchoDialogue):
    """Waits within the turn until it may go on, and wants a person."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        turn = await super().turn(history, message, context)
        self.begun.set()
        await self.go_on.wait()
        return Turn(turn.replies, turn.events, (Handover("asked"),))


@dataclass
class TakeoverHarness:
    system: System
    dialogue: Thinking

    async def write(self, text: str, *owners: Owner) -> None:
        """The citizen writes; while the bot thinks the conversation goes to each of ``owners``."""
        assert await self.system.phone.viber.write(VIBER, text)
        settled = asyncio.create_task(self.system.settle())
        await self.dialogue.begun.wait()
        await self.give(*owners)
        self.dialogue.go_on.set()
        await settled

    async def give(self, *owners: Owner) -> None:
        store = self.system.store
        talk = await store.conversations.at("viber", VIBER, self.system.clock())
        owned = talk.ownership
        async with store.database.write() as connection:
            for owner in owners:
                owned = await change(connection, talk.id, owned, owner)

    async def authors(self) -> list[str]:
        async with self.system.store.database.read() as connection:
            return list((await connection.scalars(select(transcript.c.author).order_by(transcript.c.id))).all())

    async def counts(self) -> list[int]:
        """(hand-overs, turns remembered, dispatches)."""
        async with self.system.store.database.read() as connection:
            tables = (handovers, dialogue_events, outbox)
            return [await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[TakeoverHarness]:
    dialogue = Thinking()
    async with running_system(database_url, dialogue) as system:
        yield TakeoverHarness(system, dialogue)


async def test_a_turn_during_which_an_agent_claims_says_nothing_and_changes_nothing(harness: TakeoverHarness) -> None:
    await harness.write("γεια σας", ANNA)
    assert await harness.authors() == ["citizen"]
    assert await harness.counts() == [0, 0, 0]
    assert harness.system.said_to(VIBER) == []
    assert (await harness.system.store.inbox.depth())[:2] == (0, 0)
    assert harness.dialogue.turns == 1


async def test_a_word_on_alerts_counts_whoever_claims_meanwhile(harness: TakeoverHarness) -> None:
    await harness.write("ΣΤΟΠ", ANNA)
    assert await harness.authors() == ["citizen", "bot"]
    assert harness.system.said_to(VIBER) == ["[utter_stopped el]"]
    async with harness.system.store.database.read() as connection:
        assert (await connection.scalars(select(consents.c.allowed))).all() == [False]


async def test_a_turn_during_which_an_agent_came_and_went_is_held_again(harness: TakeoverHarness) -> None:
    await harness.write("γεια σας", ANNA, BOT)
    await harness.system.later(5)
    assert await harness.authors() == ["citizen", "bot"]
    assert harness.dialogue.turns == 2
    assert harness.system.said_to(VIBER) == ["re: γεια σας #1"]


async def test_after_the_hand_back_the_bot_answers_again(harness: TakeoverHarness) -> None:
    await harness.write("ένα", ANNA)
    await harness.give(BOT)
    assert await harness.system.phone.viber.write(VIBER, "δύο")
    await harness.system.settle()
    assert harness.system.said_to(VIBER) == ["re: δύο #1"]
    assert await harness.authors() == ["citizen", "citizen", "bot"]
