"""Desks, hours and ready answers as supervisors have set them. Each change is a row; the newest of a kind counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.database import Database
from casestore.staff.model import GENERAL, Member
from casestore.tables import arrangements, conversations, staff_desks


class Kind(StrEnum):
    DESKS = "desks"
    HOURS = "hours"
    CANNED = "canned"


class ChangedMeanwhile(Exception):
    """Somebody else has set it since it was read."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """``id`` counts up; ``body`` is JSON, empty: as the file has it. ``author`` is an e-mail address."""

    id: int
    kind: Kind
    body: str
    author: str
    at: datetime


class Arrangements:
    """Reads and adds them over one database."""

    def __init__(self, database: Database, audits: AuditTrail) -> None:
        self._database = database
        self._audits = audits

    async def newest(self, connection: AsyncConnection | None = None) -> Mapping[Kind, int]:
        """The number of the newest of each kind that was ever set."""
        numbers = select(arrangements.c.kind, func.max(arrangements.c.id)).group_by(arrangements.c.kind)
        return {Kind(row[0]): row[1] for row in await self._rows(numbers, connection)}

    async def find(self, number: int, connection: AsyncConnection | None = None) -> Arrangement | None:
        found = await self._rows(select(arrangements).where(arrangements.c.id == number), connection)
        return _arrangement(found[0]) if found else None

    async def history(self, kind: Kind, limit: int = 50) -> list[Arrangement]:
        """The newest first."""
        rows = select(arrangements).where(arrangements.c.kind == kind).order_by(arrangements.c.id.desc()).limit(limit)
        return [_arrangement(row) for row in await self._rows(rows)]

    async def _rows(self, statement: Select[Any], connection: AsyncConnection | None = None) -> Sequence[Any]:
        if connection is not None:
            return list((await connection.execute(statement)).all())
        async with self._database.read() as own:
            return list((await own.execute(statement)).all())

    async def set(
        self, connection: AsyncConnection, kind: Kind, before: int, body: str, who: Member, now: datetime
    ) -> int:
        """Its number. ``before``: the newest as it was read, 0 where there was none. Raises
        :class:`ChangedMeanwhile`."""
        await self._database.alone(connection, f"arrangements-{kind}")
        newest = select(func.max(arrangements.c.id)).where(arrangements.c.kind == kind)
        if (await connection.scalar(newest) or 0) != before:
            raise ChangedMeanwhile
        row = {"kind": kind, "body": body, "author": who.email, "at": now}
        made = await connection.scalar(arrangements.insert().values(**row).returning(arrangements.c.id))
        number = int(made or 0)
        await self._audits.note(connection, "staff.arranged", f"{kind} {number}", now, actor=who.email)
        return number

    async def desks_in_use(self) -> frozenset[str]:
        """That an employee answers for, or at which a conversation is with people."""
        of_staff = select(staff_desks.c.desk).distinct()
        of_talks = select(conversations.c.desk).where(conversations.c.owner != "bot").distinct()
        async with self._database.read() as connection:
            return frozenset([*await connection.scalars(of_staff), *await connection.scalars(of_talks)])

    @staticmethod
    async def leave(connection: AsyncConnection, desks: frozenset[str]) -> None:
        """Conversations of these desks, which are gone, come to the general one when they come again."""
        if desks:
            gone = conversations.c.desk.in_(sorted(desks))
            await connection.execute(update(conversations).where(gone).values(desk=GENERAL))


def _arrangement(row: Any) -> Arrangement:
    return Arrangement(row.id, Kind(row.kind), row.body, row.author, row.at)
