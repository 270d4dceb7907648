"""What was issued, for whoever asks whether a paper is genuine. Found by a keyed hash of its code, or by its bytes.

Nothing here is of anybody: whose a certificate is, its paper says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.database import Database
from casestore.tables import certificates
from casestore.vault import Vault

_CODE = "certificate-code"


class Why(StrEnum):
    """Why a certificate counts no more. Each has its words where it is told."""

    ERROR = "error"  # what it says was wrong when it was issued
    CHANGED = "changed"  # what it says is so no more
    REPLACED = "replaced"  # another was issued instead
    ABUSE = "abuse"  # somebody had it who must not


@dataclass(frozen=True, slots=True)
class Revocation:
    at: datetime
    by: str
    why: Why


@dataclass(frozen=True, slots=True)
class Certificate:
    """``sha256`` of the sealed PDF, in hexadecimal digits. ``title`` and ``issuer`` as the paper says them."""

    sha256: str
    kind: str
    title: str
    issuer: str
    issued_at: datetime
    valid_until: datetime | None
    revocation: Revocation | None = None


class IssuedCertificates:
    """Codes as :func:`nlu.certificate_codes.read_code` gives them."""

    def __init__(self, database: Database, vault: Vault, audits: AuditTrail) -> None:
        self._database = database
        self._vault = vault
        self._audits = audits

    async def keep(self, connection: AsyncConnection, code: str, certificate: Certificate) -> None:
        """Put an issued one on record, in the commit that delivers it."""
        row = {
            "code_key": self.key(code),
            "sha256": certificate.sha256,
            "kind": certificate.kind,
            "title": certificate.title,
            "issuer": certificate.issuer,
            "issued_at": certificate.issued_at,
            "valid_until": certificate.valid_until,
        }
        await connection.execute(certificates.insert().values(**row))

    async def by_code(self, code: str) -> Certificate | None:
        return await self._one(certificates.c.code_key == self.key(code))

    async def by_digest(self, sha256: str) -> Certificate | None:
        return await self._one(certificates.c.sha256 == sha256)

    async def revoke(self, connection: AsyncConnection, code: str, by: str, why: Why, now: datetime) -> bool:
        """``False``: there is none of this code, or it was revoked before. It stays revoked for ever."""
        free = (certificates.c.code_key == self.key(code), certificates.c.revoked_at.is_(None))
        values = {"revoked_at": now, "revoked_by": by, "revoked_why": why}
        changed = await connection.execute(update(certificates).where(*free).values(**values))
        if not changed.rowcount:
            return False
        await self._audits.note(connection, "certificate.revoked", why, now, subject_key=self.key(code), actor=by)
        return True

    def key(self, code: str) -> str:
        """The keyed hash under which a code is kept."""
        return code_key(self._vault, code)

    async def _one(self, which: Any) -> Certificate | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(certificates).where(which))).first()
        return None if row is None else _certificate(row)


def code_key(vault: Vault, code: str) -> str:
    """The keyed hash of a code."""
    return vault.index(_CODE, code)


def _certificate(row: Row[Any]) -> Certificate:
    revoked = None if row.revoked_at is None else Revocation(row.revoked_at, row.revoked_by, Why(row.revoked_why))
    return Certificate(row.sha256, row.kind, row.title, row.issuer, row.issued_at, row.valid_until, revoked)
