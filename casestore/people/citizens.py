"""Citizens by their ΑΦΜ, and when the contact registry is next asked about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens
from casestore.vault import Vault


class Citizens:
    """Reads and writes citizens over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def ensure(self, connection: AsyncConnection, afms: Iterable[str], now: datetime) -> dict[str, int]:
        """Ids by ΑΦΜ; those who are not on record are put on it. Two statements, three if some are new."""
        keys = self._keys(afms)
        found = await self._known(connection, keys)
        if new := sorted(key for key, afm in keys.items() if afm not in found):
            sealed = ((key, self._vault.seal("citizens.afm", keys[key])) for key in new)  # in one order: no deadlocks
            rows = [{"afm_key": k, "afm_sealed": s, "created_at": now, "contact_due_at": now} for k, s in sealed]
            await self._database.insert(connection, citizens, rows, new=True)
            found = await self._known(connection, keys)
        return found

    async def ensure_one(self, connection: AsyncConnection, afm: str, now: datetime) -> int:
        """The id of the citizen with this ΑΦΜ, put on record if there is none."""
        return (await self.ensure(connection, [afm], now))[afm]

    async def known(self, afms: Iterable[str]) -> dict[str, int]:
        """Ids by ΑΦΜ of those that are on record."""
        async with self._database.read() as connection:
            return await self._known(connection, self._keys(afms))

    async def find(self, afm: str) -> int | None:
        """The id of the citizen with this ΑΦΜ, if there is one."""
        return (await self.known([afm])).get(afm)

    def _keys(self, afms: Iterable[str]) -> dict[str, str]:
        return {self._vault.index("afm", afm): afm for afm in set(afms)}

    async def _known(self, connection: AsyncConnection, keys: Mapping[str, str]) -> dict[str, int]:
        known = select(citizens.c.afm_key, citizens.c.id).where(citizens.c.afm_key.in_(list(keys)))
        return {keys[row.afm_key]: row.id for row in (await connection.execute(known)).all()}

    async def afm_of(self, citizen_id: int) -> str:
        """Raises ``LookupError`` when there is no such citizen."""
        async with self._database.read() as connection:
            sealed = await connection.scalar(select(citizens.c.afm_sealed).where(citizens.c.id == citizen_id))
        if sealed is None:
            raise LookupError("no such citizen")
        return self._vault.open("citizens.afm", sealed)

    # When the contact registry is asked. A citizen who had themselves erased is not asked about: they are never due.

    async def contact_due(self, now: datetime, limit: int) -> list[tuple[int, str]]:
        """Citizens (id, ΑΦΜ) whose entry in the contact registry is to be looked up, the longest due first."""
        due = select(citizens.c.id, citizens.c.afm_sealed).where(citizens.c.contact_due_at <= now)
        async with self._database.read() as connection:
            rows = await connection.execute(due.order_by(citizens.c.contact_due_at).limit(limit))
            return [(row.id, self._vault.open("citizens.afm", row.afm_sealed)) for row in rows]

    async def ask_again(self, connection: AsyncConnection, citizen_id: int, at: datetime) -> None:
        """Ask the contact registry about this citizen again then."""
        asked_about = and_(citizens.c.id == citizen_id, citizens.c.contact_due_at.is_not(None))
        await connection.execute(update(citizens).where(asked_about).values(contact_due_at=at))
