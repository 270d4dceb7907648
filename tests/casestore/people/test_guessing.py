"""Guessing codes: thousands of tries over many chats, and what they amount to."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from bot.store import Store
from casestore.database import Database
from casestore.migrate import migrate
from casestore.people.codes import ATTEMPTS, CITIZENS_PER_CONVERSATION, PER_CITIZEN, Codes
from casestore.vault import Vault
from tests.clock import FakeClock

GUESSES, GUESSES_A_TURN = 4_000, 5  # with more of them in a day every limit stops the same
VICTIM = "123456783"
CODES = 1_000_000

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Tally:
    """``weighed``: tries that were held against a code that could still be right. ``hits``: those that were."""

    issued: int = 0
    weighed: int = 0
    hits: int = 0


class Attacker:
    """Has any number of chats, and a program."""

    def __init__(self, database: Database, vault: Vault, seed: int) -> None:
        self.clock = FakeClock()
        self._database = database
        self.store = Store.over(database, vault)
        self._codes = Codes(database, vault)
        self._chance = Random(seed)
        self.tally = Tally()
        self._real: set[int] = set()

    async def chats(self, count: int) -> list[int]:
        return [(await self.store.conversations.at("viber", f"chat-{n}", self.clock())).id for n in range(count)]

    def code(self) -> str:
        return f"{self._chance.randrange(CODES):06d}"

    async def ask(self, chat: int, afm: str) -> None:
        async with self._database.write() as connection:
            given = await self._codes.issue(connection, chat, afm, self.code(), self.clock(), sent=True)
        self.tally.issued += given
        if given:
            found = await self._codes.check(chat, "", self.clock())
            self._real.add(found.id if found else 0)

    async def guess(self, chat: int) -> None:
        found = await self._codes.check(chat, self.code(), self.clock())
        if found is None or found.attempts_left == 0 or found.expired:
            return
        self.tally.weighed += found.id in self._real  # what is kept at a limit is matched by nothing
        async with self._database.write() as connection:
            proof = await self._codes.tried(connection, found.id, right=found.right, now=self.clock())
        self.tally.hits += proof is not None


@pytest.fixture
async def attacker(tmp_path: Path, vault: Vault) -> AsyncIterator[Attacker]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/counter.db")
    await migrate(database)
    yield Attacker(database, vault, 2026)
    await database.close()


async def test_thousands_of_guesses(attacker: Attacker, capsys: pytest.CaptureFixture[str]) -> None:
    """A day's work of 100 chats: a new code and five guesses at a time, half of them at one citizen, half at others."""
    chats = await attacker.chats(100)
    at_one, at_all = Tally(), Tally()
    for turn in range(GUESSES // GUESSES_A_TURN):
        chat = chats[turn % len(chats)]
        attacker.tally = at_all if turn // len(chats) % 2 else at_one
        await attacker.ask(chat, VICTIM if attacker.tally is at_one else f"{turn:09d}")
        for _ in range(GUESSES_A_TURN):
            await attacker.guess(chat)
        attacker.clock.forward(100)
    (most, _), (citizens, _) = PER_CITIZEN[0], CITIZENS_PER_CONVERSATION
    _tell(capsys, "one citizen", at_one)
    _tell(capsys, "everybody", at_all)
    assert at_one.issued == most
    assert at_one.weighed == ATTEMPTS * most
    assert at_all.issued <= citizens * len(chats)
    assert at_all.weighed == ATTEMPTS * at_all.issued
    assert at_one.weighed / CODES < 1e-4
    assert at_all.weighed / CODES < 1e-3
    assert at_one.hits == at_all.hits == 0


def _tell(capsys: pytest.CaptureFixture[str], whom: str, tally: Tally) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{GUESSES // 2} guesses at {whom}: {tally.issued} codes, {tally.weighed} tries that counted, "
            f"chance of a hit {tally.weighed / CODES:.4%}\n"
        )
