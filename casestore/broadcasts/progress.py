"""How far a mass notice has come, counted from its rows: nothing is kept beside them that could be lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Integer, and_, case, exists, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.broadcasts.model import Broadcast, BroadcastState, MemberState, Progress, Rates
from casestore.database import Database
from casestore.notices.model import NoticeState
from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptStatus
from casestore.tables import broadcast_members as members
from casestore.tables import consents, notice_sends, notices, outbox

_ONE, _NONE = literal_column("1", Integer), literal_column("0", Integer)
_TAKEN = outbox.c.status_rank >= RANKS[ReceiptStatus.SENT]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, _ONE), else_=_NONE)), _NONE)


_GONE = notice_sends.c.told_at.is_not(None)
_FLYING = and_(outbox.c.state == OutboxState.OPEN, outbox.c.claim.is_not(None))
_PARTS = func.coalesce(func.sum(case((_TAKEN, outbox.c.parts), else_=_NONE)), _NONE)
_SENDS = select(_count(_GONE), _count(_TAKEN), _count(_FLYING), _PARTS).join_from(
    members, notice_sends, members.c.notice_id == notice_sends.c.notice_id
)


class BroadcastProgress:
    """Reads over one database. Changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, broadcast: Broadcast) -> Progress:
        """How far it has come."""
        async with self._database.read() as connection:
            return await self.seen_by(connection, broadcast)

    async def seen_by(self, connection: AsyncConnection, broadcast: Broadcast) -> Progress:
        """The same as this transaction sees it."""
        theirs = members.c.broadcast_id == broadcast.id
        counted = select(members.c.state, func.count()).where(theirs).group_by(members.c.state)
        by_state: dict[str, int] = {state: int(count) for state, count in await connection.execute(counted)}
        joined = select(notices.c.state, notices.c.reason, func.count()).join_from(
            members, notices, members.c.notice_id == notices.c.id
        )
        settled: dict[str, int] = {}
        skipped: dict[str, int] = {}
        ends = joined.where(theirs).group_by(notices.c.state, notices.c.reason)
        for state, reason, count in await connection.execute(ends):
            if state != NoticeState.OPEN:
                settled[state] = settled.get(state, 0) + int(count)
            if state == NoticeState.SKIPPED:
                skipped[reason or ""] = int(count)
        sends = _SENDS.join(outbox, outbox.c.id == notice_sends.c.outbox_id).where(theirs)
        gone, taken, flying, parts = (await connection.execute(sends)).one()
        return Progress(
            impossible=by_state.get(MemberState.IMPOSSIBLE, 0),
            waiting=by_state.get(MemberState.WAITING, 0),
            made=by_state.get(MemberState.MADE, 0),
            let_through=int(gone),
            handed_over=int(taken),
            in_flight=int(flying),
            parts=int(parts),
            settled=settled,
            skipped=skipped,
            stopped=broadcast.state is BroadcastState.STOPPED,
        )

    async def rates(self, connection: AsyncConnection, broadcast: Broadcast, since: datetime) -> Rates:
        """What became of what was let through since then."""
        gone = and_(members.c.broadcast_id == broadcast.id, notice_sends.c.told_at >= since)
        sent = select(_count(outbox.c.state != OutboxState.OPEN), _count(outbox.c.state == OutboxState.FAILED))
        joined = sent.join_from(members, notice_sends, members.c.notice_id == notice_sends.c.notice_id)
        all_, failed = (
            await connection.execute(joined.join(outbox, outbox.c.id == notice_sends.c.outbox_id).where(gone))
        ).one()
        said_no = exists().where(
            consents.c.contact_point_id == notice_sends.c.contact_point_id,
            ~consents.c.allowed,
            consents.c.at >= notice_sends.c.told_at,
        )
        stops = select(func.count()).select_from(members)
        stops = stops.join(notice_sends, members.c.notice_id == notice_sends.c.notice_id).where(gone, said_no)
        return Rates(int(all_), int(failed), int(await connection.scalar(stops) or 0))
