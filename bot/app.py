"""The composition root: puts the service together. What concerns one feature is put together in its ``build.py``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
from aiohttp import web

from bot.backoff import RetryPolicy
from bot.certificates.build import (
    certificate_appliers,
    certificate_effects,
    certificate_reads,
    certificate_routes,
    certificates_job,
)
from bot.certificates.chat.build import chat_checker, check_effects, checks_job
from bot.certificates.model import Issuer
from bot.certificates.revoking import Revoking
from bot.certificates.verify.build import verify_routes
from bot.channels.facts import CHANNELS, SPOKEN
from bot.channels.port import Channel
from bot.console.build import asking_for_calls, calls_job, console, takeover_job
from bot.conversation.arranged import arranged_hours
from bot.conversation.budget import Budgets
from bot.conversation.effects import SMS, Effects
from bot.conversation.queueing import QueueNews
from bot.conversation.reads import StoreReads
from bot.conversation.turn_handler import Dialogue, TurnHandler
from bot.documents.build import (
    document_effects,
    document_jobs,
    document_reads,
    paper_judgements,
    upload_routes,
)
from bot.linking.build import link_routes, linking_effects
from bot.linking.verification import RegistryLinkVerifier
from bot.messaging.inbox import InboxJob
from bot.messaging.intake import Intake
from bot.messaging.outbox import OutboxJob
from bot.messaging.receipts import ReceiptsJob
from bot.messaging.spend import SpendJob
from bot.metrics import Metrics
from bot.notices.build import announcer, notice_parts, revocation_news, timetable
from bot.notices.gate import NoticeGate
from bot.privacy.build import my_data_routes, privacy_effects, privacy_reads, retention_job
from bot.registries.build import case_recorder, event_routes, one_view, read_event_depth, registry_jobs
from bot.registries.contacts import ContactFeed
from bot.registries.recorder import CaseRecorder, ChangeListener
from bot.runtime import Clock, Runtime, utc_now
from bot.settings import Settings
from bot.store import Store, open_store
from bot.watch.build import watch_job
from bot.web.front import FrontPage
from bot.web.server import METRICS, Depths, Health, make_app
from bot.web.signed import MAX_BODY
from bot.worker import Job
from casestore.migrate import is_current
from casestore.queues.outbox import Kind
from connectors.registry import CaseRegistry, ContactRegistry
from dialogues.turn import Reply


def build_channels(settings: Settings, session: aiohttp.ClientSession, welcome: Mapping[str, Reply]) -> list[Channel]:
    """The channels whose credentials are set."""
    return [facts.build(settings, session, welcome) for facts in CHANNELS.values() if not facts.missing(settings)]


def http_session() -> aiohttp.ClientSession:
    """One session for all calls out, with room for many sends at once; each call sets its own deadline."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=512, keepalive_timeout=30))


@asynccontextmanager
async def make_server(
    settings: Settings, welcome: Mapping[str, Reply], runtime: Runtime | None = None, extra: Sequence[web.RouteDef] = ()
) -> AsyncIterator[web.Application]:
    """The web service: webhooks, health and metrics."""
    runtime = runtime or Runtime()
    metrics = Metrics()
    async with open_store(settings) as store, http_session() as session:
        channels = build_channels(settings, session, welcome)
        intake = Intake(
            channels=channels, store=store, metrics=metrics, clock=runtime.clock, public_url=settings.public_url
        )
        events = event_routes(settings, store, metrics, runtime.clock)
        depths = Depths(lambda: read_depths(store, metrics, runtime.clock), runtime.clock)
        health = Health({"store": lambda: is_current(store.database)}, metrics, depths)
        links = link_routes(settings, store, session, runtime)
        links += my_data_routes(store, runtime.clock)
        links += upload_routes(settings, store, metrics, runtime)
        links += certificate_routes(store, metrics, runtime.clock)
        links += verify_routes(settings, store, metrics, runtime.clock)
        links += FrontPage([SPOKEN[channel.name].title for channel in channels]).routes()
        revoking = Revoking(store, revocation_news(settings, store), runtime.clock)
        desk = console(settings, store, runtime.clock, revoking)
        routes = [*intake.routes(), *events, *health.routes(), *links, *desk.routes, *extra]
        app = make_app(routes, max_body=MAX_BODY)
        app[METRICS] = metrics
        app.on_shutdown.append(lambda _: desk.hub.close())
        try:
            yield app
        finally:
            await desk.hub.close()


async def read_depths(store: Store, metrics: Metrics, clock: Callable[[], datetime]) -> None:
    """Queue depths and ages into the gauges."""
    now = clock()
    waiting, dead, oldest = await store.inbox.depth()
    metrics.dead.set(dead)
    metrics.depth.clear()
    metrics.age.clear()
    metrics.depth.labels("inbox", "all", "all").set(waiting)
    metrics.age.labels("inbox", "all", "all").set(_age(oldest, now))
    await read_event_depth(store, metrics, now)
    for name, tasks in (("documents", store.document_tasks), ("certificates", store.certificate_tasks)):
        waiting, _, first = await tasks.depth()
        metrics.depth.labels(name, "all", "all").set(waiting)
        metrics.age.labels(name, "all", "all").set(_age(first, now))
    for channel, priority, count, due in await store.results.depth():
        metrics.depth.labels("outbox", channel, str(priority)).set(count)
        metrics.age.labels("outbox", channel, str(priority)).set(_age(due, now))


def change_listeners(settings: Settings, store: Store, clock: Clock) -> tuple[ChangeListener, ...]:
    """Who is called with every change of a case, by whichever way it came."""
    return (paper_judgements(store), announcer(settings, store, clock), timetable(settings, store, clock))


