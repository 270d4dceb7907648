"""The counter's web side on a real port, asked as providers and passers-by ask it, and a look at what it kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import func, select, text
from yarl import URL

from bot.app import build_channels, http_session, make_server
from bot.messaging.intake import Intake
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.store import Store, open_store
from bot.web.server import make_app, make_runner
from bot.web.signed import MAX_BODY, Limits
from casestore.columns import metadata
from casestore.tables import inbox, receipts
from tests.channels.webhooks import Webhook, signed
from tests.clock import FakeClock
from tests.harness import PUBLIC_URL, WELCOME, settings_for
from tests.logbook import Logbook, logging_to_book

OWN_NUMBER = "+306900000000"  # the one the table's messages were sent to


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: Any


@dataclass(frozen=True)
class Service:
    url: str
    store: Store
    session: aiohttp.ClientSession
    book: Logbook
    clock: FakeClock

    async def post(self, entry: Webhook) -> Answer:
        """Post this entry, signed as it says."""
        target, headers, body = signed(entry)
        return await self.ask("POST", target, headers=headers, data=body)

    async def ask(self, method: str, target: str, **more: Any) -> Answer:
        url = URL(self.url + target, encoded=True)
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            body = await response.read()
            return Answer(response.status, response.content_type, body, response.headers)

    async def speak(self, request: bytes, *, hang_up: bool = False) -> bytes:
        """Write these bytes to the port; the first line that comes back, or nothing when we hang up after the last."""
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(self.url).port)
        try:
            writer.write(request)
            await writer.drain()
            if hang_up:
                writer.write_eof()
                return await reader.read()
            return await reader.readline()
        finally:
            writer.close()
            await writer.wait_closed()

    async def talk(self, request: bytes) -> bytes:
        """Write these bytes to the port; all that comes back until it is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", URL(self.url).port)
        try:
            writer.write(request)
            return await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()

    async def kept(self) -> tuple[int, int]:
        """How many rows the inbox and the spool of receipts hold."""
        async with self.store.database.read() as connection:
            counts = [await connection.scalar(select(func.count()).select_from(table)) for table in (inbox, receipts)]
        return int(counts[0] or 0), int(counts[1] or 0)

    async def dump(self) -> bytes:
        """Every value of every row of every table, as bytes; texts as UTF-8."""
        found = []
        async with self.store.database.read() as connection:
            for table in metadata.sorted_tables:
                for row in await connection.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608 (our own tables)
                    found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
        return b"\0".join(found)


@asynccontextmanager
async def counting(database_url: str, *, limits: Limits | None = None, **more: Any) -> AsyncIterator[Service]:
    """The counter with all channels on. With ``limits`` its webhooks alone, under these."""
    settings, clock = settings_for(database_url, twilio_from=OWN_NUMBER, **more), FakeClock()
    async with AsyncExitStack() as stack:
        book = stack.enter_context(logging_to_book(secrets=settings.all_secrets()))
        store = await stack.enter_async_context(open_store(settings, migrating=True))
        session = await stack.enter_async_context(http_session())
        if limits is None:
            app = await stack.enter_async_context(make_server(settings, WELCOME, Runtime(clock=clock)))
        else:
            channels = build_channels(settings, session, WELCOME)
            intake = Intake(
                channels=channels, store=store, metrics=Metrics(), clock=clock, public_url=PUBLIC_URL, limits=limits
            )
            app = make_app(intake.routes(), max_body=MAX_BODY)
        runner = await make_runner(app, shutdown_timeout=1.0, clock=clock)
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Service(f"http://127.0.0.1:{runner.addresses[0][1]}", store, session, book, clock)
