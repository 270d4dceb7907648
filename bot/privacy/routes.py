"""The copy that a citizen asked for in a chat where they are proven, behind a link that works once.

    GET  /my-data/{token}   says what this is, with a button; changes nothing, for previews open links too
    POST /my-data/{token}   uses the link up: a page to read, with the same as a JSON file to keep;
                            JSON alone where the request accepts nothing else

A link that is unknown, used or expired, or whose citizen is no longer proven in that chat: all get the same words.
"""

from __future__ import annotations

import json
from datetime import datetime

from aiohttp import web

from bot.privacy.effects import PATH
from bot.privacy.words import GONE
from bot.runtime import Clock
from bot.store import Store
from bot.web.one_time import token_of
from bot.web.pages import Pages, language_of

FILE = "my-data.json"


class MyDataPages:
    """One citizen's copy to whoever holds the link, once."""

    def __init__(self, *, store: Store, pages: Pages, clock: Clock) -> None:
        self._store = store
        self._pages = pages
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{token}}", self.show), web.post(f"{PATH}/{{token}}", self.give)]

    async def show(self, request: web.Request) -> web.Response:
        if not await self._store.copies.open(token_of(request), self._clock()):
            return self._sorry(request)
        return self._pages.page("open", language_of(request))

    async def give(self, request: web.Request) -> web.Response:
        now = self._clock()
        citizen = await self._use(token_of(request), now)
        if citizen is None:
            return self._sorry(request)
        held = await self._store.holdings.copy(citizen)
        text = json.dumps({"made_at": now.isoformat(), **held}, ensure_ascii=False, indent=2)
        if request.headers.get("Accept", "").startswith("application/json"):
            file = {"Content-Disposition": f'attachment; filename="{FILE}"'}
            return web.Response(text=text, content_type="application/json", headers={**self._pages.headers, **file})
        return self._pages.page("copy", language_of(request), held=held, made_at=now, text=text, file=FILE)

    async def _use(self, token: str, now: datetime) -> int | None:
        async with self._store.database.write() as connection:
            citizen = await self._store.copies.use(connection, token, now)
            if citizen is not None:
                await self._store.audits.note(connection, "copy.given", "page", now)
        return citizen

    def _sorry(self, request: web.Request) -> web.Response:
        return self._pages.sorry(GONE, language_of(request))
