"""What an approver is shown: how many people, on which channels, in how many parts, at what price, with three samples.

It is made once, when the notice is planned, from the same decisions that are made when it is sent.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.facts import CHANNELS
from bot.notices.mass.maker import MassMaker
from bot.notices.mass.text import MassText
from bot.store import Store
from casestore.broadcasts.model import Broadcast, Member, Role
from casestore.people.preferences import Deliver

PAGE = 1000
SAMPLES = 3


@dataclass(slots=True)
class Preview:
    """``channels``: by channel people, parts, and what these cost in euros. ``unsent``: by reason, who is not told as
    things stand. ``most``: what it costs at most, were everything that is not an SMS told by one as well."""

    people: int = 0
    channels: dict[str, dict[str, float]] = field(default_factory=dict)
    languages: Counter[str] = field(default_factory=Counter)
    unsent: Counter[str] = field(default_factory=Counter)
    held: int = 0
    most: float = 0.0
    samples: list[dict[str, str]] = field(default_factory=list)

    def encode(self) -> str:
        """As it is kept."""
        return json.dumps({name: getattr(self, name) for name in self.__dataclass_fields__}, ensure_ascii=False)


class Previewer:
    """Over one store."""

    def __init__(self, *, store: Store, maker: MassMaker, text: MassText, prices: Mapping[str, float]) -> None:
        """``prices`` of a part, in euros, by channel."""
        self._store = store
        self._maker = maker
        self._text = text
        self._price = prices

    async def make(self, broadcast: Broadcast, now: datetime) -> Preview:
        """Looks at everybody, a page at a time."""
        preview, after = Preview(), 0
        while True:
            async with self._store.database.read() as connection:
                page = await self._store.broadcast_members.page(connection, broadcast.id, after, PAGE)
                if not page:
                    return preview
                await self._look(connection, broadcast, page, preview, now)
            after = page[-1].id

    async def _look(
        self, connection: AsyncConnection, broadcast: Broadcast, page: list[Member], preview: Preview, now: datetime
    ) -> None:
        texts = (await self._store.broadcasts.texts(connection, broadcast.id))[Role.NOTICE]
        routes = await self._maker.routes(connection, broadcast.category, page, now)
        points = [to.point.id for to in routes.values() if isinstance(to, Deliver)]
        talks = await self._store.conversations.talks_at(connection, points)
        told = await self._store.notice_sends.told_at(connection, points)
        preview.people += len(page)
        for member in page:
            to = routes[member.id]
            if not isinstance(to, Deliver):
                preview.unsent[to.reason] += 1
                continue
            talk = talks.get(to.point.id)
            language, first = talk.language if talk else "el", to.point.id not in told
            preview.held += to.at > now
            self._count(preview, texts, to.point.channel, language, first=first)
            if len(preview.samples) < SAMPLES:
                address = (await self._store.notice_sends.addresses_of(connection, [to.point.id]))[to.point.id]
                message = self._text.compose(texts, language, to.point.channel, first=first)
                sample = {"to": masked(address), "channel": to.point.channel, "language": language}
                preview.samples.append(sample | {"text": _shown(to.point.channel, message)})

    def _count(self, preview: Preview, texts: Any, channel: str, language: str, *, first: bool) -> None:
        parts = self._text.parts(texts, language, channel, first=first)
        of = preview.channels.setdefault(channel, {"people": 0, "parts": 0, "price": 0.0})
        of["people"] += 1
        of["parts"] += parts
        of["price"] = round(of["parts"] * self._price[channel], 4)
        preview.languages[language] += 1
        costly = max(self._price, key=lambda name: self._price[name])
        parts = self._text.parts(texts, language, costly, first=True)
        preview.most = round(preview.most + parts * self._price[costly], 4)


def masked(address: str) -> str:
    """Enough to know that it is somebody, and not who: the last two signs."""
    return f"{address[:3] if address.startswith('+') else ''}…{address[-2:]}"


def _shown(channel: str, message: Any) -> str:
    """As it goes out there."""
    return "" if message is None else CHANNELS[channel].compose(message.reply)[0].text
