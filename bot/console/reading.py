"""What employees read: lists, one conversation with what stands beside it. Whoever opens one leaves an audit row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.console.actions import AgentActions
from bot.console.canned import Canned, offered
from bot.console.citizen import CitizenView
from bot.console.shapes import is_agents, line_shape, note_shape, talk_shape
from bot.console.summary import summary
from bot.conversation.arranged import Arranged
from bot.conversation.hours import Hours
from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.ownership import OwnerKind
from casestore.staff.model import Member
from casestore.staff.talks import MOST, Talk, cursor_of

NOTED_EVERY = timedelta(minutes=10)
"""An open page reads again and again: one row for so long."""
_REMEMBERED = 5000


class Reading:
    """Reads over one store."""

    def __init__(
        self,
        store: Store,
        desk: AgentActions,
        citizens: CitizenView,
        hours: Arranged[Hours],
        canned: Arranged[tuple[Canned, ...]],
        clock: Clock,
    ) -> None:
        self._store = store
        self._desk = desk
        self._citizens = citizens
        self._hours = hours
        self._canned = canned
        self._clock = clock
        self._noted: dict[tuple[int, int], datetime] = {}

    async def page(self, view: str, who: Member, before: str = "", limit: int = MOST) -> dict[str, Any]:
        """A list, and where the next begins. Raises ``ValueError``, ``KeyError``."""
        now, limit = self._clock(), max(1, min(limit, MOST))
        talks = await self._store.talks.page(view, who, now, before, limit)
        last = cursor_of(view, talks[-1]) if len(talks) == limit and view != "mine" else None
        return {"items": [talk_shape(talk, self._hours.last, now) for talk in talks], "next": last}

    async def counts(self, who: Member) -> dict[str, int]:
        """How many wait at this employee's desks, and how many of theirs do."""
        rows = await self._store.talks.counts()
        seen = [row for row in rows if who.sees(row[0])]
        mine = [row for row in rows if row[1] == OwnerKind.AGENT and row[2] == who.email]
        rung = await self._store.callbacks.counts()
        return {
            "callbacks": sum(count for desk, count in rung.items() if who.sees(desk)),
            "waiting": sum(row[3] for row in seen if row[1] == OwnerKind.QUEUE),
            "mine": sum(row[3] for row in mine),
            "mine_waiting": sum(row[4] for row in mine),
        }

    async def talk(self, conversation_id: int, who: Member) -> Talk:
        """Raises :class:`bot.console.actions.NotFound`."""
        return await self._desk.talk(conversation_id, who)

    async def conversation(self, conversation_id: int, who: Member, language: str) -> dict[str, Any]:
        """All that the page of one conversation shows. Raises :class:`bot.console.actions.NotFound`."""
        talk, now = await self._desk.talk(conversation_id, who), self._clock()
        await self._note(talk, who, now)
        lines = await self._store.talks.lines(talk.id)
        names = {member.id: member.name for member in await self._store.accounts.all()}
        citizen = await self._citizens.of(talk, now, language)
        return {
            **talk_shape(talk, self._hours.last, now),
            "mine": is_agents(talk.ownership, who.email),
            "owner_name": await self._name(talk),
            "citizen": citizen,
            "cases": citizen["cases"],
            "messages": [line_shape(line, names) for line in lines],
            "more": len(lines) == MOST,
            "notes": [note_shape(note) for note in await self._store.staff_notes.of(talk.id)],
            "summary": summary(talk, lines, citizen),
            "beside": await self._beside(talk, who, now),
            "draft": await self._store.staff_notes.draft(talk.id, who.id),
            "canned": offered(self._canned.last, talk.desk, talk.language, language, citizen),
            "event": await self._store.live.newest(),
        }

    async def messages(self, conversation_id: int, who: Member, before: int | None, limit: int) -> dict[str, Any]:
        """Lines before that sequence, oldest first. Raises as above."""
        talk = await self._desk.talk(conversation_id, who)
        await self._note(talk, who, self._clock())
        lines = await self._store.talks.lines(talk.id, before, max(1, min(limit, MOST)))
        names = {member.id: member.name for member in await self._store.accounts.all()}
        return {"items": [line_shape(line, names) for line in lines], "next": lines[0].sequence if lines else None}

    async def reveal(self, conversation_id: int, who: Member, reason: str) -> Mapping[str, str]:
        """Tax number and address in the clear, for a reason that is kept. Raises as above."""
        talk, now = await self._desk.talk(conversation_id, who), self._clock()
        async with self._store.database.write(wake=True) as connection:
            await self._store.staff_notes.add(connection, talk.id, who.id, "reveal", reason, now)
            await self._store.takeovers.note(connection, talk.id, "citizen.revealed", who, now)
        person, _ = await self._citizens.person(talk)
        return {"afm": person.afm, "address": person.address}

    async def _name(self, talk: Talk) -> str:
        if talk.ownership.owner.kind is not OwnerKind.AGENT:
            return ""
        found = await self._store.accounts.find(talk.ownership.owner.agent)
        return found.member.name if found else talk.ownership.owner.agent

    async def _beside(self, talk: Talk, who: Member, now: datetime) -> list[dict[str, Any]]:
        there = await self._store.accounts.beside(talk.id, now)
        return [{"name": name, "typing": typing} for email, name, typing in there if email != who.email]

    async def _note(self, talk: Talk, who: Member, now: datetime) -> None:
        last = self._noted.get((who.id, talk.id))
        if last is not None and timedelta() <= now - last < NOTED_EVERY:
            return
        async with self._store.database.write() as connection:
            await self._store.takeovers.note(connection, talk.id, "conversation.read", who, now)
        if len(self._noted) >= _REMEMBERED:
            self._noted.clear()
        self._noted[who.id, talk.id] = now
