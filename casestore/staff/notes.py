"""What employees write for one another, and what they have not sent yet. Sealed; nothing that sends reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.database import Database
from casestore.tables import staff, staff_drafts, staff_notes
from casestore.vault import Vault

_NOTE, _DRAFT = "staff_notes.text", "staff_drafts.text"
NOTE = "note"


@dataclass(frozen=True, slots=True)
class StaffNote:
    """``kind`` is :data:`NOTE`, or the move that it was written with. ``author`` is a name."""

    id: int
    author: str
    kind: str
    text: str
    at: datetime


class Notes:
    """Over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def add(
        self, connection: AsyncConnection, conversation_id: int, staff_id: int, kind: str, text: str, now: datetime
    ) -> None:
        row = {"conversation_id": conversation_id, "staff_id": staff_id, "kind": kind, "at": now}
        await connection.execute(staff_notes.insert().values(**row, text_sealed=self._vault.seal(_NOTE, text)))
        await note_changed(self._database, connection, [conversation_id], now)

    async def of(self, conversation_id: int, limit: int = 100) -> list[StaffNote]:
        """The newest, oldest first."""
        joined = select(staff_notes, staff.c.name).join_from(staff_notes, staff)
        newest = joined.where(staff_notes.c.conversation_id == conversation_id).order_by(staff_notes.c.id.desc())
        async with self._database.read() as connection:
            rows = (await connection.execute(newest.limit(limit))).all()
        return [
            StaffNote(row.id, row.name, row.kind, self._vault.open(_NOTE, row.text_sealed), row.at)
            for row in reversed(rows)
        ]

    # Drafts

    async def keep_draft(
        self, connection: AsyncConnection, conversation_id: int, staff_id: int, text: str, now: datetime
    ) -> None:
        """An empty one is gone."""
        if not text:
            mine = and_(staff_drafts.c.conversation_id == conversation_id, staff_drafts.c.staff_id == staff_id)
            await connection.execute(delete(staff_drafts).where(mine))
            return
        row = {"conversation_id": conversation_id, "staff_id": staff_id, "at": now}
        row |= {"text_sealed": self._vault.seal(_DRAFT, text)}
        await connection.execute(self._database.upsert(staff_drafts, ["conversation_id", "staff_id"], row))

    async def draft(self, conversation_id: int, staff_id: int) -> str:
        """What this employee has not sent yet in this conversation; empty: nothing."""
        mine = and_(staff_drafts.c.conversation_id == conversation_id, staff_drafts.c.staff_id == staff_id)
        async with self._database.read() as connection:
            sealed = await connection.scalar(select(staff_drafts.c.text_sealed).where(mine))
        return "" if sealed is None else self._vault.open(_DRAFT, sealed)
