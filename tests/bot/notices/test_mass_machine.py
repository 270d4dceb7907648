"""Mass notices in any order of starts, pauses, stops, restarts, words, receipts and broken providers.

Nobody is told twice, nothing goes while it is paused or after it was stopped, nobody is told after ΣΤΟΠ; and with time
it comes to an end.
"""

from __future__ import annotations

import asyncio
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.channels.port import Remedy, SendError
from bot.notices.mass.drafting import Refused
from casestore.broadcasts.model import BroadcastState
from casestore.database import Database
from tests.bot.notices.conftest import wipe
from tests.bot.notices.crowd import FIRST_ID, mobile_of
from tests.bot.notices.harness import NoticeStage
from tests.bot.notices.mass_harness import APPROVER, AUTHOR, MassStage

pytestmark = pytest.mark.slow
PEOPLE = 12
REMEDIES = (Remedy.NEVER, Remedy.RETRY, Remedy.UNKNOWN)
TROUBLES = st.sampled_from([None, None, *(SendError(remedy, "sms:1") for remedy in REMEDIES)])


class MassMachine(RuleBasedStateMachine):
    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__()
        self.do = runner.run
        self.database = database
        self.do(wipe(database))
        self.mass = self.do(MassStage.over(database, PEOPLE, broadcast_batch=10))
        self.number = self.do(self.mass.approved())
        self.refused: set[str] = set()
        self.checked = 0
        self.words = 0

    @rule(act=st.sampled_from(["start", "pause", "resume", "resume", "stop"]))
    def an_operator_acts(self, act: str) -> None:
        before = self.state
        try:
            self.do(getattr(self.mass.control, act)(self.number, APPROVER if act == "start" else AUTHOR))
        except Refused:
            assert self.state is before
        self.works()

    @rule(seconds=st.sampled_from([1, 10, 61, 310, 700]))
    def time_passes(self, seconds: int) -> None:
        self.mass.stage.clock.forward(seconds)
        self.works()

    @rule(batch=st.sampled_from([10, 10, 23, 100]))
    def the_worker_is_killed(self, batch: int) -> None:
        """All that it knew is gone; its rows stay. It may be started with other settings."""
        old = self.mass.stage
        new = NoticeStage.over(self.database, old.clock(), broadcast_batch=batch)
        new.taken.extend(old.taken)
        new.contacts.held |= old.contacts.held
        for name, provider in new.providers.items():
            provider.trouble = old.providers[name].trouble
            provider._numbers = old.providers[name]._numbers
        self.mass = MassStage.of(new, PEOPLE)
        self.works()

    @rule(trouble=TROUBLES)
    def the_provider_has_trouble(self, trouble: Exception | None) -> None:
        self.mass.stage.providers["sms"].trouble = trouble

    @rule(who=st.integers(0, PEOPLE - 1))
    def somebody_says_stop(self, who: int) -> None:
        self.words += 1
        self.do(self._says_no(who))
        self.refused.add(mobile_of(who))

    async def _says_no(self, who: int) -> None:
        store, now = self.mass.stage.store, self.mass.stage.clock()
        async with store.database.write() as connection:
            key = f"no:{self.words}"
            await store.consents.add(connection, FIRST_ID + who, allowed=False, source="message", key=key, now=now)

    @precondition(lambda self: self.mass.stage.taken)
    @rule(data=st.data(), status=st.sampled_from(["delivered", "seen", "failed"]))
    def a_receipt_comes(self, data: st.DataObject, status: str) -> None:
        accepted = data.draw(st.sampled_from(self.mass.stage.taken))
        self.do(self.mass.stage.receipt(accepted, status))
        self.works()

    @property
    def state(self) -> BroadcastState:
        return self.do(self.mass.get(self.number)).state

    def works(self) -> None:
        may = self.state is BroadcastState.RUNNING
        self.do(self.mass.stage.settle())
        new = self.mass.stage.taken[self.checked :]
        assert may or not new, "sent while it did not run"
        assert not self.refused & {accepted.address for accepted in new}, "after a stop"
        assert all(count == 1 for count in self.mass.told.values()), "told twice"
        self.checked = len(self.mass.stage.taken)
        progress = self.do(self.mass.progress(self.number))
        assert progress.waiting + progress.made == PEOPLE
        assert progress.let_through >= len(self.mass.told)

    def teardown(self) -> None:
        """Released and with nothing in its way it comes to an end: everybody was told, or it is said why not."""
        self.mass.stage.providers["sms"].trouble = None
        for act in ("start", "resume"):
            try:
                self.do(getattr(self.mass.control, act)(self.number, APPROVER))
            except Refused:
                continue
        for _ in range(330):  # over a night and a day, as a worker sees them pass
            self.mass.stage.clock.forward(540)
            self.do(self.mass.stage.settle())
            if self.state is BroadcastState.PAUSED:
                self.do(self.mass.control.resume(self.number, APPROVER))
            if self.do(self.mass.progress(self.number)).finished:
                break
        progress = self.do(self.mass.progress(self.number))
        assert progress.finished, progress
        stopped = self.state is BroadcastState.STOPPED
        assert all(count == 1 for count in self.mass.told.values())
        assert sum(progress.settled.values()) == (progress.made if stopped else PEOPLE)


def test_mass_notices_whatever_happens(loop_and_database: tuple[asyncio.Runner, Database]) -> None:
    runner, database = loop_and_database
    run_state_machine_as_test(
        lambda: MassMachine(runner, database),  # type: ignore[arg-type]  # it wants a class, and calls it
        settings=settings(
            max_examples=int(os.environ.get("QUEUE_EXAMPLES", "6")),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
