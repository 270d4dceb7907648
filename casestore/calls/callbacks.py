"""Citizens who are to be rung up, over one database. One open for each; each move has one winner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.calls.model import (
    CALLING_FOR,
    OPEN,
    PER_CITIZEN_DAY,
    CallBack,
    CallBackState,
    Limited,
    Outcome,
    after,
)
from casestore.conversations.live import CALLBACK, note_kind
from casestore.database import Database
from casestore.people.identity import KNOWN_NUMBER, MOBILE_CHANNEL
from casestore.queues.lease import in_state
from casestore.tables import callback_attempts, callbacks, contact_points, conversations, links
from casestore.vault import Vault

MOST = 200
_LIVE = in_state(callbacks.c.state, *OPEN)


class CallBacks:
    """Reads and writes call-backs over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def ask(
        self,
        connection: AsyncConnection,
        citizen_id: int,
        conversation_id: int,
        key: str,
        now: datetime,
        *,
        next_at: datetime,
        opened_by: str = "",
        about: str = "",
    ) -> bool:
        """The citizen is to be rung up, not before ``next_at``; ``False``: that is so already. Raises
        :class:`Limited` where it was so too often today."""
        await self._database.alone(connection, f"callbacks/{citizen_id}")
        if await self.open_of(connection, citizen_id) is not None:
            return False
        lately = and_(callbacks.c.citizen_id == citizen_id, callbacks.c.asked_at > now - timedelta(days=1))
        if (await connection.scalar(select(func.count()).select_from(callbacks).where(lately)) or 0) >= PER_CITIZEN_DAY:
            raise Limited
        row = {"citizen_id": citizen_id, "conversation_id": conversation_id, "key": key, "asked_at": now}
        row |= {"state": CallBackState.WAITING, "next_at": next_at, "opened_by": opened_by or None}
        row |= {"about_sealed": self._vault.seal("callbacks.about", about) if about else None}
        await connection.execute(self._database.insert_new(callbacks).values(**row))
        await note_kind(self._database, connection, conversation_id, CALLBACK, now)
        return True

    @staticmethod
    async def open_of(connection: AsyncConnection, citizen_id: int) -> datetime | None:
        """When the one that is open was asked for."""
        of = select(callbacks.c.asked_at).where(callbacks.c.citizen_id == citizen_id, _LIVE)
        asked: datetime | None = await connection.scalar(of)
        return asked

    async def number(self, citizen_id: int) -> str:
        """The mobile that the contact registry was last known to hold for this citizen; empty: none, or it is
        another's as well, or they are not to be known there."""
        own = and_(links.c.citizen_id == citizen_id, links.c.level >= KNOWN_NUMBER)
        at_own = and_(contact_points.c.channel == MOBILE_CHANNEL, links.c.rests_on == contact_points.c.address_key)
        joined = select(contact_points.c.address_sealed).join_from(links, contact_points).where(own, at_own)
        async with self._database.read() as connection:
            sealed = (await connection.scalars(joined.limit(2))).all()
        return self._vault.open("contact_points.address", sealed[0]) if len(sealed) == 1 and sealed[0] else ""

    async def claim(self, connection: AsyncConnection, one: CallBack, agent: str, now: datetime) -> bool:
        """This employee rings them up now; ``False``: another does, or it is over."""
        held = and_(callbacks.c.id == one.id, callbacks.c.attempts == one.attempts, _free(now))
        values = {"state": CallBackState.CALLING, "agent": agent, "claimed_at": now}
        if (await connection.execute(update(callbacks).where(held).values(**values))).rowcount != 1:
            return False
        await note_kind(self._database, connection, one.conversation_id, CALLBACK, now)
        return True

    async def attempted(
        self,
        connection: AsyncConnection,
        one: CallBack,
        agent: str,
        outcome: Outcome,
        now: datetime,
        next_at: datetime,
    ) -> CallBackState | None:
        """What came of it, and how it stands now; ``None`` where it is not this employee's to say."""
        state = after(outcome, one.attempts + 1)
        mine = and_(callbacks.c.id == one.id, callbacks.c.state == CallBackState.CALLING, callbacks.c.agent == agent)
        as_read = and_(mine, callbacks.c.attempts == one.attempts)
        ended = None if state in OPEN else now
        values: dict[str, Any] = {"state": state, "attempts": one.attempts + 1, "next_at": next_at}
        values |= {"agent": None, "claimed_at": None, "finished_at": ended}
        if (await connection.execute(update(callbacks).where(as_read).values(**values))).rowcount != 1:
            return None
        row = {"callback_id": one.id, "agent": agent, "outcome": outcome, "at": now}
        await connection.execute(callback_attempts.insert().values(**row))
        await note_kind(self._database, connection, one.conversation_id, CALLBACK, now)
        return state

    async def end(
        self, connection: AsyncConnection, one: CallBack, state: CallBackState, now: datetime, *, free: bool = True
    ) -> bool:
        """It is over without an attempt; ``False``: it was, or, where it must be ``free``, somebody is at it."""
        which = and_(callbacks.c.id == one.id, _free(now) if free else _LIVE)
        ended = {"state": state, "finished_at": now, "agent": None, "claimed_at": None}
        if (await connection.execute(update(callbacks).where(which).values(**ended))).rowcount != 1:
            return False
        await note_kind(self._database, connection, one.conversation_id, CALLBACK, now)
        return True

    async def cancel(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> None:
        """No call is wanted any more by whoever asked for one in this conversation."""
        of = and_(callbacks.c.conversation_id == conversation_id, _LIVE)
        ended = {"state": CallBackState.CANCELLED, "finished_at": now, "agent": None, "claimed_at": None}
        if (await connection.execute(update(callbacks).where(of).values(**ended))).rowcount:
            await note_kind(self._database, connection, conversation_id, CALLBACK, now)

    # Reading

    async def open(self, limit: int = MOST) -> list[CallBack]:
        """All that are open, the oldest first."""
        return await self._all(_LIVE, limit)

    async def find(self, callback_id: int) -> CallBack | None:
        found = await self._all(callbacks.c.id == callback_id, 1)
        return found[0] if found else None

    async def newest_of(self, citizen_id: int, limit: int = 5) -> list[CallBack]:
        """Of this citizen, the newest first."""
        return await self._all(callbacks.c.citizen_id == citizen_id, limit, newest=True)

    async def counts(self) -> dict[str, int]:
        """How many are open, by desk."""
        joined = select(conversations.c.desk, func.count()).join_from(callbacks, conversations)
        async with self._database.read() as connection:
            rows = await connection.execute(joined.where(_LIVE).group_by(conversations.c.desk))
            return {row[0]: row[1] for row in rows}

    async def _all(self, which: ColumnElement[bool], limit: int, *, newest: bool = False) -> list[CallBack]:
        columns = (conversations.c.desk, conversations.c.language, contact_points.c.channel)
        joined = select(callbacks, *columns).join_from(callbacks, conversations).join(contact_points)
        order = (callbacks.c.id.desc(),) if newest else (callbacks.c.asked_at, callbacks.c.id)
        async with self._database.read() as connection:
            rows = (await connection.execute(joined.where(which).order_by(*order).limit(limit))).all()
        return [self._one(row) for row in rows]

    def _one(self, row: Any) -> CallBack:
        about = self._vault.open("callbacks.about", row.about_sealed) if row.about_sealed else ""
        return CallBack(
            row.id,
            row.citizen_id,
            row.conversation_id,
            CallBackState(row.state),
            row.opened_by or "",
            about,
            row.asked_at,
            row.next_at,
            row.attempts,
            row.agent or "",
            row.claimed_at,
            row.desk,
            row.channel,
            row.language,
        )


def _free(now: datetime) -> ColumnElement[bool]:
    """Nobody is at it, or whoever was has not said what came of it."""
    lapsed = and_(in_state(callbacks.c.state, CallBackState.CALLING), callbacks.c.claimed_at <= now - CALLING_FOR)
    return or_(in_state(callbacks.c.state, CallBackState.WAITING), lapsed)
