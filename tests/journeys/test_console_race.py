"""A claim at a random moment of the bot's turn and of its sending: nothing of the bot's reaches the provider then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from random import Random

import pytest

from dialogues.turn import Context, Event, Handover, Message, Turn
from tests.console import Employee, employ, signed_in, viber_id
from tests.examples import examples
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

MOMENTS = 60  # of the loop, over which a turn, its commit and its sends are spread


class Slow(EchoDialogue):
    """Lets others run within the turn, and wants a person."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self._rng = rng

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        turn = await super().turn(history, message, context)
        for _ in range(self._rng.randrange(MOMENTS)):
            await asyncio.sleep(0)
        return Turn(turn.replies * 3, turn.events, (Handover("asked"),))


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    async with running_system(
        sqlite_url, Slow(Random(7)), budget_messages_per_minute=0, budget_messages_per_day=0
    ) as system:
        await employ(system.store, "anna@gov.gr")
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield employee


async def one_run(system: System, anna: Employee, rng: Random, number: int) -> None:
    address = viber_id(number)
    assert await system.phone.viber.write(address, "υπάλληλο")
    await system.settle()
    [item] = [one for one in await anna.waiting() if one["preview"] == "υπάλληλο"]
    assert await system.phone.viber.write(address, f"{number}")  # the bot goes on helping until somebody claims
    settled = asyncio.create_task(system.settle())
    for _ in range(rng.randrange(MOMENTS * 4)):
        await asyncio.sleep(0)
    version = await anna.claim(item["id"])
    heard = len(system.said_to(address))
    await settled
    await system.later(5)
    assert system.said_to(address)[heard:] == []
    assert await system.phone.viber.write(address, "ακούτε;")
    await system.settle()
    assert (await anna.reply(item["id"], "Ναι", version))[0] == 202
    await system.settle()
    assert [text.splitlines()[-1] for text in system.said_to(address)[heard:]] == ["Ναι"]
    assert (await anna.act(item["id"], "release"))[0] == 200


async def runs(system: System, anna: Employee, seed: int, many: int) -> None:
    rng = Random(seed)
    for number in range(many):
        with suppress(asyncio.CancelledError):
            await one_run(system, anna, rng, number)


async def test_a_claim_at_any_moment_silences_the_bot(system: System, anna: Employee) -> None:
    await runs(system, anna, 1, 8)


@pytest.mark.slow
async def test_a_claim_at_many_moments_silences_the_bot(system: System, anna: Employee) -> None:
    await runs(system, anna, 2, examples(60))
