"""Setting desks, hours and ready answers: each change is one commit with its author and an audit row, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.console.supervision.forms import Change, changes
from bot.conversation.arranged import Arranged, refresh
from bot.conversation.hours import BadHours, Hours
from bot.runtime import Clock
from bot.store import Store
from casestore.staff.arrangements import Kind
from casestore.staff.model import Member

_SHOWN = 20  # changes of a kind in its history
_LATELY = timedelta(days=1)


class Senseless(ValueError):
    """It cannot be so; ``word`` says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class Past:
    """One change: what was different from the one before. ``number`` 0: as the file has it, before the first."""

    number: int
    author: str
    at: datetime | None
    changes: tuple[Change, ...]


class Arranging:
    """Over one store and what is arranged in it."""

    def __init__(self, store: Store, arranged: Mapping[Kind, Arranged[Any]], clock: Clock) -> None:
        self._store = store
        self._arranged = arranged
        self._clock = clock
        self._checks = MappingProxyType({Kind.HOURS: self._check_hours})

    def of(self, kind: Kind) -> Arranged[Any]:
        return self._arranged[kind]

    async def set(self, kind: Kind, data: Any, before: int, who: Member) -> None:
        """``before``: what counted when ``who`` read it. Raises :class:`Senseless`,
        :class:`casestore.staff.arrangements.ChangedMeanwhile`."""
        await self._put(kind, data, json.dumps(data, ensure_ascii=False), before, who)

    async def put_back(self, kind: Kind, number: int, before: int, who: Member) -> None:
        """As it was with this number; 0: as the file has it. Raises likewise."""
        found = await self._store.arrangements.find(number) if number else None
        if number and (found is None or found.kind is not kind):
            raise Senseless("no_such")
        body = found.body if found else ""
        await self._put(kind, json.loads(body) if body else self.of(kind).default, body, before, who)

    async def _put(self, kind: Kind, data: Any, body: str, before: int, who: Member) -> None:
        arranged, now = self.of(kind), self._clock()
        if arranged.fixed:
            raise Senseless("is_fixed")
        try:
            made = arranged.parse(data)
        except (ValueError, TypeError, KeyError):
            raise Senseless("senseless") from None
        if check := self._checks.get(kind):
            check(made, now)
        gone = await self._gone(data) if kind is Kind.DESKS else frozenset()
        moved = await self._moved(made, now) if kind is Kind.HOURS else None
        async with self._store.database.write(wake=True) as connection:
            await self._store.arrangements.set(connection, kind, before, body, who, now)
            await self._store.arrangements.leave(connection, gone)
            if moved is not None:
                detail = f"{moved} deadlines"
                await self._store.audits.note(connection, "staff.hours-moved", detail, now, actor=who.email)
        await refresh(self._store, arranged)

    async def _gone(self, data: Mapping[str, Any]) -> frozenset[str]:
        gone = frozenset(self.of(Kind.DESKS).data) - frozenset(data)
        if gone & await self._store.arrangements.desks_in_use():
            raise Senseless("desk_used")
        return gone

    @staticmethod
    def _check_hours(hours: Hours, now: datetime) -> None:
        """Within so many days somebody is there, and everything that waits has an end."""
        try:
            hours.after(now, max(hours.within, hours.give_back))
        except BadHours:
            raise Senseless("never_open") from None

    async def _moved(self, hours: Hours, now: datetime) -> int:
        """Of those who wait now, so many are to be answered at another time than before."""
        old: Hours = self.of(Kind.HOURS).last
        waits = [one.waiting_since for one in await self._store.overdue.open(now, _LATELY) if one.waiting_since]
        return sum(old.after(since, old.within) != hours.after(since, hours.within) for since in waits)

    async def history(self, kind: Kind) -> list[Past]:
        """The newest first; at the end the file, where all of it is shown."""
        found = await self._store.arrangements.history(kind, _SHOWN + 1)
        default = self.of(kind).default
        bodies = [json.loads(one.body) if one.body else default for one in found] + [default]
        past = [
            Past(one.id, one.author, one.at, tuple(changes(bodies[place + 1], bodies[place])))
            for place, one in enumerate(found[:_SHOWN])
        ]
        return past if len(found) > _SHOWN else [*past, Past(0, "", None, ())]
