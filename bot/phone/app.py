"""The phone as an aiohttp application, and as a running server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from bot.phone import guard
from bot.phone.admin_routes import admin_routes
from bot.phone.context import Account
from bot.phone.page_routes import PageRoutes
from bot.phone.phone import Options, Phone
from bot.phone.provider_routes import provider_routes
from bot.phone.webhook_client import Addresses

CONNECTIONS = 100
"""Webhooks posted at once."""


@dataclass(frozen=True, slots=True)
class RunningPhone:
    """A phone and its own base URL."""

    phone: Phone
    url: str

    @property
    def viber_api_url(self) -> str:
        """For VIBER_API_URL."""
        return f"{self.url}/pa"

    @property
    def twilio_api_url(self) -> str:
        """For TWILIO_API_URL."""
        return self.url


def make_app(phone: Phone) -> web.Application:
    """Everything over HTTP. The phone is closed with the application."""
    app = web.Application(middlewares=[guard.from_this_machine])
    app.on_response_prepare.append(guard.as_it_says)
    app.add_routes(provider_routes(phone))
    app.add_routes(PageRoutes(phone).routes())
    app.add_routes(admin_routes(phone))

    async def close(_app: web.Application) -> None:
        await phone.close()

    app.on_shutdown.append(close)
    return app


@asynccontextmanager
async def running_phone(
    account: Account,
    addresses: Addresses,
    options: Options | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
) -> AsyncIterator[RunningPhone]:
    """The phone, served at ``host:port`` (0: any free port) until the block ends. Requests are not logged."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        phone = Phone(account, addresses, session, options)
        runner = web.AppRunner(make_app(phone), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            yield RunningPhone(phone, f"http://{host}:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()
