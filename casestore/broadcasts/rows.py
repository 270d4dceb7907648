"""The notices of mass notices, many in one commit: made, held while one is paused, taken back when it is stopped.

Whoever works at them holds their broadcast first (:meth:`casestore.broadcasts.repository.Broadcasts.hold`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Table,
    and_,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.broadcasts.members import Members
from casestore.broadcasts.model import PARKED, Broadcast, BroadcastState, Member, Stopped
from casestore.database import Database
from casestore.notices.model import LogEvent, NoticeState, reference_of
from casestore.notices.sends import NewSend, NoticeSends
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import Dispatch, Priority
from casestore.tables import broadcast_members, conversations, notice_log, notice_sends, notices, outbox

STOPPED = "stopped"
_LIVE = in_state(outbox.c.state, OutboxState.OPEN)
_OPEN = in_state(notices.c.state, NoticeState.OPEN)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What is made for a member. With ``dispatch`` (its key is given here) it is ordered at ``point``; with ``reason``
    it is not sent; with neither the contact registry is asked first."""

    member: Member
    dispatch: Dispatch | None = None
    point: int = 0
    reason: str | None = None


class BroadcastRows:
    """Writes them over one database."""

    def __init__(self, database: Database, members: Members, sends: NoticeSends) -> None:
        self._database = database
        self._members = members
        self._sends = sends

    async def make(
        self,
        connection: AsyncConnection,
        broadcast: Broadcast,
        new: Sequence[NewNotice],
        now: datetime,
        useful: timedelta,
    ) -> None:
        """A notice for each, with its log and its row of the outbox. ``useful``: so long after it was due."""
        if not new:
            return
        common: dict[str, object] = {"reference": reference_of(broadcast.id), "category": broadcast.category}
        common |= {"not_before": now, "created_at": now}
        rows = [
            common
            | {"citizen_id": one.member.citizen_id, "reason": one.reason}
            | {"state": NoticeState.SKIPPED if one.reason else NoticeState.OPEN}
            | {"settled_at": now if one.reason else None, "due_at": _next_look(one, now, useful)}
            for one in new
        ]
        made = await connection.execute(notices.insert().returning(notices.c.id, notices.c.citizen_id), rows)
        ids = {row.citizen_id: int(row.id) for row in made}
        of_member = {one.member.id: ids[one.member.citizen_id] for one in new}
        await self._members.made(connection, of_member.keys(), reference_of(broadcast.id))
        log = [_log_line(of_member[one.member.id], one, now) for one in new if one.reason or one.dispatch]
        await self._database.insert(connection, notice_log, log)
        sends = [NewSend(of_member[one.member.id], 0, one.point, one.dispatch) for one in new if one.dispatch]
        await self._sends.add_all(connection, sends, now)

    async def measure(self) -> None:
        """Have the database look how large these tables are now. PostgreSQL keeps for each connection how it follows
        their foreign keys, and read the whole table for each row where it was small when it decided."""
        await self._database.measure(notices, notice_sends, notice_log, broadcast_members, outbox, conversations)

    async def align(self, connection: AsyncConnection, broadcast: Broadcast, now: datetime, useful: timedelta) -> None:
        """Have the rows that are in nobody's hands say what the broadcast says. Done again it changes nothing."""
        if broadcast.state is BroadcastState.PAUSED:
            await self._park(connection, broadcast)
        elif broadcast.state is BroadcastState.RUNNING:
            await self._release(connection, broadcast, now, useful)

    async def _park(self, connection: AsyncConnection, broadcast: Broadcast) -> None:
        await _lock(connection, broadcast)
        waits = and_(outbox.c.id.in_(_sends_of(broadcast)), _LIVE, outbox.c.claim.is_(None), outbox.c.due_at < PARKED)
        await connection.execute(update(outbox).where(waits).values(due_at=PARKED, expires_at=None))
        not_gone = and_(notices.c.id.in_(_notices_of(broadcast)), _OPEN, notices.c.told_at.is_(None))
        await connection.execute(update(notices).where(not_gone, notices.c.due_at.is_not(None)).values(due_at=None))

    async def _release(
        self, connection: AsyncConnection, broadcast: Broadcast, now: datetime, useful: timedelta
    ) -> None:
        await _lock(connection, broadcast)
        parked = and_(outbox.c.id.in_(_sends_of(broadcast)), _LIVE, outbox.c.due_at == PARKED)
        await connection.execute(update(outbox).where(parked).values(due_at=now, expires_at=now + useful))
        held = and_(notices.c.id.in_(_notices_of(broadcast)), _OPEN, notices.c.due_at.is_(None))
        sent = exists().where(notice_sends.c.notice_id == notices.c.id, outbox.c.id == notice_sends.c.outbox_id, _LIVE)
        await connection.execute(update(notices).where(held, sent).values(due_at=now + useful))
        await connection.execute(update(notices).where(held).values(due_at=now))

    async def stop(self, connection: AsyncConnection, broadcast: Broadcast, now: datetime) -> Stopped:
        """Take back what no provider was called for. Done again it finds nothing more to stop."""
        await _lock(connection, broadcast)
        theirs, sends = _notices_of(broadcast), outbox.c.id.in_(_sends_of(broadcast))
        ended = {"state": OutboxState.SKIPPED, "reason": STOPPED, "finished_at": now}
        await connection.execute(update(outbox).where(sends, _LIVE, outbox.c.claim.is_(None)).values(**ended))
        flying = await _how_many(connection, outbox, sends, _LIVE)
        held = exists().where(notice_sends.c.notice_id == notices.c.id, outbox.c.id == notice_sends.c.outbox_id, _LIVE)
        gone = await _how_many(connection, notices, notices.c.id.in_(theirs), notices.c.told_at.is_not(None), ~held)
        not_gone = and_(notices.c.id.in_(theirs), _OPEN, notices.c.told_at.is_(None), ~held)
        line = [notices.c.id, literal(now, notice_log.c.at.type), literal(LogEvent.SKIPPED.value), literal(STOPPED)]
        names = ["notice_id", "at", "event", "reason"]
        await connection.execute(notice_log.insert().from_select(names, select(*line).where(not_gone)))
        values = {"state": NoticeState.SKIPPED, "reason": STOPPED, "settled_at": now, "due_at": None}
        taken_back = (await connection.execute(update(notices).where(not_gone).values(**values))).rowcount
        return Stopped(taken_back, gone, flying)

    async def waiting(self, connection: AsyncConnection) -> int:
        """How many rows of all mass notices wait to be sent, or are in a worker's hands; not those of paused ones."""
        is_mass = outbox.c.priority == literal_column(str(int(Priority.MASS)), Integer)
        return await _how_many(connection, outbox, _LIVE, is_mass, outbox.c.due_at < PARKED)

    async def first_few(self, connection: AsyncConnection, broadcast: Broadcast) -> tuple[int, int]:
        """How many are on their way or were sent, and how many of these still wait."""
        meant = (notices.c.id.in_(_notices_of(broadcast)), notices.c.state != NoticeState.SKIPPED)
        made = await _how_many(connection, notices, *meant)
        return made, await _how_many(connection, outbox, outbox.c.id.in_(_sends_of(broadcast)), _LIVE)


