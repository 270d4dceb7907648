"""Calls, over one database: begun by an employee, proven by a code, ended, noted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.calls.model import (
    MOST_CODES,
    PER_DAY,
    PER_HOUR,
    PROVEN_FOR,
    UNPROVEN_FOR,
    Call,
    CallNote,
    FoundBy,
    Limited,
    Purpose,
)
from casestore.database import Database
from casestore.people.identity import MOBILE_CHANNEL, UNLINKED
from casestore.tables import calls, cases, citizens, contact_points, links, staff
from casestore.vault import Vault, address_key

_LIMITS = ((PER_HOUR, timedelta(hours=1)), (PER_DAY, timedelta(days=1)))
BATCH = 50


class Calls:
    """Reads and writes calls over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    # Who may be on the line

    async def afm_at(self, mobile: str) -> str:
        """The tax number of the one citizen whose mobile the contact registry holds this to be; empty: of none, or of
        several."""
        key = address_key(self._vault, MOBILE_CHANNEL, mobile)
        of_point = and_(contact_points.c.channel == MOBILE_CHANNEL, contact_points.c.address_key == key)
        joined = select(citizens.c.afm_sealed).join_from(links, contact_points).join(citizens)
        theirs = joined.where(of_point, links.c.rests_on == key, links.c.level >= UNLINKED).distinct()
        return await self._only(theirs)

    async def afm_of_case(self, reference: str) -> str:
        """The tax number of whose case this is; empty: there is none on record."""
        joined = select(citizens.c.afm_sealed).join_from(cases, citizens)
        return await self._only(joined.where(cases.c.reference == reference, cases.c.gone_at.is_(None)))

    async def _only(self, found: Any) -> str:
        async with self._database.read() as connection:
            sealed = (await connection.scalars(found.limit(2))).all()
        return self._vault.open("citizens.afm", sealed[0]) if len(sealed) == 1 else ""

    # Writing

    async def begin(
        self,
        connection: AsyncConnection,
        staff_id: int,
        found_by: FoundBy,
        purpose: Purpose,
        afm: str,
        now: datetime,
        callback_id: int | None = None,
    ) -> int:
        """A call with whoever may have this tax number; its id. Raises :class:`Limited`, one at a time for each
        employee; who was asked to ring up is none of those that are counted."""
        if callback_id is None:
            await self._database.alone(connection, f"calls/{staff_id}")
            for most, window in _LIMITS:
                of = (calls.c.staff_id == staff_id, calls.c.begun_at > now - window, calls.c.callback_id.is_(None))
                counted = select(func.count()).select_from(calls).where(*of)
                if (await connection.scalar(counted) or 0) >= most:
                    raise Limited
        row = {
            "staff_id": staff_id,
            "callback_id": callback_id,
            "purpose": purpose,
            "found_by": found_by,
            "afm_sealed": self._vault.seal("calls.afm", afm) if afm else None,
            "begun_at": now,
            "expires_at": now + UNPROVEN_FOR,
        }
        return int((await connection.execute(calls.insert().values(**row).returning(calls.c.id))).scalar_one())

    async def ask_code(self, connection: AsyncConnection, call_id: int, now: datetime) -> None:
        """A code is to be sent, by a worker. Raises :class:`Limited`."""
        may = and_(calls.c.codes < MOST_CODES, calls.c.citizen_id.is_(None))
        asked = update(calls).where(calls.c.id == call_id, _open(now), may)
        if (await connection.execute(asked.values(code_asked_at=now, codes=calls.c.codes + 1))).rowcount != 1:
            raise Limited

    async def code_sent(self, connection: AsyncConnection, call: Call) -> bool:
        """It is sent in this commit, or nobody is to have one; ``False``: another worker has seen to it."""
        as_read = and_(calls.c.id == call.id, calls.c.code_asked_at == call.code_asked_at)
        return (await connection.execute(update(calls).where(as_read).values(code_asked_at=None))).rowcount == 1

    async def prove(self, connection: AsyncConnection, call_id: int, citizen_id: int, now: datetime) -> bool:
        """The caller is this citizen; ``False`` where the call is over."""
        values: dict[str, Any] = {"citizen_id": citizen_id, "proven_at": now, "expires_at": now + PROVEN_FOR}
        open_ = update(calls).where(calls.c.id == call_id, _open(now), calls.c.citizen_id.is_(None))
        done = await connection.execute(open_.values(**values, afm_sealed=None, code_asked_at=None))
        return done.rowcount == 1

    async def finish(self, connection: AsyncConnection, call_id: int, now: datetime) -> bool:
        """It has ended: nothing is shown any more. ``False``: it had."""
        ended = update(calls).where(calls.c.id == call_id, calls.c.finished_at.is_(None))
        return (await connection.execute(ended.values(**_ended(now)))).rowcount == 1

    async def note(
        self, connection: AsyncConnection, call_id: int, about: str, asked: str, answered: str, now: datetime
    ) -> None:
        """What it was about, sealed; a second note takes the place of the first."""
        sealed = {name: self._vault.seal(f"calls.{name}", said) for name, said in _said(asked, answered)}
        values = {f"{name}_sealed": value for name, value in sealed.items()}
        await connection.execute(update(calls).where(calls.c.id == call_id).values(about=about, noted_at=now, **values))

    # Reading

    async def find(self, call_id: int) -> Call | None:
        found = await self._all(select(calls).where(calls.c.id == call_id))
        return found[0] if found else None

    async def of_staff(self, staff_id: int, now: datetime) -> list[Call]:
        """This employee's that go on, and those that may still be noted; the newest first."""
        lately = calls.c.begun_at > now - timedelta(days=1)
        mine = select(calls).where(calls.c.staff_id == staff_id, lately)
        wanted = mine.where(_open(now) | (calls.c.citizen_id.is_not(None) & calls.c.noted_at.is_(None)))
        return await self._all(wanted.order_by(calls.c.id.desc()).limit(BATCH))

    async def codes_due(self, now: datetime) -> list[Call]:
        """Those whose caller is to be sent a code, the oldest first."""
        due = select(calls).where(calls.c.code_asked_at.is_not(None), _open(now))
        return await self._all(due.order_by(calls.c.code_asked_at, calls.c.id).limit(BATCH))

    async def overdue(self, now: datetime) -> list[Call]:
        """Those that time has ended."""
        past = select(calls).where(calls.c.finished_at.is_(None), calls.c.expires_at <= now)
        return await self._all(past.order_by(calls.c.expires_at, calls.c.id).limit(BATCH))

    async def notes_of(self, citizen_id: int, limit: int = 10) -> list[CallNote]:
        """The newest calls of this citizen, newest first."""
        joined = select(calls, staff.c.name).join_from(calls, staff).where(calls.c.citizen_id == citizen_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(joined.order_by(calls.c.id.desc()).limit(limit))).all()
        return [
            CallNote(row.id, row.proven_at, row.name, row.callback_id is not None, row.about or "", *self._words(row))
            for row in rows
        ]

    async def _all(self, rows: Any) -> list[Call]:
        async with self._database.read() as connection:
            return [self._call(row) for row in (await connection.execute(rows)).all()]

    def _call(self, row: Any) -> Call:
        afm = self._vault.open("calls.afm", row.afm_sealed) if row.afm_sealed else ""
        return Call(
            row.id,
            row.staff_id,
            row.callback_id,
            row.citizen_id,
            Purpose(row.purpose),
            FoundBy(row.found_by),
            afm,
            row.begun_at,
            row.codes,
            row.code_asked_at,
            row.proven_at,
            row.expires_at,
            row.finished_at,
            row.about or "",
            *self._words(row),
            row.noted_at,
        )

    def _words(self, row: Any) -> tuple[str, str]:
        """What was asked, and what was answered."""
        asked = self._vault.open("calls.asked", row.asked_sealed) if row.asked_sealed else ""
        return asked, self._vault.open("calls.answered", row.answered_sealed) if row.answered_sealed else ""


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(calls.c.finished_at.is_(None), calls.c.expires_at > now)


def _ended(now: datetime) -> dict[str, Any]:
    return {"finished_at": now, "afm_sealed": None, "code_asked_at": None}


def _said(asked: str, answered: str) -> tuple[tuple[str, str], ...]:
    return ("asked", asked), ("answered", answered)
