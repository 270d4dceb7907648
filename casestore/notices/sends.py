"""The sends of a notice: one row of the outbox each. What may still be changed is a row that is in nobody's hands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.notices.model import Send
from casestore.notices.repository import sends_of
from casestore.people.identity import Link, links_of
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import Dispatch, Outbox
from casestore.tables import contact_points, links, notice_sends, notices, outbox
from casestore.vault import Vault

WATCHED = timedelta(days=3)  # after the last change: receipts come for days


@dataclass(frozen=True, slots=True)
class NewSend:
    """A notice's send of this number, at this contact point. What the dispatch has as its key does not count."""

    notice_id: int
    number: int
    contact_point_id: int
    dispatch: Dispatch

    @property
    def key(self) -> str:
        return f"notice:{self.notice_id}:{self.number}"


class NoticeSends:
    """Writes sends over one database."""

    def __init__(self, database: Database, vault: Vault, outbox: Outbox) -> None:
        self._database = database
        self._vault = vault
        self._outbox = outbox

    async def of(self, connection: AsyncConnection, notice_id: int) -> list[Send]:
        """All of a notice, oldest first: the last one counts."""
        return await sends_of(connection, notice_sends.c.notice_id == notice_id)

    async def of_dispatch(self, outbox_id: int) -> Send | None:
        """The send that this row of the outbox is."""
        async with self._database.read() as connection:
            return next(iter(await sends_of(connection, notice_sends.c.outbox_id == outbox_id)), None)

    async def addresses_of(self, connection: AsyncConnection, points: Collection[int]) -> dict[int, str]:
        """The addresses of contact points that are not erased."""
        sealed = select(contact_points.c.id, contact_points.c.address_sealed).where(
            contact_points.c.id.in_(list(points))
        )
        rows = await connection.execute(sealed)
        return {row.id: self._vault.open("contact_points.address", row.address_sealed) for row in rows}

    async def link_of(self, send: Send) -> Link | None:
        """How the notice's citizen is known at the send's contact point; ``None``: no more."""
        async with self._database.read() as connection:
            citizen = select(notices.c.citizen_id).where(notices.c.id == send.notice_id).scalar_subquery()
            known = await links_of(connection, links.c.contact_point_id == send.contact_point_id)
            citizen_id = await connection.scalar(select(citizen))
        return next((link for link in known.get(send.contact_point_id, ()) if link.citizen_id == citizen_id), None)

    async def told_at(self, connection: AsyncConnection, points: Collection[int], *, but: int = 0) -> set[int]:
        """Those of these contact points at which something was told, by a notice but this one."""
        told = select(notice_sends.c.contact_point_id).where(
            notice_sends.c.contact_point_id.in_(list(points)),
            notice_sends.c.told_at.is_not(None),
            notice_sends.c.notice_id != but,
        )
        return set(await connection.scalars(told.distinct()))

    async def add_all(self, connection: AsyncConnection, sends: Sequence[NewSend], now: datetime) -> None:
        """Put each into the outbox as its notice's send of this number, under the key that goes with it."""
        if not sends:
            return
        await self._outbox.add(connection, [replace(one.dispatch, key=one.key) for one in sends], now)
        kept = select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_([one.key for one in sends]))
        rows = {row.key: row.id for row in await connection.execute(kept)}
        common = {"ordered_at": now, "outbox_state": OutboxState.OPEN, "outbox_rank": 0}
        values = [
            common
            | {"notice_id": one.notice_id, "number": one.number, "outbox_id": rows[one.key]}
            | {"contact_point_id": one.contact_point_id, "channel": one.dispatch.channel}
            | {"watched_until": one.dispatch.due_at + WATCHED}
            for one in sends
        ]
        await self._database.insert(connection, notice_sends, values)

    async def move(self, connection: AsyncConnection, send: Send, due_at: datetime) -> None:
        """Send it then, if nobody has it in hand."""
        await connection.execute(update(outbox).where(*_free(send)).values(due_at=due_at))

    async def cancel(self, connection: AsyncConnection, send: Send, reason: str, now: datetime) -> bool:
        """Do not send it any more; ``False`` when somebody has it in hand or it is over."""
        ended = {"state": OutboxState.SKIPPED, "reason": reason, "finished_at": now}
        return (await connection.execute(update(outbox).where(*_free(send)).values(**ended))).rowcount == 1

    async def let_through(self, connection: AsyncConnection, send: Send, body: str, parts: int, now: datetime) -> None:
        """It goes to the provider now, in these words."""
        sealed = self._vault.seal("outbox.body", body)
        row = update(outbox).where(outbox.c.id == send.outbox_id)
        await connection.execute(row.values(body_sealed=sealed, parts=parts))
        first = update(notice_sends).where(notice_sends.c.id == send.id, notice_sends.c.told_at.is_(None))
        await connection.execute(first.values(told_at=now, watched_until=now + WATCHED))

    async def looked_at(self, connection: AsyncConnection, send: Send, *, done: bool, now: datetime) -> Send:
        """The send as it stands, noted as seen; ``done``: there is nothing more to learn of it."""
        row = select(outbox.c.state, outbox.c.status_rank).where(outbox.c.id == send.outbox_id)
        state, rank = (await connection.execute(row)).one()
        seen = {"outbox_state": state, "outbox_rank": rank, "watched_until": None if done else now + WATCHED}
        await connection.execute(update(notice_sends).where(notice_sends.c.id == send.id).values(**seen))
        [fresh] = await sends_of(connection, notice_sends.c.id == send.id)
        return fresh


def _free(send: Send) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.id == send.outbox_id, in_state(outbox.c.state, OutboxState.OPEN), outbox.c.claim.is_(None)
