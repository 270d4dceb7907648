"""What a database that was copied back needs before anybody works with it, in one commit.

It tells of an older time: what waited then has long been said, who was erased since is in it again. What the replaced
database still knows of that (:class:`casestore.backups.since.Since`) is carried over; the rest is ended or paused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.backups.since import ERASED, Since
from casestore.backups.told import carry_told
from casestore.broadcasts.model import BroadcastState, PauseReason
from casestore.broadcasts.repository import Broadcasts
from casestore.database import Database
from casestore.notices.model import LogEvent, NoticeState
from casestore.people.identity import identity_at
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState, QueueState
from casestore.queues.outbox import Kind, Priority
from casestore.rights.erasure import EMPTY, Erasure
from casestore.tables import (
    audit,
    broadcasts,
    contact_points,
    inbox,
    metadata,
    notice_log,
    notice_sends,
    notices,
    outbox,
    staff_sessions,
)

RESTORED = "restored"
UNKNOWN_SENDS = 1_000_000
_LET_GO = {"lease_until": None, "claim": None}


@dataclass(frozen=True, slots=True)
class Done:
    """How many of each. ``unlinked``: erasures of a citizen whose chat the backup does not know as theirs."""

    sends: int
    messages: int
    notices: int
    told: int
    erased: int
    unlinked: int
    paused: int
    sessions: int
    leases: int


class AfterRestore:
    """Over one database that nobody else has open."""

    def __init__(self, database: Database, erasure: Erasure, repository: Broadcasts, audits: AuditTrail) -> None:
        self._database = database
        self._erasure = erasure
        self._broadcasts = repository
        self._audits = audits

    async def settle(self, since: Since, backed_up_at: str, now: datetime) -> Done:
        """Do all of it; a second time there is nothing left to do. ``backed_up_at``: noted in the audit trail."""
        async with self._database.write() as connection:
            erased, unlinked = await self._erase(connection, since, now)
            told = await carry_told(connection, self._database, since)
            ended = await self._end_notices(connection, now)
            done = Done(
                sends=await self._end_sends(connection, now),
                messages=await self._end_messages(connection, now),
                notices=ended,
                told=told,
                erased=erased,
                unlinked=unlinked,
                paused=await self._pause(connection),
                sessions=await self._end_sessions(connection, now),
                leases=await self._let_go(connection),
            )
            await self._skip_numbers(connection, since.last_send, now)
            await self._audits.note(connection, "database.restored", backed_up_at, now)
        return done

    async def _erase(self, connection: AsyncConnection, since: Since, now: datetime) -> tuple[int, int]:
        """Once more as it was asked for; then what it emptied elsewhere, where the backup does not know the link."""
        rows = select(audit.c.subject_key, func.max(audit.c.at)).where(audit.c.action == ERASED)
        known = {row[0]: row[1] for row in await connection.execute(rows.group_by(audit.c.subject_key))}
        points = select(contact_points.c.address_key, contact_points.c.id)
        held = {row.address_key: row.id for row in await connection.execute(points)}
        erased = unlinked = 0
        for past in since.erasures:
            latest, point = known.get(past.subject_key), held.get(past.subject_key)
            if point is None or (latest is not None and latest >= past.at):
                continue
            found = (await identity_at(connection, point)).citizen_id if past.known else None
            unlinked += past.known and found is None
            await self._erase_at(connection, point, past.subject_key, now, everywhere=past.known)
            erased += 1
        full = select(contact_points.c.id, contact_points.c.address_key).where(
            func.length(contact_points.c.address_sealed) > 0
        )
        for row in (await connection.execute(full)).all():
            if row.address_key in since.emptied:
                await self._erase_at(connection, row.id, row.address_key, now, everywhere=False)
                erased += 1
        return erased, unlinked

    async def _erase_at(
        self, connection: AsyncConnection, point: int, subject: str, now: datetime, *, everywhere: bool
    ) -> None:
        key = f"{RESTORED}:{now:%Y%m%dT%H%M%S}"
        await self._erasure.erase(connection, point, now, key=key, subject_key=subject, everywhere=everywhere)

    @staticmethod
    async def _end_notices(connection: AsyncConnection, now: datetime) -> int:
        """Before their sends, or they would fall back to another channel. What may have been let through is unknown."""
        waits = exists().where(
            notice_sends.c.notice_id == notices.c.id,
            outbox.c.id == notice_sends.c.outbox_id,
            in_state(outbox.c.state, OutboxState.OPEN),
        )
        is_open = in_state(notices.c.state, NoticeState.OPEN)
        ends = (
            (NoticeState.SKIPPED, LogEvent.SKIPPED, and_(is_open, notices.c.told_at.is_(None))),
            (NoticeState.UNKNOWN, LogEvent.UNKNOWN, and_(is_open, notices.c.told_at.is_not(None), waits)),
        )
        count = 0
        for state, event, which in ends:
            ids = list(await connection.scalars(select(notices.c.id).where(which).order_by(notices.c.id)))
            for some in _batches(ids):
                values = {"state": state, "reason": RESTORED, "settled_at": now, "due_at": None}
                await connection.execute(update(notices).where(notices.c.id.in_(some)).values(**values))
                lines = [{"notice_id": number, "at": now, "event": event, "reason": RESTORED} for number in some]
                await connection.execute(notice_log.insert(), lines)
            count += len(ids)
        return count

    @staticmethod
    async def _end_sends(connection: AsyncConnection, now: datetime) -> int:
        ended = update(outbox).where(in_state(outbox.c.state, OutboxState.OPEN))
        values = {"state": OutboxState.SKIPPED, "reason": RESTORED, "finished_at": now, **_LET_GO}
        return (await connection.execute(ended.values(**values))).rowcount

    @staticmethod
    async def _end_messages(connection: AsyncConnection, now: datetime) -> int:
        ended = update(inbox).where(in_state(inbox.c.state, QueueState.OPEN))
        values = {"state": QueueState.DONE, "error": RESTORED, "finished_at": now, **_LET_GO}
        return (await connection.execute(ended.values(**values))).rowcount

    async def _skip_numbers(self, connection: AsyncConnection, last: int | None, now: datetime) -> None:
        """Receipts name a send by its number, for days: none that was given since is given again. Where nobody knows
        the last, a million are left out. SQLite counts on from the highest row, so one is put there."""
        newest = await connection.scalar(select(func.max(outbox.c.id))) or 0
        number = newest + UNKNOWN_SENDS if last is None else last + 1
        if number <= newest:
            return
        row = {"id": number, "key": f"{RESTORED}:{number}", "channel": RESTORED, "recipient_key": "", "kind": Kind.CODE}
        row |= {"address_sealed": EMPTY, "body_sealed": EMPTY, "priority": Priority.REPLY, "state": OutboxState.SKIPPED}
        row |= {"attempts": 0, "doubts": 0, "status_rank": 0, "created_at": now, "due_at": now, "finished_at": now}
        await connection.execute(outbox.insert().values(**row, reason=RESTORED))
        if not self._database.is_sqlite:
            await connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('outbox', 'id'), {number})")

    async def _pause(self, connection: AsyncConnection) -> int:
        running = select(broadcasts.c.id).where(in_state(broadcasts.c.state, BroadcastState.RUNNING))
        ids = list(await connection.scalars(running))
        for number in ids:
            await self._broadcasts.move(connection, number, BroadcastState.PAUSED, reason=PauseReason.RESTORED)
        return len(ids)

    @staticmethod
    async def _end_sessions(connection: AsyncConnection, now: datetime) -> int:
        """An employee may have signed out since, or been disabled."""
        open_ones = update(staff_sessions).where(staff_sessions.c.ended_at.is_(None))
        return (await connection.execute(open_ones.values(ended_at=now))).rowcount

    @staticmethod
    async def _let_go(connection: AsyncConnection) -> int:
        """Nobody has anything in hand."""
        count = 0
        for table in metadata.sorted_tables:
            if "lease_until" in table.c:
                held = update(table).where(table.c.lease_until.is_not(None))
                count += (await connection.execute(held.values(**_LET_GO))).rowcount
        return count


def _batches(ids: list[int], size: int = 500) -> Iterator[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