def build_recorder(settings: Settings, store: Store, metrics: Metrics, clock: Clock = utc_now) -> CaseRecorder:
    """What keeps the changes of cases, for whoever brings them: the worker's jobs and the commands."""
    return case_recorder(store, metrics, change_listeners(settings, store, clock))


def build_reads(
    settings: Settings,
    store: Store,
    registries: tuple[Sequence[CaseRegistry], ContactRegistry | None],
    runtime: Runtime,
) -> StoreReads:
    """What the dialogue may read."""
    privacy = privacy_reads(store, default=settings.notices_default == "on")
    view = one_view(store, registries[0], runtime.clock)
    documents, certificates = document_reads(store), certificate_reads(store, registries[0], runtime.clock)
    return StoreReads(view, store.codes, registries[1], privacy, documents, certificates)


def _build_turn_handler(
    settings: Settings,
    store: Store,
    channels: Sequence[Channel],
    contacts: ContactRegistry | None,
    dialogue: Dialogue,
    metrics: Metrics,
    runtime: Runtime,
) -> TurnHandler:
    effects = Effects(
        store=store,
        wording=dialogue,
        new_code=runtime.new_code,
        sms_on=SMS in {channel.name for channel in channels},
        more={
            **linking_effects(settings, store, dialogue, runtime).table,
            **privacy_effects(settings, store, dialogue, runtime).table,
            **document_effects(settings, store, dialogue, runtime).table,
            **certificate_effects(settings, store, dialogue, runtime).table,
            **check_effects(store).table,
            **asking_for_calls(settings, store, dialogue).table,
        },
        queue=QueueNews(store, arranged_hours(settings.staff_hours)),
    )
    return TurnHandler(
        store=store,
        effects=effects,
        dialogue=dialogue,
        metrics=metrics,
        clock=runtime.clock,
        verifier=RegistryLinkVerifier(contacts=contacts, store=store, clock=runtime.clock),
        login=not settings.missing_for("login"),
        budgets=Budgets.of(
            settings,
            store.spending,
            CHANNELS,
            minute=settings.budget_messages_per_minute,
            day=settings.budget_messages_per_day,
        ),
    )


def build_jobs(
    settings: Settings,
    store: Store,
    channels: Sequence[Channel],
    registries: tuple[Sequence[CaseRegistry], ContactRegistry | None],
    dialogue: Dialogue,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy | None = None,
    *,
    issuer: Issuer,
) -> list[Job]:
    """What a worker does, in the order of a message's way. ``issuer`` makes the papers of certificates."""
    policy = policy or RetryPolicy()
    notices = notice_parts(settings, store, registries[1], runtime.clock)
    turn_handler = _build_turn_handler(settings, store, channels, registries[1], dialogue, metrics, runtime)
    recorder = build_recorder(settings, store, metrics, runtime.clock)
    jobs: list[Job] = [
        InboxJob(
            channel=channel, inbox=store.inbox, handler=turn_handler, metrics=metrics, runtime=runtime, policy=policy
        )
        for channel in CHANNELS  # each by itself: what comes in on one holds up no other
    ]
    jobs += _sending_jobs(settings, store, channels, notices.gate, metrics, runtime, policy)
    jobs += [ReceiptsJob(store.receipts, metrics, runtime.clock), notices.job, notices.timekeeping, notices.mass]
    jobs.append(retention_job(store, metrics, runtime.clock))
    jobs.append(takeover_job(settings, store, dialogue, metrics, runtime.clock))
    sms_on = SMS in {channel.name for channel in channels}
    jobs.append(calls_job(settings, store, registries[1], dialogue, runtime, sms_on=sms_on))
    jobs.append(watch_job(settings, store, [one.name for one in registries[0]], metrics, runtime.clock))
    checker = chat_checker(settings, store, runtime.clock)
    jobs += document_jobs(
        settings=settings,
        store=store,
        channels=channels,
        registries=registries[0],
        recorder=recorder,
        wording=dialogue,
        metrics=metrics,
        runtime=runtime,
        policy=policy,
        look=checker,
    )
    jobs.append(
        checks_job(store=store, channels=channels, checker=checker, metrics=metrics, runtime=runtime, policy=policy)
    )
    jobs.append(
        certificates_job(
            settings=settings,
            store=store,
            registries=registries[0],
            issuer=issuer,
            wording=dialogue,
            metrics=metrics,
            runtime=runtime,
            policy=policy,
        )
    )
    jobs += registry_jobs(
        settings=settings,
        store=store,
        registries=registries[0],
        recorder=recorder,
        metrics=metrics,
        runtime=runtime,
        policy=policy,
        appliers=certificate_appliers(store),
    )
    feeds = [] if registries[1] is None else [ContactFeed(contacts=registries[1], store=store, clock=runtime.clock)]
    return [*jobs, *feeds]


def _sending_jobs(
    settings: Settings,
    store: Store,
    channels: Sequence[Channel],
    gate: NoticeGate,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy,
) -> list[Job]:
    """What sends on each channel, and what watches the spending."""
    billing = {channel.name: CHANNELS[channel.name].billing(settings) for channel in channels}
    jobs: list[Job] = [
        OutboxJob(
            channel=channel,
            outbox=store.outbox,
            results=store.results,
            metrics=metrics,
            runtime=runtime,
            policy=policy,
            price=billing[channel.name].price,
            gates={Kind.CASE: gate},
        )
        for channel in channels
    ]
    alarms = {name: bill.alarm for name, bill in billing.items()}
    return [*jobs, SpendJob(spending=store.spending, alarms=alarms, metrics=metrics, clock=runtime.clock)]


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
