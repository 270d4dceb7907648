"""Whose cases these are: many citizens at once, put on record where they are not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens
from casestore.vault import Vault


class Citizens:
    """:meth:`casestore.people.identity.People.citizen` for a whole page: two statements, three if some are new."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def ids(self, connection: AsyncConnection, afms: Iterable[str], now: datetime) -> dict[str, int]:
        """Citizens' ids by ΑΦΜ."""
        keys = {self._vault.index("afm", afm): afm for afm in set(afms)}
        found = await self._known(connection, keys)
        if new := sorted(key for key, afm in keys.items() if afm not in found):
            sealed = ((key, self._vault.seal("citizens.afm", keys[key])) for key in new)  # in one order: no deadlocks
            rows = [{"afm_key": k, "afm_sealed": s, "created_at": now, "contact_due_at": now} for k, s in sealed]
            await connection.execute(self._database.insert_new(citizens), rows)
            found = await self._known(connection, keys)
        return found

    async def known(self, afms: Iterable[str]) -> dict[str, int]:
        """Ids by ΑΦΜ of those that are on record."""
        async with self._database.read() as connection:
            return await self._known(connection, {self._vault.index("afm", afm): afm for afm in set(afms)})

    async def _known(self, connection: AsyncConnection, keys: dict[str, str]) -> dict[str, int]:
        known = select(citizens.c.afm_key, citizens.c.id).where(citizens.c.afm_key.in_(list(keys)))
        return {keys[row.afm_key]: row.id for row in (await connection.execute(known)).all()}
