"""Privacy put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from aiohttp import web

from bot.conversation.effects import Wording
from bot.conversation.links import OneTimeLinkSender
from bot.metrics import Metrics
from bot.privacy.effects import PrivacyEffects
from bot.privacy.reads import StorePrivacy
from bot.privacy.render import copy_pages
from bot.privacy.retention import RetentionJob
from bot.privacy.routes import MyDataPages
from bot.runtime import Clock, Runtime
from bot.settings import Settings
from bot.store import Store
from dialogues.catalogue import load_catalogue


def privacy_reads(store: Store, *, default: bool = False) -> StorePrivacy:
    """For a worker, and whoever loads the dialogue. ``default``: news of cases is told without being asked for."""
    return StorePrivacy(store, default=default)


def privacy_effects(settings: Settings, store: Store, wording: Wording, runtime: Runtime) -> PrivacyEffects:
    """For a worker."""
    return PrivacyEffects(
        store=store,
        link_sender=OneTimeLinkSender(store.transcript, store.outbox, wording),
        new_token=runtime.new_token,
        public_url=settings.public_url,
    )


def my_data_routes(store: Store, clock: Clock) -> list[web.RouteDef]:
    """For the web side."""
    return MyDataPages(store=store, pages=copy_pages(load_catalogue()), clock=clock).routes()


def retention_job(store: Store, metrics: Metrics, clock: Clock) -> RetentionJob:
    """For a worker."""
    return RetentionJob(store=store, metrics=metrics, clock=clock)
