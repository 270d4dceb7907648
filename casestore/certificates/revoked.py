"""Certificates that count no more, seen from whom they were issued to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.certificates.records import Revocation, Why, code_key
from casestore.database import Database
from casestore.tables import certificate_requests as requests
from casestore.tables import certificates
from casestore.vault import Vault


@dataclass(frozen=True, slots=True)
class RevokedPaper:
    """Whose it is, and since when and why it counts no more. ``request``: under which its registry knows it."""

    request: str
    citizen_id: int
    kind: str
    issued_at: datetime
    revocation: Revocation


class RevokedPapers:
    """Reads them over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def of_code(self, connection: AsyncConnection, code: str) -> RevokedPaper | None:
        """``None``: it was not revoked, or nobody here asked for it, or they had themselves erased."""
        return await self._one(connection, requests.c.code_key == code_key(self._vault, code))

    async def of_request(self, connection: AsyncConnection, request: str) -> RevokedPaper | None:
        """Likewise."""
        return await self._one(connection, requests.c.request == request)

    async def among(self, ids: Collection[int]) -> dict[int, Revocation]:
        """Of these requests those whose paper was revoked, by their ids."""
        if not ids:
            return {}
        async with self._database.read() as connection:
            rows = await connection.execute(_REVOKED.where(requests.c.id.in_(ids)))
            return {row.id: Revocation(row.revoked_at, row.revoked_by, Why(row.revoked_why)) for row in rows}

    async def _one(self, connection: AsyncConnection, which: ColumnElement[bool]) -> RevokedPaper | None:
        row = (await connection.execute(_REVOKED.where(which))).first()
        if row is None:
            return None
        revoked = Revocation(row.revoked_at, row.revoked_by, Why(row.revoked_why))
        return RevokedPaper(row.request, row.citizen_id, row.kind, row.issued_at, revoked)


_REVOKED = (
    select(
        requests.c.id,
        requests.c.request,
        requests.c.citizen_id,
        requests.c.kind,
        certificates.c.issued_at,
        certificates.c.revoked_at,
        certificates.c.revoked_by,
        certificates.c.revoked_why,
    )
    .join_from(requests, certificates, requests.c.code_key == certificates.c.code_key)
    .where(certificates.c.revoked_at.is_not(None))
)
