"""Notices over one database: each change of a case is in one, and a notice is told once.

Whoever works at a notice holds its row (:meth:`Notices.hold`), before any row of the outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.notices.model import (
    NOTICE_MOVES,
    Fact,
    LastTold,
    LogEvent,
    Notice,
    NoticeState,
    Send,
    progress_of,
)
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState, sources
from casestore.tables import dialogue_events, notice_facts, notice_log, notice_sends, notices, outbox, timed_facts

_NOTICE = [notices.c[name] for name in Notice.__dataclass_fields__]
_LAST_TOLD = (
    select(notices.c.reference, notices.c.response, notice_sends.c.told_at)
    .join_from(notice_sends, notices)
    .join(outbox)
    .where(outbox.c.conversation_id == bindparam("of"), notice_sends.c.told_at > bindparam("since"))
    .where(notices.c.response.is_not(None))  # news of a case: what went to many is about none
    .order_by(notice_sends.c.told_at.desc(), notice_sends.c.id.desc())
    .limit(1)
)
_SENDS = select(
    notice_sends.c.id,
    notice_sends.c.notice_id,
    notice_sends.c.number,
    notice_sends.c.outbox_id,
    notice_sends.c.contact_point_id,
    notice_sends.c.channel,
    notice_sends.c.told_at,
    outbox.c.key,
    outbox.c.state,
    outbox.c.status_rank,
    outbox.c.reason,
    outbox.c.claim,
).join_from(notice_sends, outbox)


class Notices:
    """Reads and writes notices and what is said of them in their log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What is told

    async def open_for(self, connection: AsyncConnection, citizen_id: int, reference: str) -> Notice | None:
        """The notice of this case's changes that was let through to nobody yet, held; it may take in what else changes.
        One of what time brings takes in nothing."""
        of_case = and_(notices.c.citizen_id == citizen_id, notices.c.reference == reference)
        by_time = exists().where(timed_facts.c.notice_id == notices.c.id)
        waiting = and_(of_case, in_state(notices.c.state, NoticeState.OPEN), notices.c.told_at.is_(None), ~by_time)
        row = (await connection.execute(select(*_NOTICE).where(waiting).with_for_update())).first()
        return None if row is None else _notice(row)

    async def last_told(self, connection: AsyncConnection, citizen_id: int, reference: str) -> datetime | None:
        """When this citizen was last told of this case."""
        of_case = and_(notices.c.citizen_id == citizen_id, notices.c.reference == reference)
        told: datetime | None = await connection.scalar(select(func.max(notices.c.told_at)).where(of_case))
        return told

    async def known_facts(
        self, connection: AsyncConnection, citizen_id: int, reference: str, sequence: int
    ) -> set[str]:
        """The kinds that were noted of this change already."""
        noted = notice_facts.c
        of_change = and_(noted.citizen_id == citizen_id, noted.reference == reference, noted.sequence == sequence)
        return set(await connection.scalars(select(noted.kind).where(of_change)))

    async def make(
        self,
        connection: AsyncConnection,
        citizen_id: int,
        reference: str,
        *,
        category: str,
        deadline: datetime | None,
        not_before: datetime,
        now: datetime,
    ) -> Notice:
        """A notice with nothing in it, due at once."""
        row = {"citizen_id": citizen_id, "reference": reference, "category": category, "state": NoticeState.OPEN}
        row |= {"deadline": deadline, "not_before": not_before, "created_at": now, "due_at": now}
        made = notices.insert().values(**row).returning(*_NOTICE)
        return _notice((await connection.execute(made)).one())

    async def add_facts(
        self, connection: AsyncConnection, notice: Notice, facts: Sequence[Fact], now: datetime
    ) -> None:
        """Each in this notice and in no other."""
        for fact in facts:
            row = {"notice_id": notice.id, "citizen_id": notice.citizen_id, "reference": notice.reference}
            row |= {"sequence": fact.sequence, "kind": fact.kind, "detail": ",".join(fact.detail)[:300], "at": now}
            await connection.execute(notice_facts.insert().values(**row))
            await self.note(connection, notice.id, LogEvent.NOTED, now, reason=fact.kind)

    async def facts(self, connection: AsyncConnection, notice_id: int) -> tuple[Fact, ...]:
        """In the order of the changes."""
        noted = select(notice_facts).where(notice_facts.c.notice_id == notice_id)
        rows = await connection.execute(noted.order_by(notice_facts.c.sequence, notice_facts.c.id))
        return tuple(Fact(row.sequence, row.kind, tuple(filter(None, row.detail.split(",")))) for row in rows)

    # How it stands

    async def hold(self, connection: AsyncConnection, notice_id: int) -> Notice | None:
        """The notice, locked to the end of the transaction."""
        found = select(*_NOTICE).where(notices.c.id == notice_id).with_for_update()
        row = (await connection.execute(found)).first()
        return None if row is None else _notice(row)

    async def change(self, connection: AsyncConnection, notice_id: int, **values: Any) -> None:
        """Write these columns of a notice that is held."""
        await connection.execute(update(notices).where(notices.c.id == notice_id).values(**values))

    async def settle(
        self, connection: AsyncConnection, notice: Notice, state: NoticeState, now: datetime, reason: str | None = None
    ) -> bool:
        """End it so, if it may; whether it did. Of an end that is no arrival the log says why."""
        may = in_state(notices.c.state, *sources(NOTICE_MOVES, state))
        ended = update(notices).where(notices.c.id == notice.id, may)
        values = {"state": state, "reason": reason, "settled_at": now, "due_at": None}
        if (await connection.execute(ended.values(**values))).rowcount != 1:
            return False
        if state is not NoticeState.TOLD:
            await self.note(connection, notice.id, LogEvent(state), now, reason=reason)
        return True

    async def note(
        self,
        connection: AsyncConnection,
        notice_id: int,
        event: LogEvent,
        now: datetime,
        *,
        channel: str | None = None,
        reason: str | None = None,
        until: datetime | None = None,
    ) -> None:
        """Add a line to its log."""
        row = {"notice_id": notice_id, "at": now, "event": event, "channel": channel, "reason": reason, "until": until}
        await connection.execute(notice_log.insert().values(**row))

    # What is to be looked at

    async def due(self, now: datetime, limit: int) -> list[Notice]:
        """Open ones whose time it is."""
        waiting = and_(in_state(notices.c.state, NoticeState.OPEN), notices.c.due_at <= now)
        async with self._database.read() as connection:
            rows = await connection.execute(select(*_NOTICE).where(waiting).order_by(notices.c.due_at).limit(limit))
            return [_notice(row) for row in rows]

    async def changed(self, now: datetime, limit: int) -> list[Send]:
        """Sends whose row of the outbox has moved since it was last looked at."""
        moved = or_(notice_sends.c.outbox_state != outbox.c.state, notice_sends.c.outbox_rank != outbox.c.status_rank)
        watched = and_(notice_sends.c.watched_until.is_not(None), notice_sends.c.watched_until > now)
        async with self._database.read() as connection:
            rows = await connection.execute(_SENDS.where(watched, moved).order_by(notice_sends.c.id).limit(limit))
            return [_send(row) for row in rows]

    async def last_told_at(self, conversation_id: int, since: datetime) -> LastTold | None:
        """What was told in this conversation ``since``, if nobody has written there after it."""
        turn = select(func.max(dialogue_events.c.at)).where(dialogue_events.c.conversation_id == conversation_id)
        async with self._database.look() as connection:
            row = (await connection.execute(_LAST_TOLD, {"of": conversation_id, "since": since})).first()
            if row is None:
                return None
            last_turn = await connection.scalar(turn)
        return None if last_turn and last_turn > row.told_at else LastTold(row.reference, row.response, row.told_at)


async def sends_of(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Send]:
    """Sends as they stand, oldest first. ``which``: a condition on ``notice_sends``."""
    return [_send(row) for row in await connection.execute(_SENDS.where(which).order_by(notice_sends.c.number))]


def _notice(row: Row[Any]) -> Notice:
    return Notice(**{**row._mapping, "state": NoticeState(row.state)})


def _send(row: Any) -> Send:
    return Send(
        id=row.id,
        notice_id=row.notice_id,
        number=row.number,
        outbox_id=row.outbox_id,
        contact_point_id=row.contact_point_id,
        channel=row.channel,
        told_at=row.told_at,
        progress=progress_of(row.state, row.status_rank, row.reason),
        reason=row.reason,
        in_hand=row.state == OutboxState.OPEN and row.claim is not None,
        key=row.key,
    )
