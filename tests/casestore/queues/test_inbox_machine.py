"""The inbox against whatever workers and clocks may do: nothing lost, nothing done twice, order kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from casestore.queues.inbox import Claimed, Inbox
from casestore.queues.lease import LostClaim
from tests.casestore.fixture import message as message_row
from tests.casestore.queues.machine import LEASE, SECONDS, WHICH, WORKERS, Machine, Stage, play


@dataclass
class Message:
    """What the model knows of an inbox row."""

    name: str
    conversation: str
    due: datetime
    state: str = "open"
    attempts: int = 0
    claim: str | None = None
    leased: datetime | None = None

    def free(self, now: datetime) -> bool:
        return self.due <= now and (self.leased is None or self.leased < now)


class InboxMachine(Machine):
    """A complete model: each claim must take exactly the rows that the model says."""

    WAYS: ClassVar = {
        "time_passes": {"seconds": SECONDS},
        "put": {"conversation": st.sampled_from("abc"), "count": st.integers(1, 3)},
        "repeat": {"which": WHICH},
        "claim": {"worker": WORKERS, "limit": st.integers(1, 4)},
        "finish": {"which": WHICH, "how": st.sampled_from(["done", "done", "retry", "bury"])},
        "crash": {"worker": WORKERS},
    }

    def possible(self, way: str) -> bool:
        return bool({"repeat": self.messages, "finish": self.held}.get(way, True))

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.queue = Inbox(stage.database, stage.vault)
        self.messages: list[Message] = []
        self.held: list[tuple[str, Claimed]] = []
        self.done: list[Message] = []

    def put(self, conversation: str, count: int) -> None:
        new = [Message(f"{len(self.messages) + n}", conversation, self.clock()) for n in range(count)]
        self.messages += new
        self._deliver(new)

    def repeat(self, which: int) -> None:
        self._deliver([self.messages[which % len(self.messages)]])

    def _deliver(self, messages: list[Message]) -> None:
        rows = [message_row(self.queue, m.name, m.conversation, self.clock(), f"text {m.name}") for m in messages]
        self.stage.do(self.queue.add(rows))

    def claim(self, worker: str, limit: int) -> None:
        now = self.clock()
        expected = [head for head in self._heads() if head.free(now)][:limit]
        expected.sort(key=lambda message: int(message.name))  # taken together, they are handed over in this order
        token = self.token(worker)
        taken = self.stage.do(self.queue.claim("viber", now, token, limit=limit, lease=LEASE))
        assert [one.external_id for one in taken] == [message.name for message in expected]
        for message, one in zip(expected, taken, strict=True):
            message.attempts += 1
            message.claim, message.leased = token, now + LEASE
            assert (one.attempts, self.queue.read(one)) == (message.attempts, f"text {message.name}")
            self.held.append((worker, one))

    def _heads(self) -> list[Message]:
        heads: dict[str, Message] = {}
        for message in self.messages:
            if message.state == "open":
                heads.setdefault(message.conversation, message)
        return sorted(heads.values(), key=lambda message: (self._waiting(message.conversation), int(message.name)))

    def _waiting(self, conversation: str) -> int:
        return sum((message.conversation, message.state) == (conversation, "open") for message in self.messages)

    def finish(self, which: int, how: str) -> None:
        _, one = self.held.pop(which % len(self.held))
        message = self.messages[int(one.external_id)]
        mine = (message.state, message.claim, message.attempts) == ("open", one.claim, one.attempts)
        try:
            self.stage.do(self._finish(one, how))
        except LostClaim:
            assert not mine
            return
        assert mine
        message.claim = message.leased = None
        if how in ("done", "bury"):
            message.state = {"done": "done", "bury": "dead"}[how]
            self.done.append(message)
        else:
            message.due = self.clock() + timedelta(seconds=10)

    async def _finish(self, one: Claimed, how: str) -> None:
        now = self.clock()
        if how == "retry":
            await self.queue.retry(one, now + timedelta(seconds=10), "ValueError")
        elif how == "bury":
            await self.queue.abandon(one, now, "KeyError")
        else:
            async with self.stage.database.write() as connection:
                await self.queue.done(connection, one, now)

    def crash(self, worker: str) -> None:
        self.held = [(holder, one) for holder, one in self.held if holder != worker]

    @invariant()
    def each_is_finished_once_and_in_order(self) -> None:
        for conversation in "abc":
            order = [int(message.name) for message in self.done if message.conversation == conversation]
            assert order == sorted(set(order))

    @invariant()
    def at_most_one_of_a_conversation_is_in_hand(self) -> None:
        in_hand = [m.conversation for m in self.messages if m.leased is not None and m.leased >= self.clock()]
        assert len(in_hand) == len(set(in_hand))

    @invariant()
    def nothing_is_lost(self) -> None:
        waiting, dead, _ = self.stage.do(self.queue.depth())
        assert waiting == sum(message.state == "open" for message in self.messages)
        assert dead == sum(message.state == "dead" for message in self.messages)

    def teardown(self) -> None:
        """With time, and a worker that does not crash, all of it is done."""
        self.held = []
        while any(message.state == "open" for message in self.messages):
            self.clock.forward(31)
            self.claim("w1", 4)
            while self.held:
                self.finish(0, "done")
            self.each_is_finished_once_and_in_order()
        self.nothing_is_lost()


@pytest.mark.slow
def test_the_inbox_whatever_happens(stage: Stage) -> None:
    play(InboxMachine, stage)
