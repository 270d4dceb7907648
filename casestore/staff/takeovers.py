"""The moves of :mod:`casestore.staff.moves`, each one compare-and-set with one winner, and all that goes with it.

From the commit of a move to an agent the bot has nothing to say here: what it had not sent is withdrawn in that commit,
a turn that is under way finds another owner at its own, and the sender looks once more right before the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.conversations.handovers import NOBODY_WAITS
from casestore.conversations.live import note_changed
from casestore.conversations.ownership import (
    BOT,
    COLUMNS,
    QUEUE,
    NotOwned,
    Owner,
    OwnerKind,
    Ownership,
    agent,
    change,
    current,
    ownership_of,
)
from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.people.identity import identity_at
from casestore.queues.withdrawal import withdraw
from casestore.staff.model import Member
from casestore.staff.moves import RULES, Move, may
from casestore.staff.notes import Notes
from casestore.tables import citizens, contact_points, conversations, handovers, staff_drafts, transcript
from casestore.vault import Vault

SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Request:
    """A move that is asked for. ``version``: of the ownership as it was read. ``to``: which colleague; ``desk``: which
    desk. ``text``: the summary, the reason, the note: kept for employees alone."""

    move: Move
    version: int
    to: Member | None = None
    desk: str | None = None
    text: str = ""


class Takeovers:
    """Moves conversations over one database."""

    def __init__(self, database: Database, vault: Vault, audits: AuditTrail, notes: Notes) -> None:
        self._database = database
        self._vault = vault
        self._audits = audits
        self._notes = notes

    async def move(
        self, connection: AsyncConnection, conversation_id: int, request: Request, who: Member | None, now: datetime
    ) -> Ownership:
        """How it is owned now. Raises :class:`casestore.conversations.ownership.NotOwned` where it is not as the
        request says, or not ``who``'s to move; ``LookupError`` where there is no such conversation."""
        row = await self._row(connection, conversation_id)
        owned = ownership_of(row)
        fits = owned.version == request.version and may(request.move, owned.owner.kind, owned.owner.agent, who)
        new = _after(request, who)
        if not fits or (new == owned.owner and request.desk in (None, row.desk)):
            raise NotOwned(owned)
        await note_changed(self._database, connection, [conversation_id], now)  # for those who see it no more
        also = _also(new, row, request, now)
        moved = await change(connection, conversation_id, owned, new, also)
        await self._follow(connection, conversation_id, moved, now)
        await note_changed(self._database, connection, [conversation_id], now)
        if who is not None and request.text:
            await self._notes.add(connection, conversation_id, who.id, request.move, request.text, now)
        await self.note(connection, conversation_id, f"takeover.{request.move}", who, now)
        return moved

    async def _follow(self, connection: AsyncConnection, conversation_id: int, moved: Ownership, now: datetime) -> None:
        asked = and_(handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None))
        if moved.owner.kind is OwnerKind.AGENT:
            await withdraw(connection, conversation_id, now)
            await self._claimed(connection, conversation_id, asked, moved, now)
        if moved.owner == BOT:
            await connection.execute(update(handovers).where(asked).values(closed_at=now))
            gone = staff_drafts.c.conversation_id == conversation_id
            await connection.execute(staff_drafts.delete().where(gone))

    async def _claimed(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        asked: ColumnElement[bool],
        moved: Ownership,
        now: datetime,
    ) -> None:
        """The hand-over says who saw to it. One that nobody had asked for is recorded as well."""
        key = f"claim:{conversation_id}:{moved.version}"
        if not await connection.scalar(select(func.count()).select_from(handovers).where(asked)):
            row = {"conversation_id": conversation_id, "key": key, "reason": "claimed", "asked_at": now}
            await connection.execute(self._database.insert_new(handovers).values(**row))
        values = {"claimed_at": func.coalesce(handovers.c.claimed_at, now), "agent": moved.owner.agent}
        await connection.execute(update(handovers).where(asked).values(**values))

    async def snooze(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        who: Member,
        version: int,
        until: datetime | None,
        now: datetime,
    ) -> None:
        """Put it away until then, or until its citizen writes. It stays ``who``'s. Raises ``NotOwned``."""
        await self._own(connection, conversation_id, who, version, {"snoozed_until": until})
        await note_changed(self._database, connection, [conversation_id], now)
        await self.note(connection, conversation_id, "takeover.snooze", who, now)

    async def answered(
        self, connection: AsyncConnection, conversation_id: int, who: Member, version: int, now: datetime
    ) -> None:
        """``who`` answers in this commit: nobody waits any more. Raises ``NotOwned``. The row is locked, so that a move
        at the same moment comes before the answer, and forbids it, or after."""
        values = {"last_at": now, "waiting_since": None, "snoozed_until": None, "escalated_at": None}
        await self._own(connection, conversation_id, who, version, values)
        asked = (handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None))
        first = update(handovers).where(*asked, handovers.c.answered_at.is_(None))
        await connection.execute(first.values(answered_at=now))

    @staticmethod
    async def has_spoken(connection: AsyncConnection, conversation_id: int, since: datetime) -> bool:
        """Has an employee said anything here since?"""
        said = and_(transcript.c.conversation_id == conversation_id, transcript.c.at >= since)
        found = select(transcript.c.id).where(said, transcript.c.author == Author.AGENT).limit(1)
        return await connection.scalar(found) is not None

    @staticmethod
    async def is_said(connection: AsyncConnection, key: str) -> bool:
        """Is there a line of this cause?"""
        return await connection.scalar(select(transcript.c.id).where(transcript.c.key == key)) is not None

    @staticmethod
    async def owner_since(connection: AsyncConnection, conversation_id: int) -> datetime | None:
        """Since when the owner of now has it."""
        of = conversations.c.id == conversation_id
        since: datetime | None = await connection.scalar(select(conversations.c.owner_since).where(of))
        return since

    @staticmethod
    async def _own(
        connection: AsyncConnection, conversation_id: int, who: Member, version: int, values: Mapping[str, Any]
    ) -> None:
        mine = and_(conversations.c.owner == OwnerKind.AGENT, conversations.c.agent == who.email)
        as_read = and_(conversations.c.id == conversation_id, conversations.c.owner_version == version)
        changed = await connection.execute(update(conversations).where(as_read, mine).values(**values))
        if changed.rowcount != 1:
            raise NotOwned(await current(connection, conversation_id))

    async def note(
        self, connection: AsyncConnection, conversation_id: int, action: str, who: Member | None, now: datetime
    ) -> None:
        """An audit row about whoever is in this conversation."""
        subject = await self.subject(connection, conversation_id)
        actor = SERVICE if who is None else who.email
        detail = f"conversation {conversation_id}"
        await self._audits.note(connection, action, detail, now, subject_key=subject, actor=actor)

    @staticmethod
    async def subject(connection: AsyncConnection, conversation_id: int) -> str | None:
        """The blind index of the citizen who is known there; where none is, that of the address."""
        joined = select(contact_points.c.id, contact_points.c.address_key).join_from(conversations, contact_points)
        row = (await connection.execute(joined.where(conversations.c.id == conversation_id))).first()
        if row is None:
            return None
        citizen = (await identity_at(connection, row.id)).citizen_id
        if citizen is None:
            return str(row.address_key)
        key = await connection.scalar(select(citizens.c.afm_key).where(citizens.c.id == citizen))
        return str(key)

    @staticmethod
    async def speaker(connection: AsyncConnection, conversation_id: int) -> int | None:
        """Whose copy has what is said there now."""
        of = conversations.c.id == conversation_id
        point = await connection.scalar(select(conversations.c.contact_point_id).where(of))
        return None if point is None else (await identity_at(connection, point)).speaker

    @staticmethod
    async def _row(connection: AsyncConnection, conversation_id: int) -> Any:
        columns = (*COLUMNS, conversations.c.desk, conversations.c.waiting_since)
        row = (await connection.execute(select(*columns).where(conversations.c.id == conversation_id))).first()
        if row is None:
            raise LookupError("no such conversation")
        return row


def _after(request: Request, who: Member | None) -> Owner:
    kind = RULES[request.move].after
    if kind is not OwnerKind.AGENT:
        return BOT if kind is OwnerKind.BOT else QUEUE
    taker = request.to or who
    if taker is None:
        raise ValueError("an agent's move without an agent")
    return agent(taker.email)


def _also(new: Owner, row: Any, request: Request, now: datetime) -> dict[str, Any]:
    """What is noted with the new owner."""
    if new == BOT:
        return {**NOBODY_WAITS, "released_at": now}
    also: dict[str, Any] = {"owner_since": now, "snoozed_until": None, "desk": request.desk or row.desk}
    if new == QUEUE:
        also["waiting_since"] = row.waiting_since or now
    return also
