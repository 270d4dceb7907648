"""Open cases of which a registry says nothing for days are asked for: few at a time, by one worker at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.registries.checking import EVERY, CaseCheckJob
from casestore.cases.cursors import Cursors
from casestore.database import Database
from casestore.tables import cases
from casestore.vault import Vault
from connectors.registry import RegistryUnavailable
from tests.bot.registries.test_reconcile import ReconcileHarness, case
from tests.clock import FakeClock

AFTER = timedelta(days=7)


@pytest.fixture
async def harness(database: Database, vault: Vault, clock: FakeClock) -> ReconcileHarness:
    """Three cases, one of them closed; of all, nothing was heard for eight days, and one has moved on meanwhile."""
    harness = ReconcileHarness(database, vault, clock)
    await harness.keep(case(1), case(2), case(3, closed=True))
    async with database.write() as connection:
        await connection.execute(update(cases).values(told_at=clock()))
    harness.registry.hold(case(1, stage="issuance", sequence=4), case(2), case(3, closed=True))
    clock.forward(timedelta(days=8).total_seconds())
    return harness


def job(harness: ReconcileHarness) -> CaseCheckJob:
    turns = Cursors(harness.database)
    return CaseCheckJob(comparer=harness.comparer, cursors=turns, clock=harness.clock, after=AFTER)


async def test_they_are_asked_for_and_put_right_and_not_asked_again(harness: ReconcileHarness) -> None:
    one = job(harness)
    await one.step()
    assert sorted(harness.registry.asked) == [case(1).reference, case(2).reference]
    found = await harness.cases.find(case(1).reference)
    assert found is not None
    assert found.case.stage == "issuance"
    assert [change.after.case.reference for change in harness.heard] == [case(1).reference]
    for _ in range(3):
        harness.clock.forward(EVERY.total_seconds())
        await one.step()
    assert len(harness.registry.asked) == 2


async def test_of_two_workers_one_asks_and_the_next_a_minute_later(harness: ReconcileHarness) -> None:
    harness.registry.failures.append(RegistryUnavailable("permits", "timeout"))
    one, other = job(harness), job(harness)
    await one.step()
    asked = len(harness.registry.asked)
    assert asked >= 1
    await other.step()
    assert len(harness.registry.asked) == asked  # it is not the other's turn
    harness.clock.forward(EVERY.total_seconds())
    await other.step()
    assert len(harness.registry.asked) > asked
    found = await harness.cases.find(case(1).reference)
    assert found is not None
    assert found.case.stage == "issuance"


async def test_one_that_its_registry_knows_no_more_is_gone(harness: ReconcileHarness) -> None:
    del harness.registry.held[case(2).reference]
    await job(harness).step()
    async with harness.database.read() as connection:
        assert await harness.cases.on_record(connection, case(2).reference) is None
        assert await harness.cases.on_record(connection, case(1).reference) is not None