async def _lock(connection: AsyncConnection, broadcast: Broadcast) -> None:
    """Its notices and their rows of the outbox in the order in which everybody locks them. SQLite has one writer."""
    theirs = select(notices.c.id).where(notices.c.id.in_(_notices_of(broadcast)), _OPEN)
    await connection.execute(theirs.order_by(notices.c.id).with_for_update())
    sends = select(outbox.c.id).where(outbox.c.id.in_(_sends_of(broadcast)), _LIVE, outbox.c.claim.is_(None))
    await connection.execute(sends.order_by(outbox.c.id).with_for_update())


async def _how_many(connection: AsyncConnection, table: Table, *which: ColumnElement[bool]) -> int:
    return int(await connection.scalar(select(func.count()).select_from(table).where(*which)) or 0)


def _notices_of(broadcast: Broadcast) -> ScalarSelect[int | None]:
    of_broadcast = broadcast_members.c.broadcast_id == broadcast.id
    return (
        select(broadcast_members.c.notice_id)
        .where(of_broadcast, broadcast_members.c.notice_id.is_not(None))
        .scalar_subquery()
    )


def _sends_of(broadcast: Broadcast) -> ScalarSelect[int]:
    joined = select(notice_sends.c.outbox_id).join(
        broadcast_members, broadcast_members.c.notice_id == notice_sends.c.notice_id
    )
    return joined.where(broadcast_members.c.broadcast_id == broadcast.id).scalar_subquery()


def _next_look(one: NewNotice, now: datetime, useful: timedelta) -> datetime | None:
    if one.reason:
        return None
    return one.dispatch.due_at + useful if one.dispatch else now


def _log_line(notice_id: int, one: NewNotice, now: datetime) -> dict[str, object]:
    event = LogEvent.SKIPPED if one.reason else LogEvent.ORDERED
    channel = one.dispatch.channel if one.dispatch else None
    return {"notice_id": notice_id, "at": now, "event": event, "channel": channel, "reason": one.reason}
