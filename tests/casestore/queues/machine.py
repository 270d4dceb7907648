"""Several workers on one queue, driven by Hypothesis: they claim, finish, fail, crash, wake up too late."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy import delete

from casestore.database import Database
from casestore.tables import inbox, outbox, receipts
from casestore.vault import Vault
from tests.clock import FakeClock
from tests.conftest import TEST_SECRET

T = TypeVar("T")
LEASE = timedelta(seconds=30)
SECONDS = st.sampled_from([1, 29, 31, 90])
OFTEN = {
    "time_passes": 2,
    "put": 2,
    "claim": 4,
    "finish": 6,
    "result": 6,
    "accept": 3,
    "receipt": 5,
}  # and all else once
WORKERS = st.sampled_from(["w1", "w2", "w3"])
WHICH = st.integers(0, 30)


@dataclass
class Stage:
    """A store and the loop it lives on. One for all examples: a migration takes longer than many of them."""

    runner: asyncio.Runner
    database: Database
    vault: Vault = field(default_factory=lambda: Vault([TEST_SECRET]))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def clear(self) -> None:
        async def wipe() -> None:
            async with self.database.write() as connection:
                for table in (inbox, outbox, receipts):
                    await connection.execute(delete(table))

        self.do(wipe())


def play(machine: type[Machine], stage: Stage) -> None:
    """``QUEUE_EXAMPLES`` in the environment asks for more than the few that a test run has time for."""
    examples = int(os.environ.get("QUEUE_EXAMPLES", "12"))
    run_state_machine_as_test(
        lambda: machine(stage),  # type: ignore[arg-type]  # it wants a class, and calls it
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),  # a disk is slow by Hypothesis's measure
        ),
    )


class Machine(RuleBasedStateMachine):
    """What both machines share: the store, the clock, names for claims.

    There is one rule for all that may happen, named by ``WAYS``: with a rule for each, Hypothesis leaves half of them
    out of an example, and the long ways (sent, not delivered, sent again, told of the first) need nearly all.
    """

    WAYS: ClassVar[dict[str, dict[str, st.SearchStrategy[Any]]]]

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        stage.clear()
        self.stage = stage
        self.clock = FakeClock()
        self.claims = 0

    @rule(data=st.data())
    def happens(self, data: st.DataObject) -> None:
        ways = [way for way in self.WAYS for _ in range(OFTEN.get(way, 1)) if self.possible(way)]
        name = data.draw(st.sampled_from(ways), label="what")
        values = {what: data.draw(strategy, label=what) for what, strategy in self.WAYS[name].items()}
        getattr(self, name)(**values)

    def possible(self, way: str) -> bool:
        """Can this happen now? All can, where a machine says nothing else."""
        return True

    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    def token(self, worker: str) -> str:
        self.claims += 1
        return f"{worker}-{self.claims}"
