"""Whoever asks a registry something by itself says why, in the audit row of the call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import build_recorder, http_session
from bot.metrics import Metrics
from bot.registries.build import build_registries, probe_registries, registry_jobs
from bot.registries.contacts import ContactFeed
from bot.settings import Settings
from bot.store import Store, open_store
from bot.worker import Job, run_until_idle
from casestore.queues.registry_events import RegistryEventQueue
from casestore.tables import audit
from connectors.connect import VOCABULARIES
from connectors.events_cases import StageChanged
from connectors.registry import CaseRegistry
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from tests.bot.registries.apply_harness import event, row_of
from tests.clock import FakeClock
from tests.connectors.sandbox import running
from tests.harness import counting, settings_for


async def causes(store: Store) -> set[str]:
    """What the audit rows of calls give as their cause."""
    async with store.database.read() as connection:
        return set(await connection.scalars(select(audit.c.detail).where(audit.c.transaction_id.is_not(None))))


@pytest.fixture
async def settings(database_url: str) -> AsyncIterator[Settings]:
    async with running() as sandbox:
        state = {"url": sandbox.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        given: dict[str, Any] = {f"registries_{name}": value for name, value in state.items()}
        yield settings_for(database_url, reconcile_pause_seconds=0, **given)


def jobs_of(settings: Settings, store: Store, registries: list[CaseRegistry], clock: FakeClock) -> list[Job]:
    runtime, metrics = counting(clock), Metrics()
    return registry_jobs(
        settings=settings,
        store=store,
        registries=registries,
        recorder=build_recorder(settings, store, metrics, clock),
        metrics=metrics,
        runtime=runtime,
    )


async def test_the_jobs_name_themselves_and_an_event_its_row(settings: Settings, clock: FakeClock) -> None:
    async with open_store(settings) as store, http_session() as session:
        registries, contacts = build_registries(settings, session, store)
        assert contacts is not None
        jobs = jobs_of(settings, store, registries, clock)
        await run_until_idle([*jobs, ContactFeed(contacts=contacts, store=store, clock=clock)])
        gap = replace(event(StageChanged("review"), 9), subject="ΑΔ-2026-000123")  # more than its registry has
        events = RegistryEventQueue(store.database, store.vault)
        await events.add([row_of(events, gap, clock())])
        await run_until_idle(jobs)
        clock.forward(settings.reconcile_hours * 3600)
        await run_until_idle(jobs)
        named = {f"{job}-{registry}" for registry in VOCABULARIES for job in ("feed", "reconcile")}
        assert await causes(store) == {*named, "feed-contacts", "event:1"}


async def test_doctor_names_itself(settings: Settings) -> None:
    async with open_store(settings) as store, http_session() as session:
        await probe_registries(settings, session, store)
        assert await causes(store) == {"doctor"}
