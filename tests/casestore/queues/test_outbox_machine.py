"""The outbox against whatever workers, providers and clocks may do: nothing lost, nothing sent twice unawares.

The provider accepts, keeps silent and reports in any order, twice or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant
from sqlalchemy import select

from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptStatus
from casestore.queues.outbox import ClaimedDispatch, Dispatch, Kind, Outbox, Priority
from casestore.queues.receipts import Receipts, RetryRule
from casestore.queues.results import Outcome, Results
from casestore.tables import outbox, receipts
from tests.casestore.queues.machine import LEASE, SECONDS, WHICH, WORKERS, Machine, Stage, play

MAX_SENDS = 3
RETRY = RetryRule(MAX_SENDS, after=timedelta(seconds=40))
MOST_LETTERS = 5  # few, so that much happens to each


@dataclass
class Letter:
    """What the model knows of an outbox row. ``sids`` are the provider's ids of all copies it accepted, ``live`` those
    since the row was last opened again, ``doubts`` those since then and ``all_doubts`` ever."""

    key: str
    recipient: str
    priority: Priority
    due: datetime
    sids: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)
    claim: str | None = None
    leased: datetime | None = None
    attempts: int = 0
    doubts: int = 0
    all_doubts: int = 0
    ended: bool = False
    told: dict[str, set[str]] = field(default_factory=dict)


Row = Any


@dataclass
class Sending:
    """A claim that a worker believes to hold; ``sid`` from when the provider has accepted it."""

    worker: str
    one: ClaimedDispatch
    letter: Letter
    sid: str | None = None


class OutboxMachine(Machine):
    """The provider is part of the model, so that it is known which copies there are."""

    WAYS: ClassVar = {
        "time_passes": {"seconds": SECONDS},
        "put": {
            "recipient": st.sampled_from("ab"),
            "priority": st.sampled_from([Priority.REPLY, Priority.REPLY, Priority.MASS]),
            "wait": st.sampled_from([0, 0, 60]),
        },
        "repeat": {"which": WHICH},
        "claim": {"worker": WORKERS, "limit": st.integers(1, 4)},
        "result": {
            "which": WHICH,
            "how": st.sampled_from(["sent", "sent", "sent", "silent", "refused", "failed"]),
        },
        "accept": {"which": WHICH},
        "crash": {"worker": WORKERS},
        "receipt": {
            "which": WHICH,
            "copy": WHICH,
            "status": st.sampled_from(["failed for now", "failed for now", "sent", "failed", "delivered", "seen"]),
            "ours": st.booleans(),
            "times": st.integers(1, 2),
            "soon": st.booleans(),
        },
        "apply": {},
    }

    def possible(self, way: str) -> bool:
        needs = {
            "repeat": self.letters,
            "put": len(self.letters) < MOST_LETTERS,
            "result": self.held,
            "accept": self.held,
        }
        return bool((needs | {"receipt": any(letter.sids for letter in self.letters)}).get(way, True))

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.queue = Outbox(stage.database, stage.vault)
        self.results = Results(stage.database)
        self.receipts = Receipts(stage.database, stage.vault)
        self.letters: list[Letter] = []
        self.held: list[Sending] = []
        self.copies = 0
        self.before: dict[str, Row] = {}

    def put(self, recipient: str, priority: Priority, wait: int) -> None:
        due = self.clock() + timedelta(seconds=wait)
        self.letters.append(Letter(f"{len(self.letters)}", recipient, priority, due))
        self._write(self.letters[-1])

    def repeat(self, which: int) -> None:
        self._write(self.letters[which % len(self.letters)])

    def _write(self, letter: Letter) -> None:
        row = Dispatch(letter.key, "sms", letter.recipient, letter.key, Kind.REPLY, letter.priority, None, letter.due)

        async def write() -> None:
            async with self.stage.database.write() as connection:
                await self.queue.add(connection, [row], self.clock())

        self.stage.do(write())

    def claim(self, worker: str, limit: int) -> None:
        now, token = self.clock(), self.token(worker)
        taken = self.stage.do(self.queue.claim("sms", now, token, limit=limit, lease=LEASE))
        assert len(taken) <= limit
        for one in taken:
            letter = self.letters[int(self.queue.read(one)[1])]
            self._check_claim(letter, one, now)
            letter.claim, letter.leased = token, now + LEASE
            letter.attempts += 1
            self.held.append(Sending(worker, one, letter))

    def _check_claim(self, letter: Letter, one: ClaimedDispatch, now: datetime) -> None:
        if letter.claim is not None:  # whoever had it never gave it back
            self._doubt(letter)
        assert letter.leased is None or letter.leased < now
        assert (one.doubts, one.in_doubt, one.attempts) == (letter.doubts, letter.doubts > 0, letter.attempts + 1)
        assert one.in_doubt or not letter.live  # never a second copy without knowing that there may be a first
        row = self.before[letter.key]
        assert (row.state, row.due_at <= now) == ("open", True)
        for other in self.letters[: int(letter.key)]:
            elder = self.before[other.key]
            first = other.recipient == letter.recipient and other.priority == letter.priority
            waits = elder.state == "open" and elder.provider_id is None and elder.due_at <= now
            assert not (first and waits), "overtaken"

    @staticmethod
    def _doubt(letter: Letter) -> None:
        letter.doubts += 1
        letter.all_doubts += 1

    def accept(self, which: int) -> None:
        """The provider takes it; its word on that is still on the way, and a receipt may be faster."""
        self._accept(self.held[which % len(self.held)])

    def _accept(self, sending: Sending) -> None:
        if sending.sid is None:
            self.copies += 1
            sending.sid = f"SM{self.copies}"
            sending.letter.sids.append(sending.sid)
            sending.letter.live.append(sending.sid)

    def result(self, which: int, how: str) -> None:
        sending = self.held.pop(which % len(self.held))
        if how == "sent":
            self._accept(sending)
        elif sending.sid is not None:
            how = "silent"  # it was accepted: no provider refuses it after that
        one, letter, now = sending.one, sending.letter, self.clock()
        mine, silent = letter.claim == one.claim, how == "silent"
        state = {"sent": OutboxState.SENT, "failed": OutboxState.FAILED}.get(how, OutboxState.OPEN)
        due_at = now + timedelta(seconds=10)
        known = sending.sid if how == "sent" else None
        outcome = Outcome(one.id, one.claim, state, now, known, 1, reason=how, due_at=due_at, in_doubt=silent)
        self.stage.do(self.results.write([outcome]))
        self._settle(letter, mine=mine, how=how)

    def _settle(self, letter: Letter, *, mine: bool, how: str) -> None:
        if mine:
            letter.claim = letter.leased = None
            letter.ended |= how == "failed"
            if how == "silent":
                self._doubt(letter)

    def crash(self, worker: str) -> None:
        self.held = [sending for sending in self.held if sending.worker != worker]

    def receipt(self, which: int, copy: int, status: str, ours: bool, times: int, soon: bool) -> None:
        sent = [letter for letter in self.letters if letter.sids]
        letter = sent[which % len(sent)]
        sid = letter.sids[copy % len(letter.sids)]
        letter.told.setdefault(sid, set()).add(status)
        now, bare = self.clock(), status.removesuffix(" for now")
        remedy = {"failed": "never", "failed for now": "retry"}.get(status)
        row = self.receipts.row(
            channel="sms",
            provider_id=sid,
            status=bare,
            at=now,
            now=now,
            message_id=self.before[letter.key].id if ours else None,
            remedy=remedy,
        )
        self.stage.do(self.stage.database.append({receipts: [row] * times}))
        if soon:
            self.apply()

    def apply(self) -> None:
        async def apply() -> None:
            batch = await self.receipts.due(self.clock(), 100)
            await self.receipts.apply(batch, self.clock(), RETRY)

        self.stage.do(apply())

    @invariant()
    def rows_move_as_they_may(self) -> None:
        rows = {row.key: row for row in self.stage.do(self._rows())}
        assert rows.keys() == {letter.key for letter in self.letters}  # nothing is lost, nothing is there twice
        for letter in self.letters:
            self._check(letter, self.before.get(letter.key), rows[letter.key])
        self.before = rows

    async def _rows(self) -> list[Row]:
        async with self.stage.database.read() as connection:
            return list((await connection.execute(select(outbox))).all())

    def _check(self, letter: Letter, before: Row | None, row: Row) -> None:
        if row.claim is None and letter.claim is not None:  # a receipt has settled it, or a worker that had lost it
            assert row.provider_id in letter.sids
            letter.claim = letter.leased = None
        self._check_open(letter, before, row)
        if row.state == "sent":
            assert row.provider_id in letter.sids
        if row.state == "failed":
            assert letter.ended or letter.told[row.provider_id] & {"failed", "failed for now"}
        if before is not None:
            self._check_step(letter, before, row)
        if row.status_rank > RANKS[ReceiptStatus.FAILED]:
            assert any(told & {"delivered", "seen"} for told in letter.told.values())

    @staticmethod
    def _check_step(letter: Letter, before: Row, row: Row) -> None:
        """What is told of one copy moves the row only while it stands for that copy."""
        same = row.provider_id == before.provider_id
        if row.status_rank < before.status_rank:
            assert not same or row.state == "open"
        if before.state == "sent" and row.state != "sent":
            assert same, "undone by what became of another copy"
        if before.state != "sent" and row.state == "sent" and same:
            assert letter.told[row.provider_id] & {"delivered", "seen"}, "sent by what is known to have failed"

    def _check_open(self, letter: Letter, before: Row | None, row: Row) -> None:
        """A row that was told of by a receipt is open again only because that copy is known not to have arrived."""
        if row.state != "open" or row.provider_id is None:
            return
        assert "failed for now" in letter.told[row.provider_id]
        assert row.attempts < MAX_SENDS or before is None or before.state == "open"
        if before is None or (before.state, before.provider_id) != ("open", row.provider_id):
            letter.live, letter.doubts = [], 0
            letter.claim = letter.leased = None

    @invariant()
    def at_most_one_to_a_person_is_in_flight(self) -> None:
        flying = [letter.recipient for letter in self.letters if letter.leased and letter.leased >= self.clock()]
        assert len(flying) == len(set(flying))

    def teardown(self) -> None:
        """With time, and a worker and a provider that do their work, all of it is sent, or known not to be."""
        self.held = []
        for _ in range(4 * len(self.letters) + 4):
            self.clock.forward(130)
            self.apply()
            self.rows_move_as_they_may()
            self.claim("w1", 4)
            while self.held:
                self.result(0, "sent")
            self.rows_move_as_they_may()
        assert all(row.state != "open" for row in self.before.values())
        for letter in self.letters:
            opened = sum("failed for now" in told for told in letter.told.values())
            assert len(letter.sids) <= 1 + letter.all_doubts + opened


@pytest.mark.slow
def test_the_outbox_whatever_happens(stage: Stage) -> None:
    play(OutboxMachine, stage)
