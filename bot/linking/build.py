"""Linking put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from pathlib import Path

import aiohttp
from aiohttp import web

from bot.channels.facts import SPOKEN
from bot.conversation.effects import Wording
from bot.conversation.links import OneTimeLinkSender
from bot.linking.completion import LoginCompletion
from bot.linking.effects import LinkingEffects
from bot.linking.routes import LinkPages
from bot.registries.audit import StoredAudit
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Store
from bot.web.browser import BrowserCookie
from bot.web.forms import FormGuard
from bot.web.pages import Pages
from connectors.login import Client, Login
from connectors.runtime import system_runtime
from dialogues.responses import phrases

BACK = "/link/back"
"""Where the login sends people back to, below PUBLIC_URL: to be registered with it."""


def linking_effects(settings: Settings, store: Store, wording: Wording, runtime: Runtime) -> LinkingEffects:
    """For a worker."""
    return LinkingEffects(
        store=store,
        link_sender=OneTimeLinkSender(store.transcript, store.outbox, wording),
        new_token=runtime.new_token,
        public_url=settings.public_url,
    )


def link_routes(
    settings: Settings, store: Store, session: aiohttp.ClientSession, runtime: Runtime
) -> list[web.RouteDef]:
    """For the web side; none while the State's login is not set up."""
    url, name, secret = settings.login_url, settings.login_client_id, settings.login_client_secret
    if not url or not name or secret is None:
        return []
    client = Client(name, secret.get_secret_value(), f"{settings.public_url}{BACK}")
    cookie = BrowserCookie(secure=settings.public_url.startswith("https://"))
    pages = LinkPages(
        links=store.login_links,
        completion=LoginCompletion(store=store, wording=phrases(SPOKEN), clock=runtime.clock),
        login=Login(url, client, session=session, audit=StoredAudit(store.audits), runtime=system_runtime()),
        pages=link_pages(url),
        cookie=cookie,
        forms=FormGuard(store.vault, cookie, "login-form"),
        new_token=runtime.new_token,
        clock=runtime.clock,
    )
    return pages.routes()


def link_pages(login_url: str) -> Pages:
    """The pages of linking; their form may lead to the State's login."""
    chats = {name: words.chat for name, words in SPOKEN.items()}
    return Pages(Path(__file__).parent / "pages", forms_to=login_url, values={"channels": chats})
