"""Whatever changes, is reported, said and lost, in any order: each fact is told once, or it is said why not. A reminder
never comes after the paper did, nor after its deadline, nor of a case that is closed.

Never in quiet hours but for what is urgent, never after ΣΤΟΠ, never to a number that is another's, and never on a
second channel what is known to have arrived on the first.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import and_, select

from bot.channels.port import Remedy, SendError
from casestore.cases.model import Document
from casestore.database import Database
from casestore.people.quiet_hours import DEFAULT_TIMES, URGENT_TIMES, end_of
from casestore.tables import notice_facts, notice_log, notices, timed_facts
from tests.bot.notices.conftest import wipe
from tests.bot.notices.harness import AFM, FLOOD, MOBILE, PERMIT, NoticeStage
from tests.clock import START

pytestmark = pytest.mark.slow
CASES = st.sampled_from([PERMIT.reference, FLOOD.reference])
STAGES = st.sampled_from(["pre-approval", "review", "issuance", "on-site-inspection"])
CHANNELS = st.sampled_from(["viber", "sms"])
SECONDS = st.sampled_from([1, 100, 130, 310, 901, 3600, 6 * 3600])
SILENCED_BY = {"viber": ("viber",), "sms": ("viber", "sms")}  # by a no on one of these
STATUSES = st.sampled_from(["sent", "delivered", "seen", "failed"])
TROUBLES = st.sampled_from(
    [None, SendError(Remedy.NEVER, "viber:9"), SendError(Remedy.RETRY, "http:503"), SendError(Remedy.STOP_CONTACT, "x")]
)


class NoticeMachine(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.do = runner.run
        self.do(wipe(database))
        self.stage = NoticeStage.over(database)
        self.words: dict[str, bool] = {}
        self.arrived: set[int] = set()  # rows of the outbox
        self.under_way: set[str] = set()  # cases of which the paper was handed in here
        self.steps = 0
        due = [(START + timedelta(days=days)).date() for days in (4, 6)]
        papers = [(Document("paper", "Χαρτί", "missing", "", day),) for day in due]
        cases = [replace(case, documents=wanted) for case, wanted in zip((PERMIT, FLOOD), papers, strict=True)]
        self.do(self.stage.begin(*cases))
        self.checked = 0

    @rule(reference=CASES, stage=STAGES)
    def moves(self, reference: str, stage: str) -> None:
        if not self.stage.cases[reference].closed:
            self.do(self.stage.change(reference, stage=stage))
        self.works()

    @rule(
        reference=CASES,
        status=st.sampled_from(["missing", "missing", "submitted", "accepted", "rejected"]),
        days=st.sampled_from([None, 1, 2, 4, 6]),
    )
    def a_paper_changes(self, reference: str, status: str, days: int | None) -> None:
        deadline = None if days is None else (self.stage.clock() + timedelta(days=days)).date()
        if not self.stage.cases[reference].closed:
            self.do(self.stage.change(reference, documents=(Document("paper", "Χαρτί", status, "", deadline),)))
        self.works()

    @rule(reference=CASES)
    def is_handed_in_here(self, reference: str) -> None:
        self.do(self.stage.hand_in(reference, "paper"))
        self.under_way.add(reference)
        self.works()

    @rule(reference=CASES)
    def is_taken_back(self, reference: str) -> None:
        self.do(self.stage.take_back(reference))
        self.under_way.discard(reference)
        self.works()

    @precondition(lambda self: self.steps > 12)
    @rule(reference=CASES)
    def closes(self, reference: str) -> None:
        if not self.stage.cases[reference].closed:
            self.do(self.stage.change(reference, closed=True))
        self.works()

    @rule(reference=CASES)
    def is_reported_again(self, reference: str) -> None:
        self.do(self.stage.report(self.stage.cases[reference]))
        self.works()

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.stage.clock.forward(seconds)
        self.works()

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.time_passes(24 * 3600)

    @rule(channel=CHANNELS, allowed=st.booleans())
    def says(self, channel: str, *, allowed: bool) -> None:
        """At a number that is another's by now ΣΤΟΠ is the other's word."""
        if self.do(self.stage.consent(channel, allowed=allowed)) or allowed:
            self.words[channel] = allowed
        self.works()

    @rule(channel=CHANNELS, trouble=TROUBLES)
    def a_provider_has_trouble(self, channel: str, trouble: Exception | None) -> None:
        self.stage.providers[channel].trouble = trouble

    @rule(mobile=st.sampled_from([MOBILE, MOBILE, None, "+306900000077"]))
    def the_number_changes_hands(self, mobile: str | None) -> None:
        self.stage.contacts.held[AFM] = mobile

    @precondition(lambda self: self.stage.taken)
    @rule(data=st.data(), status=STATUSES)
    def a_receipt_comes(self, data: st.DataObject, status: str) -> None:
        accepted = data.draw(st.sampled_from(self.stage.taken))
        self.do(self.stage.receipt(accepted, status))
        if status in ("delivered", "seen"):
            self.arrived.add(accepted.id)
        self.works()

    def works(self) -> None:
        """The worker works, and all that was sent meanwhile was allowed."""
        self.steps += 1
        self.do(self.stage.settle())
        rows = {row.outbox_id: row for row in self.do(self.stage.rows())}
        for accepted in self.stage.taken[self.checked :]:
            row = rows[accepted.id]
            times = URGENT_TIMES if row.category == "urgent" else DEFAULT_TIMES
            assert not times.holds(accepted.at), "at night"
            silent = all(self.words.get(channel, True) for channel in SILENCED_BY[accepted.channel])
            assert self.words.get(accepted.channel, silent), "after a stop"
            if accepted.channel == "sms":
                assert accepted.address == self.stage.contacts.held[AFM], "to another's number"
            if row.by_time in ("reminder", "passed"):
                self.may_be_reminded(row)
            earlier = {each.outbox_id for each in rows.values() if each.notice_id == row.notice_id} - {accepted.id}
            assert not earlier & self.arrived, "on a second channel what had arrived"
        self.checked = len(self.stage.taken)

    def may_be_reminded(self, row: Any) -> None:
        """As everything stands now, which is as it stood when it went."""
        case, now = self.stage.cases[row.reference], self.stage.clock()
        [paper] = case.documents
        assert not case.closed, "of a case that is closed"
        assert paper.status in ("missing", "rejected"), "after it came"
        assert row.reference not in self.under_way, "after it was handed in"
        assert paper.deadline is not None
        assert (now < end_of(paper.deadline)) == (row.by_time == "reminder"), "before or after the deadline"

    def teardown(self) -> None:
        """With time every notice comes to an end, and nothing was told twice on a channel."""
        for provider in self.stage.providers.values():
            provider.trouble = None
        for reference in (PERMIT.reference, FLOOD.reference):
            self.closes(reference)  # time brings no more
        for _ in range(8):
            self.time_passes(13 * 3600)
        self.days_pass(2)  # of use for three days, then a day for each channel: more than 104 hours
        sent = Counter((row.notice_id, row.channel) for row in self.do(self.stage.rows()) if row.told_at)
        taken = Counter(accepted.id for accepted in self.stage.taken)
        assert all(count == 1 for count in sent.values())
        assert all(count == 1 for count in taken.values())
        ends, facts = self.do(self._ends())
        assert all(state != "open" and (state == "told" or reason or state == "unknown") for state, reason in ends)
        assert all(count == 1 for count in facts.values())
        assert all(count == 1 for count in self.do(self._said_ends()).values()), "an end is said once"
        assert self.do(self._overdue()) == []

    async def _overdue(self) -> list[Any]:
        """What time brought and nobody took up."""
        late = select(timed_facts.c.kind).where(
            timed_facts.c.state == "open", timed_facts.c.due_at < self.stage.clock()
        )
        async with self.stage.store.database.read() as connection:
            return list(await connection.scalars(late))

    async def _said_ends(self) -> Counter[tuple[int, str]]:
        """Of each notice that ended otherwise than by its arrival, how often its log says so; 0 where it does not."""
        ended = select(notices.c.id, notices.c.state, notice_log.c.id.label("line")).where(notices.c.state != "told")
        of_send = notice_log.c.channel.is_not(None)  # what became of it on one channel
        of_notice = and_(notice_log.c.notice_id == notices.c.id, notice_log.c.event == notices.c.state, ~of_send)
        said = Counter[tuple[int, str]]()
        async with self.stage.store.database.read() as connection:
            for row in await connection.execute(ended.outerjoin_from(notices, notice_log, of_notice)):
                said[row.id, row.state] += row.line is not None
        return said

    async def _ends(self) -> tuple[list[tuple[str, str | None]], Counter[Any]]:
        async with self.stage.store.database.read() as connection:
            found = await connection.execute(select(notices.c.state, notices.c.reason))
            ends = [(row.state, row.reason) for row in found]
            facts = await connection.execute(select(notice_facts))
            return ends, Counter((row.reference, row.sequence, row.kind) for row in facts)


def test_notices_whatever_happens(loop_and_database: tuple[asyncio.Runner, Database]) -> None:
    runner, database = loop_and_database
    run_state_machine_as_test(
        lambda: NoticeMachine(runner, database),  # type: ignore[arg-type]  # it wants a class, and calls it
        settings=settings(
            max_examples=int(os.environ.get("QUEUE_EXAMPLES", "8")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to make a failure shorter takes minutes
        ),
    )
