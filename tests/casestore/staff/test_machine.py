"""Whatever order citizens, the bot, employees and time act in: never both bot and agent, nothing after a withdrawal,
and counts that equal a recount."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from casestore.conversations.ownership import NotOwned, OwnerKind
from casestore.database import Database
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import ClaimedDispatch, Dispatch, Kind, Priority
from casestore.queues.results import Outcome
from casestore.staff.model import GENERAL, Member, Role
from casestore.staff.moves import RULES, Move, may
from casestore.staff.takeovers import Request
from casestore.tables import conversations, outbox
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import FakeClock
from tests.conftest import TEST_SECRET
from tests.examples import examples

LEASE = timedelta(seconds=30)
PEOPLE = [
    Member(1, "anna", "anna", Role.AGENT, frozenset({GENERAL})),
    Member(2, "nikos", "nikos", Role.AGENT, frozenset({GENERAL})),
    Member(3, "head", "head", Role.SUPERVISOR, frozenset({GENERAL})),
]
TALKS = 3


class Takeover(RuleBasedStateMachine):
    """Three conversations. ``let_through``: what the provider was asked to send, with who owned the conversation."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.clock = FakeClock()
        self.numbers = iter(range(10**6))
        self.held: list[ClaimedDispatch] = []
        self.withdrawn: set[str] = set()
        self.let_through: list[str] = []

    def teardown(self) -> None:
        self.run(self.fixture.database.close())
        self.loop.close()
        self.folder.cleanup()

    def run(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        path = shutil.copy(self.migrated, Path(self.folder.name) / "c.db")
        self.fixture = StoreFixture(Database(f"sqlite+aiosqlite:///{path}"), Vault([TEST_SECRET]))
        self.talks = [self.run(self.fixture.at("viber", f"address {n}")) for n in range(TALKS)]

    def talk(self, number: int) -> Any:
        return self.run(self.fixture.at("viber", f"address {number}"))

    @rule(number=st.integers(0, TALKS - 1), wants=st.booleans())
    def a_turn_is_committed(self, number: int, wants: bool) -> None:
        """As the turn handler does: the owner is read under the row's lock, and only the bot's own turn speaks."""
        self.run(self._turn(number, wants))

    async def _turn(self, number: int, wants: bool) -> None:
        talk, now, key = self.talks[number], self.clock(), f"in:{next(self.numbers)}"
        async with self.fixture.database.write() as connection:
            owned = await self.fixture.store.conversations.touched(connection, talk.id, now)
            if owned.owner.kind is OwnerKind.AGENT:
                return
            await self.fixture.outbox.add(connection, [self._dispatch(key, talk, Kind.REPLY)], now)
            if wants:
                await self.fixture.store.handovers.ask(connection, talk.id, key, "asked", now)

    def _dispatch(self, key: str, talk: Any, kind: Kind) -> Dispatch:
        body = '{"text": "x", "choices": []}'
        return Dispatch(key, talk.channel, talk.address, body, kind, Priority.REPLY, talk.id, self.clock())

    @rule(
        number=st.integers(0, TALKS - 1),
        who=st.sampled_from(PEOPLE),
        what=st.sampled_from(list(Move)),
        stale=st.booleans(),
    )
    def somebody_moves_it(self, number: int, who: Member, what: Move, stale: bool) -> None:
        talk = self.talk(number)
        mover = None if what in (Move.LAPSE, Move.GIVE_BACK, Move.IDLE) else who
        version = talk.ownership.version - stale
        owner = talk.ownership.owner
        legal = not stale and may(what, owner.kind, owner.agent, mover)
        to = {Move.TRANSFER: {"to": PEOPLE[0]}, Move.REROUTE: {"desk": "permits"}}.get(what, {})
        waits = self._waiting(talk)
        moved = self.run(self._move(talk, Request(what, version, **to), mover))  # type: ignore[arg-type]
        if moved is None:
            assert self.talk(number).ownership == talk.ownership
            assert not legal or what in (Move.TRANSFER, Move.REROUTE)  # to where it is
            return
        assert legal
        assert moved.version == version + 1
        assert moved.owner.kind is RULES[what].after
        if moved.owner.kind is OwnerKind.AGENT:
            self.withdrawn |= waits

    async def _move(self, talk: Any, request: Request, who: Member | None) -> Any:
        with suppress(NotOwned):
            async with self.fixture.database.write() as connection:
                return await self.fixture.store.takeovers.move(connection, talk.id, request, who, self.clock())
        return None

    def _waiting(self, talk: Any) -> set[str]:
        """What of the bot's is not with the provider yet."""
        of = outbox.c.conversation_id == talk.id
        rows = self.run(
            self.fixture.rows(select(outbox.c.key).where(of, outbox.c.state == "open", outbox.c.kind == "reply"))
        )
        return {row.key for row in rows}

    @rule(number=st.integers(0, TALKS - 1), who=st.sampled_from(PEOPLE), stale=st.booleans())
    def somebody_answers(self, number: int, who: Member, stale: bool) -> None:
        talk = self.talk(number)
        version = talk.ownership.version - stale
        owner = talk.ownership.owner
        answered = self.run(self._answer(talk, who, version))
        assert answered == (not stale and owner.agent == who.email)

    async def _answer(self, talk: Any, who: Member, version: int) -> bool:
        with suppress(NotOwned):
            async with self.fixture.database.write() as connection:
                await self.fixture.store.takeovers.answered(connection, talk.id, who, version, self.clock())
                key = f"agent:{next(self.numbers)}"
                await self.fixture.outbox.add(connection, [self._dispatch(key, talk, Kind.AGENT)], self.clock())
            return True
        return False

    @rule()
    def a_sender_takes_what_is_due(self) -> None:
        claim = f"w{next(self.numbers)}"
        self.held += self.run(self.fixture.outbox.claim("viber", self.clock(), claim, limit=3, lease=LEASE))

    @precondition(lambda self: self.held)
    @rule(fails=st.booleans())
    def a_sender_asks_the_provider(self, fails: bool) -> None:
        one = self.held.pop(0)
        self.run(self._send(one, fails))

    async def _send(self, one: ClaimedDispatch, fails: bool) -> None:
        now = self.clock()
        if await self.fixture.outbox.is_withdrawn(one, now):
            outcome = Outcome(one.id, one.claim, OutboxState.SKIPPED, now, reason="taken-over")
        else:
            await self._let_through(one)
            again = OutboxState.OPEN if fails else OutboxState.SENT
            outcome = Outcome(one.id, one.claim, again, now, None if fails else f"p{one.id}", 1, due_at=now)
        await self.fixture.store.results.write([outcome])

    async def _let_through(self, one: ClaimedDispatch) -> None:
        [row] = await self.fixture.rows(
            select(outbox.c.key, outbox.c.kind, conversations.c.owner)
            .join_from(outbox, conversations)
            .where(outbox.c.id == one.id)
        )
        assert row.kind == Kind.AGENT or row.owner != OwnerKind.AGENT  # never both
        assert row.key not in self.withdrawn
        self.let_through.append(row.key)

    @rule(seconds=st.integers(1, 40))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    @invariant()
    def counts_equal_a_recount(self) -> None:
        if not hasattr(self, "fixture"):
            return
        rows = self.run(self.fixture.rows(select(conversations)))
        counts = self.run(self.fixture.store.talks.counts())
        queue = [row for row in rows if row.owner == OwnerKind.QUEUE]
        assert sum(count for _, kind, _, count, _ in counts if kind == OwnerKind.QUEUE) == len(queue)
        assert all(row.waiting_since is not None for row in queue)  # who waits is known to wait
        assert all(row.waiting_since is None for row in rows if row.owner == OwnerKind.BOT)
        assert all((row.owner == OwnerKind.AGENT) == bool(row.agent) for row in rows)


@pytest.mark.slow
def test_takeovers(migrated_file: Path) -> None:
    Takeover.migrated = migrated_file
    case = Takeover.TestCase
    case.settings = settings(max_examples=examples(30), stateful_step_count=30, deadline=None)
    case().runTest()


@pytest.mark.parametrize("what", list(Move))
def test_every_kind_of_owner_has_a_way_out(what: Move) -> None:
    assert RULES[what].before
    left = {kind for rule in RULES.values() for kind in rule.before}
    assert left == set(OwnerKind)
