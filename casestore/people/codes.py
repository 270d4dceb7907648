"""One-time codes: issued for a conversation, kept as a keyed hash, limited in time, in attempts and in number.

A code comes to the mobile that the contact registry holds (:meth:`Codes.issue`), or is shown to whoever came back from
the State's login (:meth:`Codes.show`). Typed into its conversation, both prove the same. One that was asked for on the
telephone is read aloud there and opens that call alone; it counts among its citizen's codes like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, distinct, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens, codes
from casestore.vault import Vault, address_key

LIFETIME = timedelta(minutes=10)
ATTEMPTS = 3  # wrong tries per code
BY_MOBILE, BY_LOGIN, REFUSED = "code", "login", "refused"
CODE, RECEIPT = 6, 4  # digits
MOST_OPEN = 20  # codes of a conversation that are looked at: more than it can have in their ten minutes

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
PER_CONVERSATION = ((5, HOUR), (10, DAY))
PER_CITIZEN = ((8, DAY), (30, MONTH))  # over all conversations: 24 tries a day and 90 a month at a million codes
PER_MOBILE = ((10, DAY),)  # several citizens may have declared the same one
CITIZENS_PER_CONVERSATION = (3, DAY)  # a family does with fewer; whoever tries number after number does not


@dataclass(frozen=True, slots=True)
class OfCall:
    """The call with an employee in which a code is asked for, by its id."""

    id: int


Place = int | OfCall
"""Where a code counts: in a conversation, by its id, or in a call."""


@dataclass(frozen=True, slots=True)
class OpenCode:
    """The newest code of a conversation, if it was not used; or the older one that was typed, while it lasts. ``right``
    is whether the typed one is it.

    ``citizen_id`` is whom a right one proves; ``None`` where that citizen is not on record yet, or it is not right.
    ``incomplete``: the digits that go with the code are not with what was typed.
    """

    id: int
    right: bool
    attempts_left: int
    expired: bool
    citizen_id: int | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What a right code proved. ``rests_on`` is the address key of the mobile it was sent to, if it was sent."""

    afm: str
    source: str
    rests_on: str | None


Limited = tuple[ColumnElement[bool], tuple[int, timedelta]]
"""Which codes count, and how many of them may be in what time."""


def _at(place: Place) -> ColumnElement[bool]:
    return codes.c.call_id == place.id if isinstance(place, OfCall) else codes.c.conversation_id == place


def _name(place: Place) -> str:
    """What the hash of a code is bound to."""
    return f"code/call/{place.id}" if isinstance(place, OfCall) else f"code/{place}"


def _of_this(place: Place) -> Sequence[Limited]:
    return [(_at(place), limit) for limit in PER_CONVERSATION]


def _of_all(afm_key: str, mobile_key: str | None) -> Sequence[Limited]:
    limits = [(codes.c.afm_key == afm_key, limit) for limit in PER_CITIZEN]
    return limits + [(codes.c.mobile_key == mobile_key, limit) for limit in PER_MOBILE if mobile_key]


def _either_order(typed: str) -> Sequence[str]:
    """Code and receipt as one row of digits, whichever was typed first; nothing where one of them is missing."""
    whole = CODE + RECEIPT
    return (typed, typed[RECEIPT:] + typed[:RECEIPT]) if len(typed) == whole else ()


