"""Verification put together from the service's parts. Called by the composition root and the commands alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.certificates.seal.files import PUBLISHED
from bot.certificates.verify.checker import Checker, FileReader
from bot.certificates.verify.routes import VerifyPages
from bot.certificates.verify.words import explained, facts_of, told_of
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.settings import Settings
from bot.store import Store
from bot.web.pages import Pages
from bot.web.throttle import Rate, Throttle

GUESSES = Rate(burst=20, per_minute=6), Rate(burst=600, per_minute=600)
"""Codes that lead nowhere: of one address, and of all."""
FILES = Rate(burst=10, per_minute=10), Rate(burst=60, per_minute=60)
"""Files that must be opened; a child takes a second of a core."""


def published(settings: Settings) -> tuple[Path, ...]:
    """The certificates that are trusted: those of the settings, or of the demo's authority."""
    if settings.is_sample:
        return (settings.authority_folder / PUBLISHED,)
    named = (settings.seal_chain, settings.seal_cert, settings.qr_cert)
    return tuple(Path(one) for one in named if one is not None)


def checker(settings: Settings, store: Store, clock: Clock) -> Checker:
    """For the web side, and for a chat to which somebody sends a certificate."""
    return Checker(store.issued, FileReader(published(settings), clock, settings.public_url), clock)


def verify_routes(settings: Settings, store: Store, metrics: Metrics, clock: Clock) -> list[web.RouteDef]:
    """For the web side."""
    return verify_pages(settings, store, metrics, clock).routes()


def verify_pages(settings: Settings, store: Store, metrics: Metrics, clock: Clock) -> VerifyPages:
    filters: Mapping[str, Callable[..., Any]] = {"told": told_of, "facts": facts_of, "explained": explained}
    pages = Pages(
        Path(__file__).parent / "pages",
        style="verify.css",
        values={"sample": settings.is_sample},
        filters=filters,
    )
    return VerifyPages(
        checker=checker(settings, store, clock),
        pages=pages,
        metrics=metrics,
        guesses=Throttle(*GUESSES, clock),
        files=Throttle(*FILES, clock),
        proxies=[ip_network(one) for one in settings.proxy_networks()],
    )
