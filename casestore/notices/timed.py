"""What is told because time has passed: planned with the change that gives cause to it, and told at most once.

open -> noted      in a notice
     -> dropped    not to be told: its cause is gone, or its citizen wants no such news; open again if the cause is
                   back before its time
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.notices.model import NoticeState
from casestore.queues.lease import in_state
from casestore.tables import cases, notices, timed_facts

LATE = "late"
"""The kind of fact that a case sits."""
_KEY = ("citizen_id", "reference", "kind", "about", "step")


class TimedState(StrEnum):
    """The values of ``timed_facts.state``."""

    OPEN = "open"
    NOTED = "noted"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class TimedFact:
    """A ``kind`` of fact about something (a deadline; a stage and since when), for the ``step``-th time or so many days
    before. ``due_at``: when it is looked at, which may be earlier than when it is told. ``id`` is 0 while it is not
    kept."""

    citizen_id: int
    reference: str
    kind: str
    about: str
    step: int
    due_at: datetime
    id: int = 0

    @property
    def key(self) -> tuple[int, str, str, str, int]:
        """What makes it the same fact."""
        return self.citizen_id, self.reference, self.kind, self.about, self.step


@dataclass(frozen=True, slots=True)
class SittingCase:
    """An open case that takes longer than expected: where it is since when, and until when it was to be decided."""

    registry: str
    reference: str
    procedure: str
    stage: str
    expected_by: date | None
    since: date


_COLUMNS = [timed_facts.c[name] for name in TimedFact.__dataclass_fields__]
_OPEN = in_state(timed_facts.c.state, TimedState.OPEN)


class TimedFacts:
    """Reads and writes them over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Planning

    async def open_of(self, connection: AsyncConnection, references: Collection[str]) -> list[TimedFact]:
        """What is planned of these cases."""
        return await _all(connection, and_(timed_facts.c.reference.in_(list(references)), _OPEN))

    async def put(self, connection: AsyncConnection, facts: Sequence[TimedFact]) -> None:
        """Plan these. One that was told is not told again; one that was dropped is planned again."""
        if not facts:
            return
        insert = (sqlite if self._database.is_sqlite else postgresql).insert(timed_facts)
        again = insert.on_conflict_do_update(
            index_elements=_KEY,
            set_={"state": TimedState.OPEN, "due_at": insert.excluded.due_at},
            where=timed_facts.c.state == TimedState.DROPPED,
        )
        rows = [dict(zip(_KEY, fact.key, strict=True)) | {"due_at": fact.due_at} for fact in facts]
        await connection.execute(again, [row | {"state": TimedState.OPEN} for row in rows])

    async def drop(self, connection: AsyncConnection, ids: Collection[int]) -> None:
        """Their cause is gone."""
        await self._end(connection, ids, state=TimedState.DROPPED)

    async def noted(self, connection: AsyncConnection, ids: Collection[int], notice_id: int) -> None:
        """They are in this notice."""
        await self._end(connection, ids, state=TimedState.NOTED, notice_id=notice_id)

    async def move(self, connection: AsyncConnection, fact_id: int, due_at: datetime) -> None:
        """Look at it then."""
        await self._end(connection, [fact_id], due_at=due_at)

    @staticmethod
    async def _end(connection: AsyncConnection, ids: Collection[int], **values: Any) -> None:
        if ids:
            planned = and_(timed_facts.c.id.in_(list(ids)), _OPEN)
            await connection.execute(update(timed_facts).where(planned).values(**values))

    async def unplanned(self, limit: int) -> list[str]:
        """Open cases of which nothing was ever planned: they are from before there were plans."""
        bare = and_(~cases.c.closed, cases.c.gone_at.is_(None), ~exists().where(of_case()))
        async with self._database.read() as connection:
            found = select(cases.c.reference).where(bare).order_by(cases.c.id).limit(limit)
            return list(await connection.scalars(found))

    async def sitting(self) -> dict[str, int]:
        """How many open cases take longer than expected, by registry: they were looked at as such, and have not
        moved."""
        counted = select(cases.c.registry, func.count()).join_from(timed_facts, cases, of_case())
        counted = counted.where(sits()).group_by(cases.c.registry)
        async with self._database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(counted)}

    async def sitting_cases(self) -> list[SittingCase]:
        """Those cases themselves, for their offices; the one that sits longest first."""
        columns = (cases.c.registry, cases.c.reference, cases.c.procedure, cases.c.stage, cases.c.expected_by)
        found = select(*columns, timed_facts.c.about).join_from(timed_facts, cases, of_case())
        found = found.where(sits())
        async with self._database.read() as connection:
            sitting = [SittingCase(*row[:5], _since(row.about)) for row in await connection.execute(found)]
        return sorted(sitting, key=lambda case: (case.since, case.reference))

    # Telling

    async def due(self, now: datetime, limit: int) -> list[tuple[int, str]]:
        """Whose, and of which case, something is due to be looked at: (citizen, reference)."""
        first = select(timed_facts.c.citizen_id, timed_facts.c.reference, func.min(timed_facts.c.due_at).label("first"))
        first = first.where(_OPEN, timed_facts.c.due_at <= now)
        grouped = first.group_by(timed_facts.c.citizen_id, timed_facts.c.reference).order_by("first").limit(limit)
        async with self._database.read() as connection:
            return [(row.citizen_id, row.reference) for row in await connection.execute(grouped)]

    async def hold_due(
        self, connection: AsyncConnection, citizen_id: int, reference: str, now: datetime
    ) -> list[TimedFact]:
        """What is due of this case, locked to the end of the transaction."""
        of_case = and_(timed_facts.c.citizen_id == citizen_id, timed_facts.c.reference == reference)
        return await _all(connection, and_(of_case, _OPEN, timed_facts.c.due_at <= now), lock=True)

    async def of_notice(self, connection: AsyncConnection, notice_id: int) -> list[TimedFact]:
        """What of it this notice tells."""
        return await _all(connection, timed_facts.c.notice_id == notice_id)

    async def waiting(self, connection: AsyncConnection, reference: str) -> list[int]:
        """Notices of such facts of this case that were let through to nobody yet, by id."""
        told = select(timed_facts.c.notice_id).where(timed_facts.c.reference == reference)
        open_ = and_(in_state(notices.c.state, NoticeState.OPEN), notices.c.told_at.is_(None))
        found = select(notices.c.id).where(open_, notices.c.reference == reference, notices.c.id.in_(told))
        return list(await connection.scalars(found.order_by(notices.c.id)))


def _since(about: str) -> date:
    return date.fromisoformat(about.rpartition("@")[2])


def sits() -> ColumnElement[bool]:
    """Of ``timed_facts`` beside their ``cases`` (:func:`of_case`): the open ones that take longer than expected."""
    late = and_(_OPEN, timed_facts.c.kind == literal_column(f"'{LATE}'"), timed_facts.c.step > literal_column("1"))
    return and_(late, ~cases.c.closed, cases.c.gone_at.is_(None))


def of_case() -> ColumnElement[bool]:
    return and_(timed_facts.c.reference == cases.c.reference, timed_facts.c.citizen_id == cases.c.citizen_id)


async def _all(connection: AsyncConnection, which: ColumnElement[bool], *, lock: bool = False) -> list[TimedFact]:
    found = select(*_COLUMNS).where(which).order_by(timed_facts.c.id)
    rows = await connection.execute(found.with_for_update() if lock else found)
    return [TimedFact(**row._mapping) for row in rows]
