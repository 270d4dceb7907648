"""What registries need of a worker and of the web side, put together. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import aiohttp
from aiohttp import web

from bot.backoff import RetryPolicy
from bot.metrics import Metrics
from bot.registries.apply import Applier, EventsJob
from bot.registries.audit import StoredAudit
from bot.registries.cases import CaseApplier
from bot.registries.checking import CaseCheckJob
from bot.registries.overview import OneView
from bot.registries.polling import CaseFeed
from bot.registries.reconcile import Comparer, ReconcileJob
from bot.registries.recorder import CaseRecorder, ChangeListener
from bot.registries.webhook import EventIntake
from bot.runtime import Clock, Runtime
from bot.settings import Settings
from bot.store import Store
from bot.worker import Job
from connectors.audit import CallCause, audit_cause
from connectors.connect import VOCABULARIES, connect, event_reader
from connectors.events import CASE_EVENTS
from connectors.registry import CaseRegistry, ContactRegistry, RegistryError


def build_registries(
    settings: Settings, session: aiohttp.ClientSession, store: Store
) -> tuple[list[CaseRegistry], ContactRegistry | None]:
    """The registries of the State; none where their settings are missing."""
    url, client = settings.registries_url, settings.registries_client_id
    if settings.registries_client_secret is None or not url or not client:
        return [], None
    secret = settings.registries_client_secret.get_secret_value()
    found = connect(url, client, secret, session=session, audit=StoredAudit(store.audits))
    return list(found.cases.values()), found.contacts


async def probe_registries(settings: Settings, session: aiohttp.ClientSession, store: Store) -> dict[str, str]:
    """Ask each registry something harmless: by name, what is wrong with it ('' is well)."""
    results = {}
    for registry in build_registries(settings, session, store)[0]:
        try:
            with audit_cause(CallCause(protocol="doctor")):
                await registry.changes("")
        except RegistryError as error:
            results[registry.name] = error.reason
        else:
            results[registry.name] = ""
    return results


def event_routes(settings: Settings, store: Store, metrics: Metrics, clock: Clock) -> list[web.RouteDef]:
    """Where registries post their events; nowhere, while no secret of theirs is set."""
    if settings.missing_for("events"):
        return []
    intake = EventIntake(
        reader=event_reader(settings.event_secrets(), clock, settings.own_event_secrets()),
        registries=list(VOCABULARIES),
        events=store.registry_events,
        metrics=metrics,
        clock=clock,
    )
    return intake.routes()


def case_recorder(store: Store, metrics: Metrics, listeners: Sequence[ChangeListener]) -> CaseRecorder:
    """``listeners`` are called with every change, in the commit that keeps it."""
    return CaseRecorder(citizens=store.citizens, cases=store.cases, metrics=metrics, listeners=listeners)


def registry_jobs(
    *,
    settings: Settings,
    store: Store,
    registries: Sequence[CaseRegistry],
    recorder: CaseRecorder,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy | None = None,
    appliers: Mapping[str, Applier] | None = None,
) -> list[Job]:
    """Polling, events and comparing. ``appliers``, by type, are for events that tell of something else than cases."""
    jobs: list[Job] = [
        CaseFeed(
            registry=registry,
            database=store.database,
            recorder=recorder,
            cursors=store.cursors,
            metrics=metrics,
            clock=runtime.clock,
            every=timedelta(seconds=settings.feed_seconds),
        )
        for registry in registries
    ]
    cases = case_applier(store, recorder, registries)
    jobs.append(
        EventsJob(
            events=store.registry_events,
            appliers={**dict.fromkeys(CASE_EVENTS, cases), **(appliers or {})},
            database=store.database,
            metrics=metrics,
            runtime=runtime,
            policy=policy or RetryPolicy(),
        )
    )
    if settings.reconcile_hours:
        jobs += [reconcile_job(settings, store, registry, recorder, metrics, runtime.clock) for registry in registries]
    if settings.case_check_days:
        jobs += [_check_job(settings, store, registry, recorder, runtime.clock) for registry in registries]
    return jobs


def _check_job(
    settings: Settings, store: Store, registry: CaseRegistry, recorder: CaseRecorder, clock: Clock
) -> CaseCheckJob:
    after = timedelta(days=settings.case_check_days)
    return CaseCheckJob(comparer=comparer(store, registry, recorder), cursors=store.cursors, clock=clock, after=after)


def case_applier(store: Store, recorder: CaseRecorder, registries: Sequence[CaseRegistry]) -> CaseApplier:
    """For the events that tell of cases."""
    by_name = {registry.name: registry for registry in registries}
    return CaseApplier(recorder=recorder, cases=store.cases, citizens=store.citizens, registries=by_name)


def reconcile_job(
    settings: Settings, store: Store, registry: CaseRegistry, recorder: CaseRecorder, metrics: Metrics, clock: Clock
) -> ReconcileJob:
    """Compares with this registry every so many hours."""
    return ReconcileJob(
        comparer=comparer(store, registry, recorder),
        runs=store.reconciliations,
        metrics=metrics,
        clock=clock,
        every=timedelta(hours=settings.reconcile_hours),
        pause=timedelta(seconds=settings.reconcile_pause_seconds),
    )


def comparer(store: Store, registry: CaseRegistry, recorder: CaseRecorder, *, reopening: bool = False) -> Comparer:
    """Compares our cases with this registry's."""
    return Comparer(
        registry=registry,
        database=store.database,
        cases=store.cases,
        citizens=store.citizens,
        recorder=recorder,
        reopening=reopening,
    )


def one_view(store: Store, registries: Sequence[CaseRegistry], clock: Clock) -> OneView:
    """A citizen's cases over all registries."""
    return OneView(registries, store.citizens, store.cases, store.cursors, clock)


async def read_event_depth(store: Store, metrics: Metrics, now: datetime) -> None:
    """Depth and age of the events' queue into the gauges."""
    waiting, dead, oldest = await store.registry_events.depth()
    metrics.dead_events.set(dead)
    metrics.depth.labels("events", "all", "all").set(waiting)
    age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    metrics.age.labels("events", "all", "all").set(age)
