"""The dispatch log of notices: every decision, oldest first, and how each notice stands. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.notices.model import (
    LogEvent,
    NoticeLine,
    NoticeState,
    ToldOf,
    broadcast_of,
    certificate_reference,
    reference_of,
    request_of,
)
from casestore.tables import (
    broadcasts,
    certificate_requests,
    certificates,
    citizens,
    notice_facts,
    notice_log,
    notice_sends,
    notices,
    outbox,
)

LONG, SHOWN = timedelta(days=1), timedelta(days=30)
"""After so long it is a person's affair; for so long it is shown as one."""


class NoticeRecords:
    """Over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lines(self, *, reference: str | None = None, citizen_key: str | None = None) -> list[NoticeLine]:
        """Of one case, of one citizen (their blind index), or of all; oldest first."""
        which: ColumnElement[bool] = true()
        if reference is not None:
            which = notices.c.reference == reference
        elif citizen_key is not None:
            theirs = select(citizens.c.id).where(citizens.c.afm_key == citizen_key).scalar_subquery()
            which = notices.c.citizen_id == theirs
        return await self._lines(which)

    async def _lines(self, which: ColumnElement[bool]) -> list[NoticeLine]:
        joined = select(notice_log, notices.c.reference, citizens.c.afm_key).join_from(notice_log, notices)
        joined = joined.join(citizens, citizens.c.id == notices.c.citizen_id).where(which)
        async with self._database.read() as connection:
            return [_line(row) for row in await connection.execute(joined.order_by(notice_log.c.id))]

    async def unknown(self, now: datetime) -> list[NoticeLine]:
        """Of those of which nobody can say for :data:`LONG` whether they arrived, :data:`SHOWN` back."""
        between = and_(notices.c.settled_at < now - LONG, notices.c.settled_at > now - SHOWN)
        return await self._lines(and_(notices.c.state == NoticeState.UNKNOWN, between))

    async def newest_of(self, citizen_id: int, limit: int) -> list[ToldOf]:
        """The newest notices of a citizen, newest first."""
        newest = select(notices).where(notices.c.citizen_id == citizen_id).order_by(notices.c.id.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(newest)).all()
            ids = [row.id for row in rows]
            of_notice = notice_facts.c.notice_id.in_(ids)
            facts = (await connection.execute(select(notice_facts).where(of_notice).order_by(notice_facts.c.id))).all()
            of_sends = notice_sends.c.notice_id.in_(ids)
            joined = select(notice_sends, outbox.c.due_at).join_from(notice_sends, outbox).where(of_sends)
            sends = (await connection.execute(joined.order_by(notice_sends.c.id))).all()
            titles = await _titles(connection, [row.reference for row in rows])
        return [_told(row, facts, sends, titles) for row in rows]


def _line(row: Any) -> NoticeLine:
    event = LogEvent(row.event)
    return NoticeLine(row.notice_id, row.reference, row.afm_key, row.at, event, row.channel, row.reason, row.until)


async def _titles(connection: AsyncConnection, references: Iterable[str]) -> dict[str, str]:
    """What mass notices and certificates are called, by the reference of their notices."""
    ids = [found for reference in references if (found := broadcast_of(reference)) is not None]
    called = select(broadcasts.c.id, broadcasts.c.title).where(broadcasts.c.id.in_(ids))
    titles = {reference_of(row.id): row.title for row in await connection.execute(called)} if ids else {}
    papers = [request for reference in references if (request := request_of(reference)) is not None]
    joined = select(certificate_requests.c.request, certificates.c.title).join_from(
        certificate_requests, certificates, certificate_requests.c.code_key == certificates.c.code_key
    )
    for row in await connection.execute(joined.where(certificate_requests.c.request.in_(papers))) if papers else ():
        titles[certificate_reference(row.request)] = row.title
    return titles


def _told(row: Any, facts: Sequence[Any], sends: Sequence[Any], titles: Mapping[str, str]) -> ToldOf:
    last = next((send for send in reversed(sends) if send.notice_id == row.id), None)
    return ToldOf(
        reference=titles.get(row.reference, row.reference),
        created_at=row.created_at,
        told_at=row.told_at,
        state=NoticeState(row.state),
        reason=row.reason,
        due_at=last.due_at if last else None,
        kinds=tuple(fact.kind for fact in facts if fact.notice_id == row.id),
        channel=last.channel if last else None,
    )
