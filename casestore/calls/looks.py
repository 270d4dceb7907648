"""Who looked at what is held of a citizen, from the audit log: an employee's role, what for, on which day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import audit, citizens, staff

LOOKS: Mapping[str, str] = MappingProxyType(
    {
        "conversation.read": "chat",
        "call.read": "call",
        "citizen.revealed": "details",
        "callback.number": "number",
    }
)
"""Actions of the audit log that are a look, by what it was for."""
MOST = 500  # rows that are read: a citizen's newest


@dataclass(frozen=True, slots=True)
class Looked:
    """``role`` as in :mod:`casestore.staff.model`."""

    role: str
    purpose: str
    at: datetime


class LookLog:
    """Reads over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, citizen_id: int) -> tuple[list[Looked], int]:
        """The newest looks first; and how often registries were asked about this citizen."""
        async with self._database.read() as connection:
            key = await connection.scalar(select(citizens.c.afm_key).where(citizens.c.id == citizen_id)) or ""
            theirs = and_(audit.c.subject_key == key, audit.c.action.in_(list(LOOKS)))
            joined = select(audit.c.action, audit.c.at, staff.c.role).join_from(
                audit, staff, staff.c.email == audit.c.actor
            )
            rows = (await connection.execute(joined.where(theirs).order_by(audit.c.id.desc()).limit(MOST))).all()
            asked = await self._asked(connection, key)
        return [Looked(row.role, LOOKS[row.action], row.at) for row in rows], asked

    @staticmethod
    async def _asked(connection: AsyncConnection, key: str) -> int:
        calls = select(func.count()).select_from(audit)
        of = (audit.c.subject_key == key, audit.c.transaction_id.is_not(None))
        return await connection.scalar(calls.where(*of)) or 0