class Codes:
    """Reads and writes codes over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def issue(
        self,
        connection: AsyncConnection,
        place: Place,
        afm: str,
        code: str,
        now: datetime,
        *,
        sent: bool,
        mobile: str | None = None,
        receipt: str | None = None,
        own: bool = False,
    ) -> bool:
        """Keep a code for this conversation or call, sent to ``mobile``; ``False`` at a limit: it is not to be sent.

        A code that is not sent counts like any other, and nothing matches it: who has no mobile looks the same, and so
        does who is at a limit. ``receipt``: digits that were shown here and must come back with the code. ``own``: the
        mobile is the one that this conversation is held with, and others' asking uses up none of its codes.
        """
        afm_key = self._vault.index("afm", afm)
        mobile_key = address_key(self._vault, "sms", mobile) if mobile else None
        for key in filter(None, (afm_key, mobile_key)):  # asked from two conversations at once
            await self._database.alone(connection, f"codes/{key}")
        shared = _of_this(place) if own else _of_all(afm_key, mobile_key)
        refused = await self._too_many(connection, place, afm_key, shared, now)
        await self._keep(
            connection,
            place,
            afm,
            code + (receipt or ""),
            now,
            sent=sent and not refused,
            source=REFUSED if refused else BY_MOBILE,
            mobile_key=None if refused else mobile_key,
            with_receipt=receipt is not None,
        )
        return not refused

    async def may_ask(self, conversation_id: int, afm: str, now: datetime) -> bool:
        """Is this conversation below its own limits, for this ΑΦΜ?"""
        async with self._database.read() as connection:
            key = self._vault.index("afm", afm)
            return not await self._too_many(connection, conversation_id, key, (), now)

    async def show(self, connection: AsyncConnection, conversation_id: int, afm: str, code: str, now: datetime) -> int:
        """Keep a code that is shown to whoever logged in as ``afm``; its id. It uses up nobody's allowance: a citizen
        whose codes were asked for by others can still log in, and each needs a login of its own."""
        return await self._keep(connection, conversation_id, afm, code, now, sent=True, source=BY_LOGIN)

    async def _keep(
        self,
        connection: AsyncConnection,
        place: Place,
        afm: str,
        code: str,
        now: datetime,
        *,
        sent: bool,
        source: str,
        mobile_key: str | None = None,
        with_receipt: bool = False,
    ) -> int:
        row = {
            "conversation_id": None if isinstance(place, OfCall) else place,
            "call_id": place.id if isinstance(place, OfCall) else None,
            "afm_key": self._vault.index("afm", afm),
            "afm_sealed": self._vault.seal("codes.afm", afm),
            "code_key": self._vault.index(_name(place), code),
            "sent": sent,
            "created_at": now,
            "expires_at": now + LIFETIME,
            "attempts_left": ATTEMPTS,
            "source": source,
            "mobile_key": mobile_key,
            "with_receipt": with_receipt,
        }
        return int((await connection.execute(codes.insert().values(**row).returning(codes.c.id))).scalar_one())

    async def _too_many(
        self, connection: AsyncConnection, place: Place, afm_key: str, shared: Sequence[Limited], now: datetime
    ) -> bool:
        for which, (most, window) in (*_of_this(place), *shared):
            if await self._count(connection, func.count(), now - window, which) >= most:
                return True
        most, window = CITIZENS_PER_CONVERSATION
        others = (_at(place), codes.c.afm_key != afm_key)
        return await self._count(connection, func.count(distinct(codes.c.afm_key)), now - window, *others) >= most

    async def _count(self, connection: AsyncConnection, what: Any, since: datetime, *which: ColumnElement[bool]) -> int:
        sent = select(what).select_from(codes).where(*which, codes.c.source == BY_MOBILE, codes.c.created_at > since)
        return int((await connection.execute(sent)).scalar_one())

    async def check(self, place: Place, code: str, now: datetime) -> OpenCode | None:
        """Hold a typed code against those that still count. Reads only; ``None`` when the newest was used, or there is
        none."""
        async with self._database.read() as connection:
            return await self.check_alone(connection, place, code, now)

    async def check_alone(self, connection: AsyncConnection, place: Place, code: str, now: datetime) -> OpenCode | None:
        """The same as this transaction sees it: of many tries at once each is one."""
        with_citizen = select(codes, citizens.c.id.label("citizen_id")).join_from(
            codes, citizens, citizens.c.afm_key == codes.c.afm_key, isouter=True
        )
        lately = with_citizen.where(_at(place)).order_by(codes.c.id.desc())
        rows = (await connection.execute(lately.limit(MOST_OPEN))).all()
        if not rows or rows[0].used_at is not None:
            return None
        alive = [row for row in rows if row.used_at is None and row.attempts_left > 0 and row.expires_at > now]
        if found := next((row for row in alive if self._is(row, place, code)), None):
            return OpenCode(found.id, True, found.attempts_left, False, found.citizen_id)
        row = rows[0]
        incomplete = row in alive and row.with_receipt and not _either_order(code)
        return OpenCode(row.id, False, row.attempts_left, row.expires_at <= now, None, incomplete)

    def _is(self, row: Any, place: Place, code: str) -> bool:
        """Is this code the one of this row?"""
        typed = _either_order(code) if row.with_receipt else (code,)
        same = [self._vault.same_index(_name(place), one, row.code_key) for one in typed]
        return bool(row.sent) and any(same)

    async def tried(self, connection: AsyncConnection, code_id: int, *, right: bool, now: datetime) -> Proof | None:
        """Count a try. A wrong one is a try at every code of the conversation that still counts. A right one uses the
        code up, once, and ends the others: what it proved, or ``None`` if it counts no more."""
        this = codes.alias()
        same = or_(codes.c.conversation_id == this.c.conversation_id, codes.c.call_id == this.c.call_id)
        open_ = (codes.c.attempts_left > 0, codes.c.used_at.is_(None))
        beside = (codes.c.id.in_(select(codes.c.id).join(this, same).where(this.c.id == code_id)), *open_)
        if not right:
            less = codes.c.attempts_left - 1
            await connection.execute(update(codes).where(*beside).values(attempts_left=less))
            return None
        used = update(codes).where(codes.c.id == code_id, *open_).values(used_at=now)
        row = (await connection.execute(used.returning(codes.c.afm_sealed, codes.c.source, codes.c.mobile_key))).first()
        if row is None:
            return None
        await connection.execute(update(codes).where(*beside).values(used_at=now))
        return Proof(self._vault.open("codes.afm", row.afm_sealed), row.source, row.mobile_key)

    async def is_open(self, code_id: int, now: datetime) -> bool:
        """Can this code still be typed?"""
        open_ = (codes.c.used_at.is_(None), codes.c.attempts_left > 0, codes.c.expires_at > now)
        async with self._database.read() as connection:
            return await connection.scalar(select(codes.c.id).where(codes.c.id == code_id, *open_)) is not None

    async def void(self, connection: AsyncConnection, conversation_id: int) -> None:
        """No code of this conversation counts any more."""
        of_conversation = (codes.c.conversation_id == conversation_id, codes.c.used_at.is_(None))
        await connection.execute(update(codes).where(*of_conversation).values(attempts_left=0))
