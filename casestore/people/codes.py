"""One-time codes: issued for a conversation, kept as a keyed hash, limited in time, in attempts and in number.

A code comes to the mobile that the contact registry holds (:meth:`Codes.issue`), or is shown to whoever came back from
the State's login (:meth:`Codes.show`). Typed into its conversation, both prove the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, distinct, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens, codes
from casestore.vault import Vault, address_key

LIFETIME = timedelta(minutes=10)
ATTEMPTS = 3  # wrong tries per code
BY_MOBILE, BY_LOGIN = "code", "login"

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
PER_CONVERSATION = ((5, HOUR), (10, DAY))
PER_CITIZEN = ((8, DAY), (30, MONTH))  # over all conversations: 24 tries a day and 90 a month at a million codes
PER_MOBILE = ((10, DAY),)  # several citizens may have declared the same one
CITIZENS_PER_CONVERSATION = (3, DAY)  # a family does with fewer; whoever tries number after number does not


@dataclass(frozen=True, slots=True)
class OpenCode:
    """The newest code of a conversation, if it was not used. ``right`` is whether the typed one is it.

    ``citizen_id`` is whom a right one proves; ``None`` where that citizen is not on record yet, or it is not right.
    """

    id: int
    right: bool
    attempts_left: int
    expired: bool
    citizen_id: int | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a right code proved. ``rests_on`` is the address key of the mobile it was sent to, if it was sent."""

    afm: str
    source: str
    rests_on: str | None


class Codes:
    """Reads and writes codes over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def issue(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        afm: str,
        code: str,
        now: datetime,
        *,
        sent: bool,
        mobile: str | None = None,
    ) -> bool:
        """Keep a code for this conversation, sent to ``mobile``; ``False`` when a limit is reached: nothing was kept.

        A code that is not sent counts like any other, and nothing matches it: who has no mobile looks the same.
        """
        afm_key = self._vault.index("afm", afm)
        mobile_key = address_key(self._vault, "sms", mobile) if mobile else None
        for shared in (afm_key, mobile_key):  # asked from two conversations at once
            if shared:
                await self._database.alone(connection, f"codes/{shared}")
        if await self._too_many(connection, conversation_id, afm_key, mobile_key, now):
            return False
        await self._keep(
            connection, conversation_id, afm, code, now, sent=sent, source=BY_MOBILE, mobile_key=mobile_key
        )
        return True

    async def show(self, connection: AsyncConnection, conversation_id: int, afm: str, code: str, now: datetime) -> int:
        """Keep a code that is shown to whoever logged in as ``afm``; its id. It uses up nobody's allowance: a citizen
        whose codes were asked for by others can still log in, and each needs a login of its own."""
        return await self._keep(connection, conversation_id, afm, code, now, sent=True, source=BY_LOGIN)

    async def _keep(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        afm: str,
        code: str,
        now: datetime,
        *,
        sent: bool,
        source: str,
        mobile_key: str | None = None,
    ) -> int:
        row = {
            "conversation_id": conversation_id,
            "afm_key": self._vault.index("afm", afm),
            "afm_sealed": self._vault.seal("codes.afm", afm),
            "code_key": self._vault.index(f"code/{conversation_id}", code),
            "sent": sent,
            "created_at": now,
            "expires_at": now + LIFETIME,
            "attempts_left": ATTEMPTS,
            "source": source,
            "mobile_key": mobile_key,
        }
        return int((await connection.execute(codes.insert().values(**row).returning(codes.c.id))).scalar_one())

    async def _too_many(
        self, connection: AsyncConnection, conversation_id: int, afm_key: str, mobile_key: str | None, now: datetime
    ) -> bool:
        of_conversation = codes.c.conversation_id == conversation_id
        limits = [(of_conversation, limit) for limit in PER_CONVERSATION]
        limits += [(codes.c.afm_key == afm_key, limit) for limit in PER_CITIZEN]
        limits += [(codes.c.mobile_key == mobile_key, limit) for limit in PER_MOBILE if mobile_key]
        for which, (most, window) in limits:
            if await self._count(connection, func.count(), now - window, which) >= most:
                return True
        most, window = CITIZENS_PER_CONVERSATION
        others = (of_conversation, codes.c.afm_key != afm_key)
        return await self._count(connection, func.count(distinct(codes.c.afm_key)), now - window, *others) >= most

    async def _count(self, connection: AsyncConnection, what: Any, since: datetime, *which: ColumnElement[bool]) -> int:
        sent = select(what).select_from(codes).where(*which, codes.c.source == BY_MOBILE, codes.c.created_at > since)
        return int(await connection.scalar(sent) or 0)

    async def check(self, conversation_id: int, code: str, now: datetime) -> OpenCode | None:
        """Hold a typed code against the newest one. Reads only; ``None`` when none is open."""
        with_citizen = select(codes, citizens.c.id.label("citizen_id")).join_from(
            codes, citizens, citizens.c.afm_key == codes.c.afm_key, isouter=True
        )
        newest = with_citizen.where(codes.c.conversation_id == conversation_id).order_by(codes.c.id.desc()).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(newest)).first()
        if row is None or row.used_at is not None:
            return None
        same = self._vault.same_index(f"code/{conversation_id}", code, row.code_key) and row.sent
        alive = row.attempts_left > 0 and row.expires_at > now
        right = same and alive
        proves = row.citizen_id if right else None
        return OpenCode(row.id, right, row.attempts_left, row.expires_at <= now, proves)

    async def tried(self, connection: AsyncConnection, code_id: int, *, right: bool, now: datetime) -> Proof | None:
        """Count a try. A right one uses the code up, once: what it proved, or ``None`` if it counts no more."""
        alive = (codes.c.id == code_id, codes.c.attempts_left > 0)
        if not right:
            less = codes.c.attempts_left - 1
            await connection.execute(update(codes).where(*alive).values(attempts_left=less))
            return None
        used = update(codes).where(*alive, codes.c.used_at.is_(None)).values(used_at=now)
        row = (await connection.execute(used.returning(codes.c.afm_sealed, codes.c.source, codes.c.mobile_key))).first()
        return None if row is None else Proof(self._vault.open("codes.afm", row.afm_sealed), row.source, row.mobile_key)

    async def is_open(self, code_id: int, now: datetime) -> bool:
        """Can this code still be typed?"""
        open_ = (codes.c.used_at.is_(None), codes.c.attempts_left > 0, codes.c.expires_at > now)
        async with self._database.read() as connection:
            return await connection.scalar(select(codes.c.id).where(codes.c.id == code_id, *open_)) is not None

    async def void(self, connection: AsyncConnection, conversation_id: int) -> None:
        """No code of this conversation counts any more."""
        of_conversation = (codes.c.conversation_id == conversation_id, codes.c.used_at.is_(None))
        await connection.execute(update(codes).where(*of_conversation).values(attempts_left=0))
