"""Outcomes and closings: asked for before they count, and not taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from casestore.database import Database
from casestore.vault import Vault
from connectors.events import EventData
from connectors.events_cases import Closed, Decided
from connectors.events_cases import StageChanged as Moved
from tests.bot.registries.apply_harness import CASE, OPENED, ApplyHarness, event, held
from tests.clock import FakeClock


@pytest.fixture
def harness(database: Database, vault: Vault, clock: FakeClock) -> ApplyHarness:
    return ApplyHarness(database, vault, clock)


async def test_a_closed_case_does_not_move_and_that_is_counted(harness: ApplyHarness) -> None:
    harness.registry.held[CASE] = held(3, outcome="granted", closed=True)
    await harness.follow(OPENED, event(Decided("granted"), 2), event(Closed("granted"), 3))
    before = await harness.case()
    reopened = replace(OPENED, id="r", sequence=4, data=Moved("completeness"))
    harness.registry.held[CASE] = held(6, closed=False)
    heard = list(harness.heard)
    await harness.follow(reopened, event(Moved("issuance"), 6))
    assert await harness.case() == before
    assert harness.heard == heard
    assert [result for _, result, _ in await harness.ends()][3:] == ["refused", "refused"]
    assert harness.counted("refused") == 2


async def test_a_decision_is_not_taken_back_but_may_become_another(harness: ApplyHarness) -> None:
    await harness.follow(OPENED)
    for sequence, outcome in ((2, "refused"), (3, "partly")):
        harness.registry.held[CASE] = held(sequence, outcome=outcome)
        await harness.follow(event(Decided(outcome), sequence))
    harness.registry.held[CASE] = held(5, outcome=None)
    await harness.follow(event(Moved("review"), 5))
    case = await harness.case()
    assert case is not None
    assert (case.outcome, case.sequence) == ("partly", 3)
    assert (await harness.ends())[3][1] == "refused"


@pytest.mark.parametrize("said", [Decided("refused", "Πληρώστε παράβολο: http://pay.example"), Closed("refused")])
async def test_an_outcome_counts_as_the_registry_tells_it_and_not_as_an_event_does(
    harness: ApplyHarness, said: EventData
) -> None:
    """Whoever could sign for this registry still cannot decide for it."""
    harness.registry.held[CASE] = held(2)
    await harness.follow(OPENED, event(said, 2))
    case = await harness.case()
    assert case is not None
    assert (case.stage, case.outcome, case.closed, case.note) == ("review", None, False, "")
    harness.registry.held.clear()
    await harness.follow(event(said, 3))
    assert await harness.case() == case
