"""What was said about alerts at a contact point. Rows are only added; the newest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import consents

ALERTS = "alerts"
"""The purpose of notices that nobody asked for in a conversation."""


class Consents:
    """Reads and writes consents over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, connection: AsyncConnection, contact_point_id: int, *, allowed: bool, source: str, key: str, now: datetime
    ) -> None:
        """Keep what the citizen said about alerts here. ``source``: how it was said; ``key`` names its cause."""
        row = {"contact_point_id": contact_point_id, "key": key, "purpose": ALERTS, "allowed": allowed}
        row |= {"source": source, "at": now}
        await connection.execute(self._database.insert_new(consents).values(**row))

    async def newest(self, contact_point_id: int) -> bool | None:
        """The citizen's newest word on alerts here; ``None`` if nothing was ever said."""
        said = consents.c
        about = select(said.allowed).where(said.contact_point_id == contact_point_id, said.purpose == ALERTS)
        async with self._database.read() as connection:
            allowed: bool | None = await connection.scalar(about.order_by(said.id.desc()).limit(1))
        return allowed

    @staticmethod
    async def newest_at(connection: AsyncConnection, contact_point_ids: Sequence[int]) -> Mapping[int, bool]:
        """The same for several contact points; those where nothing was ever said are left out."""
        said = consents.c
        about = select(said.contact_point_id, said.allowed).where(said.contact_point_id.in_(contact_point_ids))
        rows = await connection.execute(about.where(said.purpose == ALERTS).order_by(said.id))
        return {row.contact_point_id: row.allowed for row in rows}
