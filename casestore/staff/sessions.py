"""Sessions of employees: a hash of each token, so that whoever reads the table can sign in nowhere.

A session ends by itself after :data:`IDLE` without a request and after :data:`LONGEST` in any case; it is ended at once
by signing out, and by any change of rights or password: it carries the version of the account that it was opened with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_signout
from casestore.database import Database
from casestore.staff.accounts import desks_of, member_of
from casestore.staff.model import Member, Session
from casestore.tables import staff, staff_sessions

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
_NOTED_EVERY = timedelta(minutes=1)
_DEVICE = 120


def token_key(token: str) -> str:
    """What a token is known by. It has 256 bits of chance in it: a plain hash tells nothing of it."""
    return hashlib.blake2b(token.encode(), digest_size=16).hexdigest()


class Sessions:
    """Opens, finds and ends sessions over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, connection: AsyncConnection, member: Member, token: str, device: str, now: datetime) -> None:
        row = {"staff_id": member.id, "token_key": token_key(token), "staff_version": member.version}
        row |= {"device": device[:_DEVICE], "created_at": now, "seen_at": now, "expires_at": now + LONGEST}
        await connection.execute(staff_sessions.insert().values(**row))

    async def find(self, token: str, now: datetime) -> Session | None:
        """The session of this token, if it is still good."""
        alive = and_(staff_sessions.c.token_key == token_key(token), _good(now))
        columns = (
            staff_sessions.c.id.label("session_id"),
            staff_sessions.c.token_key,
            staff_sessions.c.seen_at,
            staff_sessions.c.expires_at,
        )
        joined = select(staff, *columns).join_from(staff_sessions, staff).where(alive)
        async with self._database.read() as connection:
            row = (await connection.execute(joined)).first()
            if row is None:
                return None
            desks = await desks_of(connection, [row.id])
        member = member_of(row, desks.get(row.id, frozenset()))
        return Session(row.session_id, row.token_key, member, row.seen_at, row.expires_at)

    async def seen(self, session: Session, now: datetime) -> None:
        """Something was asked for in it: noted once a minute."""
        if now - session.seen_at >= _NOTED_EVERY:
            async with self._database.write() as connection:
                of_session = staff_sessions.c.id == session.id
                await connection.execute(update(staff_sessions).where(of_session).values(seen_at=now))

    async def end(self, connection: AsyncConnection, session: Session, now: datetime) -> None:
        """Signed out."""
        await connection.execute(update(staff_sessions).where(staff_sessions.c.id == session.id).values(ended_at=now))
        note_signout(self._database, connection, session.member.id, now)

    async def alive(self, ids: Collection[int], now: datetime) -> frozenset[int]:
        """Which of these sessions are still good."""
        good = select(staff_sessions.c.id).join_from(staff_sessions, staff)
        good = good.where(staff_sessions.c.id.in_(list(ids)), _good(now))
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(good))


def _good(now: datetime) -> ColumnElement[bool]:
    return and_(
        staff_sessions.c.ended_at.is_(None),
        staff_sessions.c.expires_at > now,
        staff_sessions.c.seen_at > now - IDLE,
        staff_sessions.c.staff_version == staff.c.version,
        staff.c.disabled_at.is_(None),
    )
