"""Privacy put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.conversation.effects import Wording
from bot.conversation.links import OneTimeLinkSender
from bot.metrics import Metrics
from bot.privacy.effects import PrivacyEffects
from bot.privacy.reads import StorePrivacy
from bot.privacy.render import copy_pages
from bot.privacy.retention import RetentionJob
from bot.privacy.routes import MyDataPages
from bot.settings import Settings
from bot.store import Store
from casestore.people.preferences import Preferences
from casestore.rights.copy_links import Copies
from casestore.rights.erasure import Erasure
from casestore.rights.holdings import Holdings
from casestore.rights.purge import Purger
from dialogues.catalogue import load_catalogue
from dialogues.channels import PREFERENCES

Clock = Callable[[], datetime]


def privacy_reads(store: Store) -> StorePrivacy:
    """For a worker, and whoever loads the dialogue."""
    return StorePrivacy(store.database, store.vault, store.conversations, store.consents)


def privacy_effects(settings: Settings, store: Store, wording: Wording, draw: Callable[[], str]) -> PrivacyEffects:
    """For a worker. ``draw`` gives fresh tokens."""
    preferences, copies = Preferences(store.database, PREFERENCES), Copies(store.database, store.vault)
    erasure = Erasure(store.database, store.audits)
    link_sender = OneTimeLinkSender(store.transcript, store.outbox, wording)
    return PrivacyEffects(preferences, copies, erasure, link_sender, store.audits, draw, settings.public_url)


def my_data_routes(store: Store, clock: Clock) -> list[web.RouteDef]:
    """For the web side."""
    copies, holdings = Copies(store.database, store.vault), Holdings(store.database, store.vault)
    return MyDataPages(store.database, copies, holdings, store.audits, copy_pages(load_catalogue()), clock).routes()


def retention_job(store: Store, metrics: Metrics, clock: Clock) -> RetentionJob:
    """For a worker."""
    return RetentionJob(Purger(store.database), metrics, clock)
