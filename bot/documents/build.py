"""Documents put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from bot.backoff import RetryPolicy
from bot.channels.port import Channel
from bot.conversation.effects import Wording
from bot.conversation.links import OneTimeLinkSender
from bot.documents.effects import DocumentEffects
from bot.documents.inspection import Inspector
from bot.documents.job import DocumentsJob, SweepJob
from bot.documents.judging import PaperJudgements
from bot.documents.notes import DocumentNotes
from bot.documents.reads import StoreDocuments
from bot.documents.resumable import ResumableUploads
from bot.documents.routes import UploadPages
from bot.documents.scanner import ClamdScanner
from bot.documents.steps import CheckStep, FetchStep, Look, Refuser
from bot.documents.submitting import SubmitStep
from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Store
from bot.web.pages import Pages
from bot.worker import Job
from casestore.documents.lifecycle import Step
from connectors.registry import CaseRegistry


def document_reads(store: Store) -> StoreDocuments:
    """For a worker, and whoever loads the dialogue."""
    return StoreDocuments(store.documents)


def document_effects(settings: Settings, store: Store, wording: Wording, runtime: Runtime) -> DocumentEffects:
    """For a worker."""
    return DocumentEffects(
        store=store,
        link_sender=OneTimeLinkSender(store.transcript, store.outbox, wording),
        new_token=runtime.new_token,
        public_url=settings.public_url,
    )


def paper_judgements(store: Store) -> PaperJudgements:
    """For whoever keeps changes of cases."""
    return PaperJudgements(store.documents)


def inspector(settings: Settings) -> Inspector:
    """For a worker and for the web side: each has its own children."""
    return Inspector(None if settings.scanner_url is None else ClamdScanner(settings.scanner_url))


def document_jobs(
    *,
    settings: Settings,
    store: Store,
    channels: Sequence[Channel],
    registries: Sequence[CaseRegistry],
    recorder: CaseRecorder,
    wording: Wording,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy,
    look: Look,
) -> list[Job]:
    """For a worker. ``look`` tells files that are certificates from those to be handed in."""
    looking, notes = inspector(settings), DocumentNotes(store, wording)
    refuser = Refuser(store.documents, notes)
    return [
        DocumentsJob(
            store=store,
            steps={
                Step.FETCH: FetchStep(
                    channels={channel.name: channel for channel in channels},
                    documents=store.documents,
                    tasks=store.document_tasks,
                    refuser=refuser,
                    notes=notes,
                    look=look,
                    clock=runtime.clock,
                ),
                Step.CHECK: CheckStep(inspector=looking, documents=store.documents, refuser=refuser, notes=notes),
                Step.SUBMIT: SubmitStep(
                    store=store,
                    registries={registry.name: registry for registry in registries},
                    recorder=recorder,
                    inspector=looking,
                    refuser=refuser,
                    notes=notes,
                ),
            },
            metrics=metrics,
            runtime=runtime,
            policy=policy,
        ),
        SweepJob(store, runtime.clock),
    ]


def upload_routes(settings: Settings, store: Store, metrics: Metrics, runtime: Runtime) -> list[web.RouteDef]:
    """For the web side."""
    pages = Pages(Path(__file__).parent / "pages", style="upload.css", script="upload.js")
    page = UploadPages(store=store, inspector=inspector(settings), pages=pages, metrics=metrics, clock=runtime.clock)
    return [*page.routes(), *ResumableUploads(store=store, runtime=runtime).routes()]
