"""Events that nobody applies yet: kept, out of the way, and applied by whoever comes to know their type."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.backoff import EVENT_ATTEMPTS
from bot.registries.apply import LOOK_AT_PARKED, PARKED_BATCH
from bot.registries.payload import pack, unpack
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.tables import registry_events as rows
from casestore.vault import Vault
from connectors.events import RegistryEvent, UnreadEvent
from connectors.events_cases import StageChanged
from connectors.events_certificates import CertificateRefused
from tests.bot.registries.apply_harness import AFM, CASE, OPENED, ApplyHarness, event
from tests.clock import START, FakeClock
from tests.connectors.signing import event as event_body


@pytest.fixture
def harness(database: Database, vault: Vault, clock: FakeClock) -> ApplyHarness:
    return ApplyHarness(database, vault, clock)


def unread(kind: str, number: int = 1) -> UnreadEvent:
    """As :meth:`connectors.events.EventReader.read` makes it of a type that it does not know."""
    text = event_body(kind, {}, id=f"u-{number}").decode()
    return UnreadEvent(f"u-{number}", "permits", f"gr.gov.{kind}", CASE, text, came_at=START)


REFUSED = event(CertificateRefused("r-1", "δεν βρέθηκε"), 1, subject="r-1", kind="certificate.refused")


class Certificates:
    """An applier as another feature brings one: it writes down what it was given."""

    def __init__(self) -> None:
        self.prepared: list[RegistryEvent] = []
        self.written: list[RegistryEvent] = []

    async def prepare(self, event: RegistryEvent) -> Noted:
        self.prepared.append(event)
        return Noted()

    def committed(self, event: RegistryEvent) -> None:
        self.written.append(event)


class Noted:
    async def write(self, _connection: Any, _now: Any) -> str:
        return "noted"


async def test_an_event_that_nobody_applies_is_parked_once_and_counts_nowhere(harness: ApplyHarness) -> None:
    await harness.follow(REFUSED)
    for _ in range(3):
        harness.clock.forward(LOOK_AT_PARKED.total_seconds())
        await run_until_idle([harness.job, harness.another()])
    assert await harness.ends() == [("parked", None, 1)]
    assert await harness.events.depth() == (0, 0, None)
    assert await harness.events.parked() == {"gr.gov.certificate.refused": 1}
    assert (harness.counted("parked"), harness.heard) == (1, [])


async def test_a_parked_event_holds_up_nothing_of_its_subject(harness: ApplyHarness) -> None:
    unknown = unread("case.archived")
    await harness.follow(unknown, OPENED, event(StageChanged("review"), 2))
    assert await harness.moves() == [1, 2]
    assert [state for state, _, _ in await harness.ends()] == ["parked", "done", "done"]


async def test_an_event_of_which_the_queue_kept_no_type_is_parked_by_the_type_that_it_names(
    harness: ApplyHarness,
) -> None:
    """So are those that came before events were kept with their type."""
    await harness.arrive(REFUSED)
    async with harness.database.write() as connection:
        await connection.execute(rows.update().values(type=None))
    await run_until_idle([harness.job])
    assert await harness.events.parked() == {"gr.gov.certificate.refused": 1}


async def test_parked_events_are_applied_by_whoever_applies_their_type_later(harness: ApplyHarness) -> None:
    others = [replace(REFUSED, id=f"c-{n}", subject=f"r-{n}") for n in range(4)]
    still = unread("weather.changed")
    await harness.follow(*others, still)
    harness.clock.forward(90 * 86_400)
    applier = Certificates()
    await run_until_idle([harness.another({REFUSED.type: applier})])
    assert sorted(one.subject for one in applier.written) == ["r-0", "r-1", "r-2", "r-3"]
    assert len(applier.prepared) == 4
    assert await harness.ends() == [("done", "noted", 1)] * 4 + [("parked", None, 1)]


async def test_what_a_worker_of_an_older_version_parks_is_found_while_this_one_runs(harness: ApplyHarness) -> None:
    applier = Certificates()
    job = harness.another({REFUSED.type: applier})
    await run_until_idle([job])
    await harness.follow(REFUSED)
    await run_until_idle([job])
    assert applier.written == []
    harness.clock.forward(LOOK_AT_PARKED.total_seconds())
    await run_until_idle([job])
    assert applier.written == [REFUSED]


async def test_what_is_put_back_is_as_old_as_if_it_had_just_come(harness: ApplyHarness) -> None:
    await harness.follow(REFUSED)
    harness.clock.forward(90 * 86_400)
    assert await harness.events.unpark([REFUSED.type], harness.clock(), limit=1) == 1
    assert await harness.events.depth() == (1, 0, harness.clock())


async def test_many_are_put_back_in_batches_and_new_ones_go_first(harness: ApplyHarness) -> None:
    many = [replace(REFUSED, id=f"c-{n}", subject=f"r-{n}") for n in range(PARKED_BATCH + 1)]
    await harness.arrive(*many)
    async with harness.database.write() as connection:
        await connection.execute(rows.update().values(state="parked"))
    await harness.arrive(OPENED)
    job = harness.another({REFUSED.type: Certificates()})
    assert await job.step()
    await job.drain()
    assert await harness.moves() == [1]
    assert await harness.events.parked() == {REFUSED.type: PARKED_BATCH + 1}
    assert await job.step()
    assert await harness.events.parked() == {REFUSED.type: 1}
    assert await harness.events.unpark(["another", REFUSED.type], harness.clock(), limit=5) == 1
    assert await harness.events.unpark([REFUSED.type], harness.clock(), limit=5) == 0


async def test_an_event_that_could_not_be_read_is_read_by_who_knows_its_type_now(harness: ApplyHarness) -> None:
    """As a version that does not know the type keeps it."""
    body = event_body(
        "certificate.refused",
        {"sequence": 1, "afm": AFM, "request": "r-7", "reason": "δεν βρέθηκε"},
        id="c-7",
        subject="r-7",
    )
    await harness.follow(
        UnreadEvent("c-7", "permits", "gr.gov.certificate.refused", "r-7", body.decode(), came_at=START)
    )
    applier = Certificates()
    await run_until_idle([harness.another({REFUSED.type: applier})])
    [found] = applier.written
    assert found.data == CertificateRefused("r-7", "δεν βρέθηκε")


async def test_an_applier_of_a_type_that_cannot_be_read_does_not_go_round_in_circles(harness: ApplyHarness) -> None:
    strange = unread("weather.changed")
    await harness.arrive(strange)
    job = harness.another({strange.type: Certificates()})
    for _ in range(EVENT_ATTEMPTS):
        await run_until_idle([job])
        harness.clock.forward(700)
    assert await harness.ends() == [("dead", "cannot be read", EVENT_ATTEMPTS)]


def test_an_event_that_could_not_be_read_comes_back_as_it_was_packed() -> None:
    assert unpack(pack(unread("weather.changed"))) == unread("weather.changed")
