"""One-time codes: issued for a conversation, kept as a keyed hash, limited in time, in attempts and in number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens, codes
from casestore.vault import Vault

LIFETIME = timedelta(minutes=10)
ATTEMPTS = 3  # wrong tries per code
PER_CONVERSATION = (5, timedelta(hours=1))
PER_CITIZEN = (8, timedelta(days=1))  # over all conversations: 24 tries a day at a million codes


@dataclass(frozen=True, slots=True)
class OpenCode:
    """The newest code of a conversation that was not used. ``right`` is whether the typed one is it.

    ``citizen_id`` is whom a right one proves; ``None`` where that citizen is not on record yet, or it is not right.
    """

    id: int
    right: bool
    attempts_left: int
    expired: bool
    citizen_id: int | None = None


class Codes:
    """Reads and writes codes over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def _hash(self, conversation_id: int, code: str) -> str:
        return self._vault.index(f"code/{conversation_id}", code)

    async def issue(
        self, connection: AsyncConnection, conversation_id: int, afm: str, code: str, now: datetime, *, sent: bool
    ) -> bool:
        """Keep a code for this conversation; ``False`` when a limit is reached and nothing was kept."""
        afm_key = self._vault.index("afm", afm)
        await self._database.alone(connection, f"codes/{afm_key}")  # asked from two conversations at once
        limits = (
            (codes.c.conversation_id == conversation_id, PER_CONVERSATION),
            (codes.c.afm_key == afm_key, PER_CITIZEN),
        )
        for which, (most, window) in limits:
            count = select(func.count()).select_from(codes).where(which, codes.c.created_at > now - window)
            if (await connection.scalar(count) or 0) >= most:
                return False
        row = {
            "conversation_id": conversation_id,
            "afm_key": afm_key,
            "afm_sealed": self._vault.seal("codes.afm", afm),
            "code_key": self._hash(conversation_id, code),
            "sent": sent,
            "created_at": now,
            "expires_at": now + LIFETIME,
            "attempts_left": ATTEMPTS,
        }
        await connection.execute(codes.insert().values(**row))
        return True

    async def check(self, conversation_id: int, code: str, now: datetime) -> OpenCode | None:
        """Hold a typed code against the newest open one. Reads only; ``None`` when none is open."""
        newest = and_(codes.c.conversation_id == conversation_id, codes.c.used_at.is_(None))
        with_citizen = select(codes, citizens.c.id.label("citizen_id")).join_from(
            codes, citizens, citizens.c.afm_key == codes.c.afm_key, isouter=True
        )
        async with self._database.read() as connection:
            row = (await connection.execute(with_citizen.where(newest).order_by(codes.c.id.desc()).limit(1))).first()
        if row is None:
            return None
        same = self._vault.same_index(f"code/{conversation_id}", code, row.code_key) and row.sent
        alive = row.attempts_left > 0 and row.expires_at > now
        right = same and alive
        proves = row.citizen_id if right else None
        return OpenCode(row.id, right, row.attempts_left, row.expires_at <= now, proves)

    async def tried(self, connection: AsyncConnection, code_id: int, *, right: bool, now: datetime) -> str | None:
        """Count a try. A right one uses the code up, once: the ΑΦΜ it was for, or ``None`` if it was used before."""
        this = codes.c.id == code_id
        if not right:
            await connection.execute(
                update(codes).where(this, codes.c.attempts_left > 0).values(attempts_left=codes.c.attempts_left - 1)
            )
            return None
        used = update(codes).where(this, codes.c.used_at.is_(None)).values(used_at=now).returning(codes.c.afm_sealed)
        sealed = (await connection.execute(used)).scalar_one_or_none()
        return None if sealed is None else self._vault.open("codes.afm", sealed)
