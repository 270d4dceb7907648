"""Linking put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.conversation.effects import Wording
from bot.conversation.links import OneTimeLinkSender
from bot.linking.completion import LoginCompletion
from bot.linking.effects import LinkingEffects
from bot.linking.routes import LinkPages
from bot.linking.verification import RegistryLinkVerifier
from bot.registries.audit import StoredAudit
from bot.settings import Settings
from bot.store import Store
from bot.web.browser import BrowserCookie
from bot.web.forms import FormGuard
from bot.web.pages import Pages
from casestore.people.login_links import LoginLinks
from connectors.login import Client, Login
from connectors.registry import ContactRegistry
from connectors.runtime import system_runtime
from dialogues.channels import CHANNELS
from dialogues.responses import phrases

Clock = Callable[[], datetime]
BACK = "/link/back"
"""Where the login sends people back to, below PUBLIC_URL: to be registered with it."""


def linking_effects(settings: Settings, store: Store, wording: Wording, draw: Callable[[], str]) -> LinkingEffects:
    """For a worker. ``draw`` gives fresh tokens."""
    links = LoginLinks(store.database, store.vault)
    link_sender = OneTimeLinkSender(store.transcript, store.outbox, wording)
    return LinkingEffects(store.links, store.codes, links, link_sender, store.audits, draw, settings.public_url)


def link_verifier(store: Store, contacts: ContactRegistry | None, clock: Clock) -> RegistryLinkVerifier:
    """For a worker."""
    return RegistryLinkVerifier(
        contacts,
        store.database,
        store.vault,
        store.conversations,
        store.citizens,
        store.links,
        store.audits,
        clock,
    )


def link_routes(
    settings: Settings, store: Store, session: aiohttp.ClientSession, draw: Callable[[], str], clock: Clock
) -> list[web.RouteDef]:
    """For the web side; none while the State's login is not set up."""
    url, name, secret = settings.login_url, settings.login_client_id, settings.login_client_secret
    if not url or not name or secret is None:
        return []
    client = Client(name, secret.get_secret_value(), f"{settings.public_url}{BACK}")
    login = Login(url, client, session=session, audit=StoredAudit(store.audits), runtime=system_runtime())
    links = LoginLinks(store.database, store.vault)
    parts = (store.codes, links, store.transcript, store.outbox, store.audits)
    completion = LoginCompletion(store.database, store.vault, *parts, phrases(), clock)
    cookie = BrowserCookie(secure=settings.public_url.startswith("https://"))
    forms = FormGuard(store.vault, cookie, "login-form")
    pages = link_pages(url)
    return LinkPages(links, completion, login, pages, cookie, forms, draw, clock).routes()


def link_pages(login_url: str) -> Pages:
    """The pages of linking; their form may lead to the State's login."""
    chats = {name: channel.chat for name, channel in CHANNELS.items()}
    return Pages(Path(__file__).parent / "pages", forms_to=login_url, values={"channels": chats})
