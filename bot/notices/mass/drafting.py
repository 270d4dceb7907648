"""Planning a mass notice: its words are held to their limits, and everybody whom it is for is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from bot.channels.facts import CHANNELS
from bot.notices.mass.audience import Audience, Entries
from bot.notices.mass.preview import Previewer
from bot.notices.mass.text import MassText, Texts, words_key
from bot.notices.policy import Policy
from bot.runtime import Clock
from bot.store import Store
from casestore.broadcasts.model import Broadcast, BroadcastState

EQUAL_WITHIN = timedelta(days=1)
PAGE = 1000
MOST_TITLE, MOST_REASON = 120, 300
CATEGORIES = ("mass", "alert")


class Refused(Exception):
    """It is not done; says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an author wants told, and to whom. ``repeats``: why again, where the same was said within a day."""

    title: str
    texts: Texts
    audience: Audience
    category: str = "mass"
    repeats: str | None = None


class Drafting:
    """Over one store. ``channels``: those that are on; with none it is training, and nothing is ever sent."""

    def __init__(
        self,
        *,
        store: Store,
        previewer: Previewer,
        policy: Policy,
        text: MassText,
        clock: Clock,
        channels: Sequence[str],
    ) -> None:
        self._store = store
        self._previewer = previewer
        self._policy = policy
        self._text = text
        self._clock = clock
        self._channels = channels

    async def plan(self, draft: Draft, operator: str) -> Broadcast:
        """Write down what is told and everybody to whom. Raises :class:`Refused`."""
        now = self._clock()
        self._check(draft)
        key = words_key(draft.texts)
        async with self._store.database.write() as connection:
            same = await self._store.broadcasts.with_words(connection, key, now - EQUAL_WITHIN)
            if same and draft.repeats is None:
                raise Refused(f"number {same[-1].id} says the same and is less than a day old: say why with --reason")
            broadcast_id = await self._store.broadcasts.begin(
                connection,
                draft.texts,
                title=draft.title,
                category=draft.category,
                audience=draft.audience.described(),
                words_key=key,
                repeats=draft.repeats,
                training=not self._channels,
                author=operator,
                created_at=now,
            )
        await self._write_down(broadcast_id, draft.audience, now)
        return await self._previewed(broadcast_id, operator, now)

    def _check(self, draft: Draft) -> None:
        if not 0 < len(draft.title) <= MOST_TITLE or not draft.title.isprintable():
            raise Refused(f"a title has 1 to {MOST_TITLE} characters")
        if draft.repeats is not None and not 0 < len(draft.repeats) <= MOST_REASON:
            raise Refused(f"a reason has 1 to {MOST_REASON} characters")
        if draft.category not in CATEGORIES:
            raise Refused(f"categories are {', '.join(CATEGORIES)}")
        if self._policy.categories[draft.category].urgent and not draft.audience.is_of(self._policy.alerts_of):
            allowed = ", ".join(sorted(self._policy.alerts_of))
            raise Refused(f"an alert goes only to people with cases of: {allowed}; say registry=... in each condition")
        for said in draft.texts.values():
            for language in said:
                for channel in CHANNELS:
                    self._text.parts(said, language, channel, first=True)

    async def _write_down(self, broadcast_id: int, audience: Audience, now: datetime) -> None:
        members = self._store.broadcast_members
        for cases in audience.cases:
            async with self._store.database.write() as connection:
                await members.add_of_cases(connection, broadcast_id, cases, now)
        for _, entries in audience.lists:
            await self._write_down_list(broadcast_id, entries, now)

    async def _write_down_list(self, broadcast_id: int, entries: Entries, now: datetime) -> None:
        members = self._store.broadcast_members
        lookups: list[tuple[Iterable[str], Callable[..., Any]]] = [
            (sorted(entries.keys), members.by_afm_key),
            (sorted(entries.afms), members.by_afm),
            (sorted(entries.mobiles), members.by_mobile),
        ]
        for values, look_up in lookups:
            for page in _pages(values):
                found = await look_up(page)
                unknown = ["nobody-on-record"] * (len(page) - len(found))
                async with self._store.database.write() as connection:
                    await members.add(connection, broadcast_id, found.values(), now)
                    await members.add_impossible(connection, broadcast_id, unknown, now)
        for page in _pages(["unreadable"] * entries.bad):
            async with self._store.database.write() as connection:
                await members.add_impossible(connection, broadcast_id, page, now)

    async def _previewed(self, broadcast_id: int, operator: str, now: datetime) -> Broadcast:
        broadcasts = self._store.broadcasts
        async with self._store.database.read() as connection:
            people = await self._store.broadcast_members.count(connection, broadcast_id)
            planning = await broadcasts.get(connection, broadcast_id)
        if planning is None or not people:
            raise Refused("it is for nobody: nobody on record fits")
        preview = await self._previewer.make(planning, now)
        async with self._store.database.write() as connection:
            values = {"people": people, "preview": preview.encode()}
            planned = await broadcasts.move(connection, broadcast_id, BroadcastState.PLANNED, **values)
            detail = f"{broadcast_id} people={people}"
            await self._store.audits.note(connection, "broadcast.planned", detail, now, actor=operator)
        return planned or planning


def _pages(values: Iterable[str]) -> Iterator[list[str]]:
    ahead = iter(values)
    while page := list(islice(ahead, PAGE)):
        yield page
