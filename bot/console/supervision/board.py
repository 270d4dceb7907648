"""How things stand now: the numbers of the board, and the rows that each of them counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.console.desks import Desks
from bot.conversation.arranged import Arranged
from bot.conversation.hours import Hours
from bot.runtime import Clock
from bot.store import Store
from casestore.reports.figures import NOTICES, at_most
from casestore.reports.lists import MOST, NUMBERED
from casestore.reports.periods import today
from casestore.staff.model import Right
from casestore.watch.states import MOVING

STUCK = "stuck"
LISTS = (*NUMBERED, STUCK)


class Board:
    """One reading at a time for all who look; whoever asks gets one that began after they asked."""

    def __init__(self, store: Store, hours: Arranged[Hours], desks: Arranged[Desks], clock: Clock) -> None:
        self._store = store
        self._hours = hours
        self._desks = desks
        self._clock = clock
        self._reading = asyncio.Lock()
        self._begun = -1.0
        self._read: dict[str, Any] = {}

    async def now(self) -> Mapping[str, Any]:
        """All of it. Field names are a protocol: docs/console.md."""
        loop = asyncio.get_running_loop()
        came = loop.time()
        async with self._reading:
            if self._begun < came:
                begun = loop.time()
                self._read = await self._look(self._clock())
                self._begun = begun
            return self._read

    async def _look(self, now: datetime) -> dict[str, Any]:
        day = today(now)
        counted = {name: await self._store.lists.count(name, day) for name in NUMBERED}
        one = {name: sum(counts.values()) for name, counts in counted.items()}
        lengths = (await self._store.figures.took(NOTICES, day)).get(day.bins[0], ())
        return {
            "at": now.isoformat(),
            "desks": await self._at_desks(counted),
            "agents": await self._agents(counted, now),
            "spoken": one["spoken"],
            "bot_alone": one["bot-alone"],
            "bot_percent": percent(one["bot-alone"], one["spoken"]),
            "asked": _sorted(counted["asked"]),
            "failed": _sorted(counted["failed"]),
            "notices": {
                "told": one["notices"],
                "failed": one["notices-failed"],
                "unknown": one["notices-unknown"],
                "median_minutes": at_most(lengths, 50),
                "most_minutes": at_most(lengths, 90),
            },
            "sitting": _sorted(counted["sitting"]),
            "stuck": {state.name: count for state, count in await self._store.watch.beyond(now) if count},
        }

    async def _at_desks(self, counted: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
        """Every desk that there is, and every one at which there is something."""
        longest, hours = await self._store.lists.longest(), self._hours.last
        names = ("waiting", "held", "overdue")
        used = dict.fromkeys([*self._desks.last, *sorted({desk for name in names for desk in counted[name]})])
        found: list[dict[str, Any]] = []
        for desk in used:
            since = longest.get(desk)
            due = None if since is None else hours.after(since, hours.within).isoformat()
            numbers = {name: counted[name].get(desk, 0) for name in names}
            found.append({"desk": desk, **numbers, "since": since and since.isoformat(), "due_at": due})
        return found

    async def _agents(self, counted: Mapping[str, Mapping[str, int]], now: datetime) -> list[dict[str, Any]]:
        """Who is there, and whoever holds a conversation."""
        held, waiting = counted["agents"], counted["agents-waiting"]
        present = await self._store.accounts.present_now(now)
        members = [one for one in await self._store.accounts.all() if one.email in held or one.id in present]
        return [
            {
                "email": one.email,
                "name": one.name,
                "present": one.id in present,
                "held": held.get(one.email, 0),
                "waiting": waiting.get(one.email, 0),
            }
            for one in members
            if one.email in held or (one.may(Right.ANSWER) and not one.disabled)
        ]

    # What a number counts

    async def count(self, name: str, key: str | None) -> int:
        """How many rows such a list has. Raises ``KeyError``."""
        now = self._clock()
        if name == STUCK:
            counts = {state.name: count for state, count in await self._store.watch.beyond(now)}
        else:
            counts = dict(await self._store.lists.count(name, today(now)))
        keyed = name == STUCK or NUMBERED[name].key is not None
        return Counter(counts)[key] if key is not None and keyed else sum(counts.values())

    async def rows(self, name: str, key: str | None, before: str, limit: int = MOST) -> Sequence[Mapping[str, Any]]:
        """Those rows; ``before``: the cursor of the last row that is known. Raises ``KeyError``, ``ValueError``."""
        now = self._clock()
        if name == STUCK:
            return await self._stuck(key, before, now, limit)
        found = await self._store.lists.rows(name, today(now), key, before, limit)
        return [
            {
                "id": row.id,
                "at": row.at.isoformat(),
                "conversation": row.conversation_id,
                **{
                    fact: value.isoformat() if isinstance(value, datetime) else value
                    for fact, value in row.facts.items()
                },
                "cursor": row.cursor,
            }
            for row in found
        ]

    async def _stuck(self, key: str | None, before: str, now: datetime, limit: int) -> list[dict[str, Any]]:
        """The states one after the other; a cursor is ``state~id``."""
        first, _, written = before.partition("~")
        states = [state for state in MOVING if key in (None, state.name)]
        names = [state.name for state in states]
        if before and (first not in names or not (written.isascii() and written.isdecimal() and len(written) < 19)):
            raise ValueError("no cursor of ours")
        found: list[dict[str, Any]] = []
        for state in states[names.index(first) if before else 0 :]:
            after = int(written) if state.name == first else 0
            for number, since in await self._store.watch.shown(state, now, after, limit - len(found)):
                row = {"id": number, "at": since.isoformat(), "conversation": None, "state": state.name}
                found.append({**row, "cursor": f"{state.name}~{number}"})
            if len(found) >= limit:
                break
        return found


def percent(part: int, whole: int) -> int | None:
    """Of a hundred, downwards; ``None``: of nothing."""
    return part * 100 // whole if whole else None


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """The most first."""
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
