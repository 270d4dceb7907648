"""What employees' pages are told: that something changed in a conversation that a person answers or is to answer.

A row says *that*, never *what*: whoever hears of it reads how things are now. Rows are numbered and committed in one
order (:meth:`casestore.database.Database.at_the_end`), so a reader that goes on after a number misses none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.ownership import OwnerKind
from casestore.database import Database
from casestore.tables import console_events, conversations, staff

CONVERSATION, PRESENCE, SIGNOUT, CALLBACK = "conversation", "presence", "signout", "callback"
SHOWN_AFTER = timedelta(days=1)
"""So long after a person gave it back a conversation is still shown to employees."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something changed. ``id`` counts up; ``desk`` is the conversation's then, ``staff_id`` whose it was or who it is
    about."""

    id: int
    kind: str
    conversation_id: int | None
    desk: str | None
    staff_id: int | None


async def note_changed(
    database: Database,
    connection: AsyncConnection,
    ids: Sequence[int] | Select[Any],
    now: datetime,
    kind: str = CONVERSATION,
) -> None:
    """Of these conversations, those that are not the bot's alone have changed."""
    with_people = or_(conversations.c.owner != OwnerKind.BOT, conversations.c.released_at > now - SHOWN_AFTER)
    joined = select(conversations.c.id, conversations.c.desk, staff.c.id.label("agent_id")).join_from(
        conversations, staff, staff.c.email == conversations.c.agent, isouter=True
    )
    rows = (await connection.execute(joined.where(conversations.c.id.in_(ids), with_people))).all()
    _append(
        database,
        connection,
        [_row(kind, now, conversation_id=row.id, desk=row.desk, staff_id=row.agent_id) for row in rows],
    )


async def note_presence(database: Database, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Somebody began, or ceased, to look at these or to write there."""
    await note_changed(database, connection, ids, now, PRESENCE)


async def note_kind(
    database: Database, connection: AsyncConnection, conversation_id: int, kind: str, now: datetime
) -> None:
    """Of whoever talks there something has changed that its desk sees, whoever owns the conversation."""
    desk = await connection.scalar(select(conversations.c.desk).where(conversations.c.id == conversation_id))
    _append(database, connection, [_row(kind, now, conversation_id=conversation_id, desk=desk)])


def note_signout(database: Database, connection: AsyncConnection, staff_id: int, now: datetime) -> None:
    """Sessions of this employee have ended: their streams end as well."""
    _append(database, connection, [_row(SIGNOUT, now, staff_id=staff_id)])


def _row(kind: str, now: datetime, **of: object) -> dict[str, object]:
    return {"kind": kind, "conversation_id": None, "desk": None, "staff_id": None, "at": now, **of}


def _append(database: Database, connection: AsyncConnection, rows: Sequence[Mapping[str, object]]) -> None:
    async def insert(connection: AsyncConnection) -> None:
        await connection.execute(console_events.insert(), rows)

    if rows:
        database.at_the_end(connection, insert)


class LiveEvents:
    """Reads them over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, cursor: int, limit: int) -> list[Changed]:
        """Those after this number, in order."""
        later = select(console_events).where(console_events.c.id > cursor).order_by(console_events.c.id).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(later)).all()
        return [Changed(row.id, row.kind, row.conversation_id, row.desk, row.staff_id) for row in rows]

    async def newest(self) -> int:
        """The number of the newest; 0 where there is none yet."""
        async with self._database.read() as connection:
            return await connection.scalar(select(func.max(console_events.c.id))) or 0

    async def reaches(self, cursor: int) -> bool:
        """Is everything after this number still on record?"""
        async with self._database.read() as connection:
            oldest = await connection.scalar(select(func.min(console_events.c.id)))
        return oldest is None or oldest <= cursor + 1
