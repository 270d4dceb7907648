"""The events' job over one database, the registry that it asks, and events to give it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.backoff import RetryPolicy
from bot.metrics import Metrics
from bot.registries.apply import Applier, EventsJob
from bot.registries.cases import CaseApplier
from bot.registries.payload import pack
from bot.registries.recorder import CaseRecorder, ChangeListener
from bot.runtime import Runtime
from bot.store import Store
from bot.worker import run_until_idle
from casestore.cases.model import Case, Change
from casestore.database import Database
from casestore.people.citizens import Citizens
from casestore.queues.registry_events import RegistryEventQueue
from casestore.tables import case_events
from casestore.tables import registry_events as rows
from casestore.vault import Vault
from connectors.events import CASE_EVENTS, EventData, RegistryEvent, UnreadEvent
from connectors.events_cases import CaseOpened
from connectors.registry import CaseRecord, CaseRegistry
from tests.clock import START, FakeClock
from tests.fakes.case_registry import FakeCaseRegistry

LEASE = RetryPolicy().turn_lease
AFM, OTHER_AFM = "123456783", "090000045"
CASE = "ΑΔ-2026-000123"
NUMBERS = itertools.count()


def event(
    data: EventData, sequence: int, *, afm: str = AFM, subject: str = CASE, kind: str = "case.stage-changed"
) -> RegistryEvent:
    return RegistryEvent(
        id=f"e-{next(NUMBERS)}",
        registry="permits",
        type=f"gr.gov.{kind}",
        subject=subject,
        at=START + timedelta(minutes=sequence),
        sequence=sequence,
        afm=afm,
        procedure="building-permit",
        data=data,
    )


OPENED = event(CaseOpened("Άδεια", "submission", date(2026, 12, 15)), 1)


def row_of(queue: RegistryEventQueue, event: RegistryEvent | UnreadEvent, now: datetime) -> dict[str, object]:
    """The event as a row of the queue, as the webhook makes it."""
    return queue.row(
        registry=event.registry,
        event=event.id,
        kind=event.type,
        subject=event.subject,
        sequence=event.sequence,
        payload=pack(event),
        received_at=now,
    )


class ApplyHarness:
    """The events' job over one database, with what a test wants to reach of it."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock, asks: CaseRegistry | None = None) -> None:
        self.database, self.clock, self.metrics = database, clock, Metrics()
        self.registry = FakeCaseRegistry()
        self.asks = asks or self.registry
        self.store = Store.over(database, vault)
        self.cases = self.store.cases
        self.events = RegistryEventQueue(database, vault)
        self.heard: list[Change] = []
        self.recorder = self.recording(self.store.citizens, self._hear)
        self.job = self.another()

    def recording(self, citizens: Citizens, *listeners: ChangeListener) -> CaseRecorder:
        return CaseRecorder(citizens=citizens, cases=self.cases, metrics=self.metrics, listeners=listeners)

    def another(self, more: Mapping[str, Applier] | None = None) -> EventsJob:
        applier = CaseApplier(
            recorder=self.recorder,
            cases=self.cases,
            citizens=self.store.citizens,
            registries={self.asks.name: self.asks},
        )
        return EventsJob(
            events=self.events,
            appliers={**dict.fromkeys(CASE_EVENTS, applier), **(more or {})},
            database=self.database,
            metrics=self.metrics,
            runtime=Runtime(clock=self.clock, random=lambda: 0.5, new_claim=lambda: f"claim-{next(NUMBERS)}"),
        )

    async def _hear(self, _connection: Any, changes: Any) -> None:
        self.heard += changes

    async def arrive(self, *events: RegistryEvent | UnreadEvent) -> None:
        for one in events:
            await self.events.add([row_of(self.events, one, self.clock())])

    async def follow(self, *events: RegistryEvent | UnreadEvent) -> None:
        await self.arrive(*events)
        await run_until_idle([self.job])

    async def case(self, reference: str = CASE) -> Case | None:
        kept = await self.cases.find(reference)
        return kept.case if kept else None

    async def ends(self) -> list[tuple[str, str | None, int]]:
        async with self.database.read() as connection:
            found = await connection.execute(select(rows.c.state, rows.c.result, rows.c.attempts).order_by(rows.c.id))
            return [tuple(row) for row in found]

    async def moves(self) -> list[int]:
        async with self.database.read() as connection:
            return list(await connection.scalars(select(case_events.c.sequence).order_by(case_events.c.id)))

    def counted(self, result: str) -> float:
        labels = {"registry": "permits", "result": result}
        return self.metrics.registry.get_sample_value("counter_registry_events_total", labels) or 0.0


def held(sequence: int, **more: Any) -> CaseRecord:
    moved = START + timedelta(hours=1)
    return replace(
        CaseRecord("permits", CASE, AFM, "building-permit", "Άδεια", "review", sequence, moved, date(2026, 12, 15)),
        **more,
    )
