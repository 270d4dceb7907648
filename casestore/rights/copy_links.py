"""One-time links by which a citizen fetches a copy of what is held of them. Only a keyed hash of each is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.identity import PROVEN, identity_at
from casestore.tables import copies
from casestore.vault import Vault

LIFETIME = timedelta(minutes=15)
A_DAY, WINDOW = 5, timedelta(days=1)


class Copies:
    """Reads and writes these links over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def offer(self, connection: AsyncConnection, contact_point_id: int, token: str, now: datetime) -> bool:
        """Keep a link for whoever is proven at this contact point; ``False`` at the limit of a day.

        Raises ``LookupError`` where nobody is proven: the level is what the store says now, not what a turn believed.
        """
        known = await identity_at(connection, contact_point_id)
        if known.level < PROVEN:
            raise LookupError("nobody is proven here")
        lately = and_(copies.c.citizen_id == known.citizen_id, copies.c.created_at > now - WINDOW)
        if (await connection.scalar(select(func.count()).select_from(copies).where(lately)) or 0) >= A_DAY:
            return False
        row = {"contact_point_id": contact_point_id, "citizen_id": known.citizen_id, "token_key": self._key(token)}
        await connection.execute(copies.insert().values(**row, created_at=now, expires_at=now + LIFETIME))
        return True

    def _key(self, token: str) -> str:
        return self._vault.index("copy", token)

    async def open(self, token: str, now: datetime) -> bool:
        """Would this link be honoured? Reads only: whatever looks at a link before its owner uses nothing up."""
        async with self._database.read() as connection:
            return await connection.scalar(select(copies.c.id).where(self._alive(token, now))) is not None

    async def use(self, connection: AsyncConnection, token: str, now: datetime) -> int | None:
        """Use a link up, once. The id of the citizen whose copy it opens; ``None`` for a link that does not count, and
        for one whose citizen is no longer the one proven at the contact point that it was sent to."""
        used = update(copies).where(self._alive(token, now)).values(used_at=now)
        row = (await connection.execute(used.returning(copies.c.citizen_id, copies.c.contact_point_id))).first()
        if row is None:
            return None
        known = await identity_at(connection, row.contact_point_id)
        return int(row.citizen_id) if (known.citizen_id, known.level) == (row.citizen_id, PROVEN) else None

    def _alive(self, token: str, now: datetime) -> ColumnElement[bool]:
        return and_(copies.c.token_key == self._key(token), copies.c.used_at.is_(None), copies.c.expires_at > now)
