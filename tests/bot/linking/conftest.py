"""The service with the sandbox's login behind it, and browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
from sqlalchemy import ColumnElement, Table, func, select

from casestore.people.login_links import LoginLinks
from connectors.sandbox.app import Pairs, make_app
from connectors.sandbox.faults import FAULTS, Faults
from connectors.sandbox.seed import seeded
from tests.browser import Browser, Page
from tests.clock import FakeClock
from tests.connectors.sandbox import served
from tests.fakes.dialogue import EchoDialogue
from tests.harness import PUBLIC_URL, System, login_at, running_system

ANNA, VASILIS = "123456783", "090000045"
CHAT, TOKEN = "chat-of-anna", "token-of-32-characters-and-so-on"
LINK = f"{PUBLIC_URL}/link/{TOKEN}"


@dataclass(slots=True)
class PagesHarness:
    """The service, the State behind it, and browsers."""

    system: System
    session: aiohttp.ClientSession
    faults: Faults

    def browser(self) -> Browser:
        return Browser(self.session, self.system.url)

    async def issue(self, token: str = TOKEN, chat: str = CHAT, language: str = "el") -> int:
        """A link for a chat; the chat's conversation."""
        store, now = self.system.store, self.system.clock()
        known = await store.conversations.at("viber", chat, now)
        async with store.database.write() as connection:
            await store.conversations.set_language(connection, known.id, language)
            assert await LoginLinks(store.database, store.vault).issue(connection, known.id, token, now)
        return known.id

    async def count(self, table: Table, *where: ColumnElement[bool]) -> int:
        async with self.system.store.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    async def proves(self, conversation: int, code: str) -> bool:
        found = await self.system.store.codes.check(conversation, code, self.system.clock())
        return found is not None and found.right


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[PagesHarness]:
    clock = FakeClock()
    state = make_app(seeded(clock), pairs=Pairs(redirects=(f"{PUBLIC_URL}/link/back",)))
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(state))
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        running = running_system(database_url, EchoDialogue(), clock=clock, **login_at(url))
        yield PagesHarness(await stack.enter_async_context(running), session, state[FAULTS])


def says(page: Page, status: int, words: str) -> bool:
    return page.status == status and words in page.text
