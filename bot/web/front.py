"""The page at the root: for who opens the service's address and has no link of their own."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.web.pages import TEMPLATES, Pages, language_of
from dialogues.say import LocalizedText


class FrontPage:
    """``chats``: where the service can be written to, as citizens call it."""

    def __init__(self, chats: Sequence[LocalizedText]) -> None:
        self._pages = Pages(TEMPLATES)
        self._chats = chats

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        language = language_of(request)
        return self._pages.page("front", language, chats=[chat[language] for chat in self._chats])
