"""Whatever happens to a case, events and polling come to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.registries.polling import CaseFeed
from bot.registries.recorder import case_of
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.tables import cases, cursors
from casestore.tables import registry_events as rows
from casestore.vault import Vault
from connectors.connect import event_reader
from connectors.events import RegistryEvent
from connectors.sandbox.events import cloud_event
from connectors.sandbox.model import Change as StateChange
from connectors.sandbox.model import Document, NotAllowed
from connectors.sandbox.state import State
from tests.bot.registries.apply_harness import (
    CASE,
    NUMBERS,
    ApplyHarness,
)
from tests.clock import FakeClock
from tests.connectors.sandbox import running
from tests.connectors.signing import OLD, headers

deeds = st.lists(st.tuples(st.sampled_from(["move", "require", "reject", "accept", "decide", "hand in"])), max_size=8)
STAGES = ("pre-approval", "assignment", "review", "issuance")


def act(state: State, number: int, deed: str) -> None:
    """Something that a clerk does, or a citizen; each in turn on one case."""
    try:
        match deed:
            case "move":
                state.move(CASE, STAGES[number % 4], f"σημείωση {number}")
            case "require":
                state.require(CASE, [Document("gas", "", "missing", "λείπει", date(2026, 12, 1 + number))])
            case "reject":
                state.reject(CASE, "gas", "δεν διαβάζεται")
            case "accept":
                state.accept(CASE, "gas")
            case "hand in":
                state.hand_in(CASE, "gas")
            case "decide":
                state.decide(CASE, "partly", f"απόφαση {number}")
    except NotAllowed:
        return


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds, order=st.randoms(use_true_random=False), lost=st.sets(st.integers(0, 8)), closing=st.booleans())
async def test_events_in_any_order_with_some_lost_agree_with_polling(
    database: Database, vault: Vault, clock: FakeClock, deeds: Any, order: Any, lost: set[int], closing: bool
) -> None:
    told: list[StateChange] = []
    async with running() as world:
        world.state.watch(told.append)
        registry = world.registries().cases["permits"]
        harness = ApplyHarness(database, vault, clock, registry)
        for number, (deed,) in enumerate(deeds):
            act(world.state, number, deed)
        if closing:
            world.state.close(CASE)
        arrived = [change for number, change in enumerate(told) if number not in lost or number == len(told) - 1]
        order.shuffle(arrived)
        reader = event_reader([OLD], world.clock.now)
        for change in arrived:
            body = cloud_event(change)
            read = reader.read("permits", headers(body, at=world.clock.now()), body)
            assert isinstance(read, RegistryEvent)
            await harness.follow(replace(read, id=f"{next(NUMBERS)}"))
        by_events = await harness.case() if arrived else None
        asked = await registry.case(CASE)
        assert asked is not None
        if by_events is not None:
            seen = replace(case_of(asked), updated_at=by_events.updated_at)
            assert by_events == seen
        feed = CaseFeed(
            registry=registry,
            database=database,
            recorder=harness.recorder,
            cursors=harness.store.cursors,
            metrics=harness.metrics,
            clock=clock,
            every=timedelta(1),
        )
        await run_until_idle([feed])
        polled = await harness.case()
        assert polled is not None
        assert replace(polled, updated_at=asked.updated_at) == case_of(asked)
    async with database.write() as connection:  # the next example begins with nothing
        for table in (cases, cursors, rows):
            await connection.execute(table.delete())
