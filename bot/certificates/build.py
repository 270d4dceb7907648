"""Asking for certificates, put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from bot.backoff import DOCUMENT_ATTEMPTS, Backoff, RetryPolicy
from bot.certificates.asking import AskStep, StepContext
from bot.certificates.effects import CertificateEffects
from bot.certificates.events import TYPES, CertificateApplier
from bot.certificates.issuer import record
from bot.certificates.model import Issuer
from bot.certificates.notes import CertificateNotes
from bot.certificates.reads import StoreCertificates
from bot.certificates.routes import CertificateFiles
from bot.certificates.verify.build import GUESSES
from bot.conversation.effects import Wording
from bot.metrics import Metrics
from bot.registries.apply import Applier
from bot.runtime import Clock, Runtime
from bot.settings import Settings
from bot.store import Store
from bot.tasks import TasksJob
from bot.web.pages import TEMPLATES, Pages
from bot.web.throttle import Throttle
from bot.worker import Job
from casestore.certificates.lifecycle import Step
from connectors.registry import CaseRegistry
from dialogues.catalogue import load_catalogue

LOOKS = Backoff(first=600.0, most=43_200.0)
"""How often a registry is asked that will issue it later: in case its event was lost."""


def certificate_reads(store: Store, registries: Sequence[CaseRegistry], clock: Clock) -> StoreCertificates:
    """For a worker, and whoever loads the dialogue."""
    return StoreCertificates(
        store.certificate_requests,
        store.issued,
        store.revoked,
        load_catalogue(),
        [registry.name for registry in registries],
        guesses=Throttle(*GUESSES, clock),
        clock=clock,
    )


def certificate_effects(settings: Settings, store: Store, wording: Wording, runtime: Runtime) -> CertificateEffects:
    """For a worker."""
    notes = _notes(settings, store, wording, runtime)
    return CertificateEffects(store=store, catalogue=load_catalogue(), notes=notes, wording=wording)


def certificate_appliers(store: Store) -> Mapping[str, Applier]:
    """By the type of event."""
    return dict.fromkeys(TYPES, CertificateApplier(store.certificate_requests))


def certificates_job(
    *,
    settings: Settings,
    store: Store,
    registries: Sequence[CaseRegistry],
    issuer: Issuer,
    wording: Wording,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy,
) -> Job:
    """For a worker; ``issuer`` is closed by whoever made it. What waits is looked after until the watch ends it."""
    context = StepContext(
        store=store,
        registries={registry.name: registry for registry in registries},
        catalogue=load_catalogue(),
        issuer=issuer,
        record=record,
        notes=_notes(settings, store, wording, runtime),
        clock=runtime.clock,
    )
    return TasksJob(
        name="certificates",
        database=store.database,
        tasks=store.certificate_tasks,
        find=store.certificate_requests.find,
        steps={step: AskStep(context, step) for step in Step},
        again={Step.ASK: policy.document_again, Step.TOLD: policy.document_again, Step.LOOK: LOOKS},
        most={Step.ASK: DOCUMENT_ATTEMPTS, Step.TOLD: None, Step.LOOK: None},
        counter=metrics.certificates,
        runtime=runtime,
        lease=policy.send_lease,
    )


def certificate_routes(store: Store, metrics: Metrics, clock: Clock) -> list[web.RouteDef]:
    """For the web side."""
    files = CertificateFiles(
        store=store, catalogue=load_catalogue(), pages=Pages(TEMPLATES), metrics=metrics, clock=clock
    )
    return files.routes()


def _notes(settings: Settings, store: Store, wording: Wording, runtime: Runtime) -> CertificateNotes:
    return CertificateNotes(
        store=store,
        wording=wording,
        catalogue=load_catalogue(),
        new_token=runtime.new_token,
        public_url=settings.public_url,
    )
