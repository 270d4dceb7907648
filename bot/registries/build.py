"""What registries need of a worker and of the web side, put together. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from aiohttp import web

from bot.backoff import RetryPolicy
from bot.metrics import Metrics
from bot.registries.apply import EventsJob
from bot.registries.overview import OneView
from bot.registries.polling import CaseFeed
from bot.registries.reconcile import Comparer, ReconcileJob
from bot.registries.recorder import CaseRecorder, ChangeListener, nobody
from bot.registries.webhook import EventIntake
from bot.settings import Settings
from bot.store import Store
from bot.worker import Job
from casestore.cases.reconciliations import Reconciliations
from casestore.queues.registry_events import RegistryEventQueue
from connectors.connect import CASE_REGISTRIES, event_reader
from connectors.registry import CaseRegistry

Clock = Callable[[], datetime]


def event_routes(settings: Settings, store: Store, metrics: Metrics, clock: Clock) -> list[web.RouteDef]:
    """Where registries post their events; nowhere, while no secret of theirs is set."""
    secrets = settings.event_secrets()
    if not secrets:
        return []
    names = [words.registry for words in CASE_REGISTRIES]
    events = RegistryEventQueue(store.database, store.vault)
    return EventIntake(event_reader(secrets, clock), names, events, metrics, clock).routes()


def case_recorder(store: Store, metrics: Metrics, listener: ChangeListener = nobody) -> CaseRecorder:
    """``listener`` is told of every change, in the commit that keeps it."""
    return CaseRecorder(store.citizens, store.cases, metrics, listener)


def registry_jobs(
    settings: Settings,
    store: Store,
    registries: Sequence[CaseRegistry],
    metrics: Metrics,
    clock: Clock,
    random: Callable[[], float],
    new_claim: Callable[[], str],
    listener: ChangeListener = nobody,
    policy: RetryPolicy | None = None,
) -> list[Job]:
    """Polling, events and comparing."""
    recorder = case_recorder(store, metrics, listener)
    every, pause = timedelta(seconds=settings.feed_seconds), timedelta(seconds=settings.reconcile_pause_seconds)
    feed = (store.database, recorder, store.cursors, metrics, clock)
    jobs: list[Job] = [CaseFeed(registry, *feed, every=every) for registry in registries]
    events = RegistryEventQueue(store.database, store.vault)
    by_name = {registry.name: registry for registry in registries}
    parts = (events, recorder, store.cases, store.citizens, store.database, by_name, metrics)
    jobs.append(EventsJob(*parts, clock, random, new_claim, policy=policy or RetryPolicy()))
    runs = Reconciliations(store.database)
    rest = timedelta(hours=settings.reconcile_hours)
    for registry in registries if rest else ():
        jobs.append(ReconcileJob(comparer(store, registry, recorder), runs, metrics, clock, every=rest, pause=pause))
    return jobs


def comparer(store: Store, registry: CaseRegistry, recorder: CaseRecorder, *, reopening: bool = False) -> Comparer:
    """Compares our cases with this registry's."""
    return Comparer(registry, store.database, store.cases, store.citizens, recorder, reopening=reopening)


def one_view(store: Store, registries: Sequence[CaseRegistry], clock: Clock) -> OneView:
    """A citizen's cases over all registries."""
    return OneView(registries, store.citizens, store.cases, store.cursors, clock)


async def read_event_depth(store: Store, metrics: Metrics, now: datetime) -> None:
    """Depth and age of the events' queue into the gauges."""
    waiting, dead, oldest = await RegistryEventQueue(store.database, store.vault).depth()
    metrics.dead_events.set(dead)
    metrics.depth.labels("events", "all", "all").set(waiting)
    age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    metrics.age.labels("events", "all", "all").set(age)
