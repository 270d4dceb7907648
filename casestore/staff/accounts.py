"""Accounts of employees. Passwords come and go as hashes; whoever checks them is above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_signout
from casestore.database import Database
from casestore.staff.model import Credentials, Member, Role
from casestore.tables import staff, staff_desks, staff_sessions
from casestore.vault import Vault

_TOTP = "staff.totp"
PRESENT = timedelta(seconds=45)
"""So long after the last sign of an open page somebody counts as present."""


class AccountExists(Exception):
    """There is an account with this address already."""


class Accounts:
    """Reads and writes accounts over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    # Writing

    async def add(
        self,
        connection: AsyncConnection,
        member: Member,
        password_hash: str,
        now: datetime,
        *,
        totp: str | None = None,
    ) -> int:
        """A new account; its id. ``member.id`` is of no account yet. Raises :class:`AccountExists`."""
        row = {"email": member.email, "name": member.name, "role": member.role, "demo": member.demo}
        row |= {"password_hash": password_hash, "created_at": now, "totp_sealed": self._sealed(totp)}
        made = await connection.scalar(self._database.insert_new(staff).values(**row).returning(staff.c.id))
        if made is None:
            raise AccountExists(member.email)
        await self._set_desks(connection, made, member.desks)
        return int(made)

    @staticmethod
    async def _set_desks(connection: AsyncConnection, staff_id: int, desks: Collection[str]) -> None:
        await connection.execute(delete(staff_desks).where(staff_desks.c.staff_id == staff_id))
        if desks:
            rows = [{"staff_id": staff_id, "desk": desk} for desk in sorted(desks)]
            await connection.execute(staff_desks.insert(), rows)

    async def disable(self, connection: AsyncConnection, staff_id: int, now: datetime) -> None:
        """Signed out at once, everywhere, and let in no more."""
        await self._change(connection, staff_id, now, disabled_at=now)

    async def reset(
        self,
        connection: AsyncConnection,
        staff_id: int,
        password_hash: str,
        now: datetime,
        *,
        totp: str | None = None,
    ) -> None:
        """A new password and second factor; what was locked or disabled is open again, all sessions have ended."""
        values: dict[str, Any] = {"password_hash": password_hash, "totp_sealed": self._sealed(totp), "totp_step": None}
        values |= {"failures": 0, "locked_until": None, "disabled_at": None}
        await self._change(connection, staff_id, now, **values)

    async def set_rights(
        self, connection: AsyncConnection, staff_id: int, role: Role, desks: Collection[str], now: datetime
    ) -> None:
        """Another role, other desks: all sessions have ended."""
        await self._set_desks(connection, staff_id, desks)
        await self._change(connection, staff_id, now, role=role)

    async def _change(self, connection: AsyncConnection, staff_id: int, now: datetime, **values: Any) -> None:
        """With it every session of theirs ends, in the same commit."""
        of_member = staff.c.id == staff_id
        await connection.execute(update(staff).where(of_member).values(version=staff.c.version + 1, **values))
        open_ = and_(staff_sessions.c.staff_id == staff_id, staff_sessions.c.ended_at.is_(None))
        await connection.execute(update(staff_sessions).where(open_).values(ended_at=now))
        note_signout(self._database, connection, staff_id, now)

    async def failed(
        self, connection: AsyncConnection, staff_id: int, now: datetime, *, tries: int, lock_until: datetime
    ) -> bool:
        """One more wrong sign-in; of so many ``tries`` the last locks the account, ``True``. Decided by the row: of
        many at once each counts."""
        is_last = staff.c.failures + 1 >= tries
        values = {
            "failures": case((is_last, 0), else_=staff.c.failures + 1),
            "locked_until": case((is_last, lock_until), else_=staff.c.locked_until),
        }
        which = and_(staff.c.id == staff_id, _is_open(now))
        counted = update(staff).where(which).values(**values).returning(staff.c.failures)
        failures: int | None = await connection.scalar(counted)
        return failures == 0

    async def let_in(self, connection: AsyncConnection, staff_id: int, step: int | None, now: datetime) -> bool:
        """Signed in, with the code of this ``step``; ``False`` where that code, or a later one, has opened before, or
        where the account has been locked meanwhile."""
        is_new = or_(staff.c.totp_step.is_(None), staff.c.totp_step < step) if step is not None else true()
        which = and_(staff.c.id == staff_id, _is_open(now), is_new)
        values: dict[str, Any] = {"failures": 0, "locked_until": None}
        values |= {} if step is None else {"totp_step": step}
        return (await connection.execute(update(staff).where(which).values(**values))).rowcount == 1

    def _sealed(self, totp: str | None) -> bytes | None:
        return None if totp is None else self._vault.seal(_TOTP, totp)

    # Presence

    async def present(self, connection: AsyncConnection, ids: Collection[int], now: datetime) -> None:
        """These have a page open."""
        await connection.execute(update(staff).where(staff.c.id.in_(list(ids))).values(present_at=now))

    async def looks_at(
        self, connection: AsyncConnection, staff_id: int, conversation_id: int | None, now: datetime, *, typing: bool
    ) -> int | None:
        """Which conversation they look at, and whether they write there. Which it was before."""
        of_member = staff.c.id == staff_id
        before: int | None = await connection.scalar(select(staff.c.viewing_id).where(of_member))
        values = {"present_at": now, "viewing_id": conversation_id, "typing_at": now if typing else None}
        await connection.execute(update(staff).where(of_member).values(**values))
        return before

    async def beside(self, conversation_id: int, now: datetime) -> list[tuple[str, str, bool]]:
        """Who looks at this conversation now: (e-mail, name, writes there)."""
        looking = and_(staff.c.viewing_id == conversation_id, staff.c.present_at > now - PRESENT)
        found = select(staff.c.email, staff.c.name, staff.c.typing_at).where(looking).order_by(staff.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(found)).all()
        recently = now - timedelta(seconds=10)
        return [(row.email, row.name, row.typing_at is not None and row.typing_at > recently) for row in rows]

    # Reading

    async def present_now(self, now: datetime) -> frozenset[int]:
        """Who has a page open, by id."""
        there = select(staff.c.id).where(staff.c.present_at > now - PRESENT, staff.c.disabled_at.is_(None))
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(there))

    async def all(self) -> list[Member]:
        """Every account, in the order in which they were made."""
        return [each.member for each in await self._found(staff.c.id > 0)]

    async def find(self, email: str) -> Credentials | None:
        """``email`` in whatever case."""
        found = await self._found(staff.c.email == email.strip().lower())
        return found[0] if found else None

    async def of_desk(self, desk: str) -> list[Member]:
        """Who can answer at this desk."""
        found = (each.member for each in await self._found(staff.c.disabled_at.is_(None)))
        return [member for member in found if member.sees(desk)]

    async def any_can_answer(self, connection: AsyncConnection) -> bool:
        """Is there anybody at all?"""
        answering = (staff.c.disabled_at.is_(None), staff.c.role.in_([Role.AGENT, Role.SUPERVISOR]))
        return await connection.scalar(select(staff.c.id).where(*answering).limit(1)) is not None

    async def _found(self, which: ColumnElement[bool]) -> list[Credentials]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(staff).where(which).order_by(staff.c.id))).all()
            desks = await desks_of(connection, [row.id for row in rows])
        return [self._credentials(row, desks.get(row.id, frozenset())) for row in rows]

    def _credentials(self, row: Any, desks: frozenset[str]) -> Credentials:
        totp = None if row.totp_sealed is None else self._vault.open(_TOTP, row.totp_sealed)
        member = member_of(row, desks)
        return Credentials(member, row.password_hash, totp, row.totp_step, row.failures, row.locked_until)


def _is_open(now: datetime) -> ColumnElement[bool]:
    return or_(staff.c.locked_until.is_(None), staff.c.locked_until <= now)


async def desks_of(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """The desks of these employees, by their ids."""
    rows = (await connection.execute(select(staff_desks).where(staff_desks.c.staff_id.in_(list(ids))))).all()
    return {one: frozenset(row.desk for row in rows if row.staff_id == one) for one in {row.staff_id for row in rows}}


def member_of(row: Any, desks: frozenset[str]) -> Member:
    """From a row that has the columns of ``staff``."""
    return Member(
        row.id,
        row.email,
        row.name,
        Role(row.role),
        desks,
        row.version,
        row.demo,
        row.disabled_at is not None,
        row.totp_sealed is not None,
    )
