"""The addresses at which citizens are reached, one row for each channel and address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import contact_points
from casestore.vault import Vault, address_key


class ContactPoints:
    """Reads and writes contact points over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def ensure(self, connection: AsyncConnection, channel: str, address: str, now: datetime) -> int:
        """The id of this contact point, made if there is none. One that was erased has its address again."""
        key = address_key(self._vault, channel, address)
        sealed = self._vault.seal("contact_points.address", address)
        row: dict[str, Any] = {"channel": channel, "address_key": key, "address_sealed": sealed, "created_at": now}
        await connection.execute(self._database.insert_new(contact_points).values(**row))
        of_address = and_(contact_points.c.channel == channel, contact_points.c.address_key == key)
        length = func.length(contact_points.c.address_sealed)
        point, held = (await connection.execute(select(contact_points.c.id, length).where(of_address))).one()
        if not held:
            erased = update(contact_points).where(contact_points.c.id == point)
            await connection.execute(erased.values(address_sealed=sealed, created_at=now))
        return int(point)

    async def reachable(self, connection: AsyncConnection, contact_point_id: int, *, reason: str | None) -> None:
        """Can this contact point be written to? ``reason`` says why not; ``None`` that it can."""
        point = contact_points.c.id == contact_point_id
        values = {"reachable": reason is None, "unreachable_reason": reason}
        await connection.execute(update(contact_points).where(point).values(**values))
