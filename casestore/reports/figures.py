"""How things went, by days or hours of Athens. Each figure is read through an index of the period, and nothing else.

A hand-over is counted where it was asked for; how long something took, where it ended: what is over changes no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.reports.periods import Period
from casestore.tables import handovers, notices, transcript

Lengths = Sequence[tuple[int, int]]
"""(minutes, how many took so long), the shortest first."""


@dataclass(frozen=True, slots=True)
class Took:
    """What began at ``since`` and ended at ``until``, as far as ``only`` holds."""

    since: Column[datetime]
    until: Column[datetime]
    only: ColumnElement[bool]


FIRST_ANSWER = Took(handovers.c.asked_at, handovers.c.answered_at, handovers.c.answered_at.is_not(None))
TO_THE_END = Took(
    handovers.c.asked_at,
    handovers.c.closed_at,
    and_(handovers.c.closed_at.is_not(None), handovers.c.answered_at.is_not(None)),
)
NOTICES = Took(notices.c.created_at, notices.c.told_at, notices.c.told_at.is_not(None))


class Figures:
    """Counts over one database. Keys are bins of the period; one in which nothing was has none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spoken(self, period: Period) -> Mapping[int, tuple[int, int]]:
        """(conversations in which a citizen wrote, those of them that a person had to do with in that bin)."""
        number = self._bin(transcript.c.at, period)
        said = and_(in_state(transcript.c.author, Author.CITIZEN), *_within(transcript.c.at, period))
        wrote = select(number.label("bin"), transcript.c.conversation_id).where(said).distinct().cte("wrote")
        called = self._called(period)
        during = and_(
            called.c.conversation_id == wrote.c.conversation_id, wrote.c.bin.between(called.c.asked, called.c.closed)
        )
        both = select(wrote.c.bin, *(func.count(each.c.conversation_id.distinct()) for each in (wrote, called)))
        counted = both.join_from(wrote, called, during, isouter=True).group_by(wrote.c.bin)
        return {row[0]: (row[1], row[2]) for row in await self._rows(counted)}

    def _called(self, period: Period) -> CTE:
        """Hand-overs that were open at some time of it, with the bins of their ends; one that still is has the last.
        Three reads, each through an index: asked for in it, before it and closed since, before it and open."""
        last = literal(period.bins[-1])
        asked, closed = (self._bin(column, period) for column in (handovers.c.asked_at, handovers.c.closed_at))
        bins = select(handovers.c.conversation_id, asked.label("asked"), func.coalesce(closed, last).label("closed"))
        before = handovers.c.asked_at < period.start
        ways = (
            and_(*_within(handovers.c.asked_at, period)),
            and_(before, handovers.c.closed_at >= period.start),
            and_(before, handovers.c.closed_at.is_(None)),
        )
        return union_all(*(bins.where(way) for way in ways)).cte("called")

    async def asked(self, period: Period) -> Mapping[int, Mapping[str, int]]:
        """Hand-overs by their cause."""
        number = self._bin(handovers.c.asked_at, period).label("bin")
        counted = select(number, handovers.c.reason, func.count()).where(*_within(handovers.c.asked_at, period))
        found: dict[int, dict[str, int]] = {}
        for row in await self._rows(counted.group_by(number, handovers.c.reason)):
            found.setdefault(row[0], {})[row[1]] = row[2]
        return found

    async def took(self, what: Took, period: Period) -> Mapping[int, Lengths]:
        """How long it took, counted by minutes as :func:`rounded` has them."""
        number = self._bin(what.until, period).label("bin")
        minutes = (self._seconds(what.until) - self._seconds(what.since)) // 60
        coarse = case(
            *((minutes < limit, minutes // step * step) for limit, step in _STEPS), else_=minutes // 1440 * 1440
        ).label("minutes")
        counted = select(number, coarse, func.count()).where(what.only, *_within(what.until, period))
        found: dict[int, list[tuple[int, int]]] = {}
        for row in await self._rows(counted.group_by(number, coarse).order_by(number, coarse)):
            found.setdefault(row[0], []).append((row[1], row[2]))
        return found

    async def _rows(self, statement: Select[Any]) -> Sequence[Any]:
        async with self._database.read() as connection:
            return list((await connection.execute(statement)).all())

    def _bin(self, column: ColumnElement[Any], period: Period) -> ColumnElement[int]:
        *known, last = period.offsets
        ahead = case(*((column < until, seconds) for until, seconds in known), else_=last[1]) if known else last[1]
        return (self._seconds(column) + ahead) // period.unit.seconds

    def _seconds(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        if self._database.is_sqlite:
            return cast(func.strftime("%s", column), Integer)
        return cast(func.floor(func.date_part("epoch", column)), BigInteger)


_STEPS = ((120, 1), (1440, 5), (14400, 60))


def rounded(minutes: int) -> int:
    """To one minute below two hours, to five below a day, to an hour below ten days, else to a day: downwards."""
    step = next((step for limit, step in _STEPS if minutes < limit), 1440)
    return minutes // step * step


def at_most(lengths: Lengths, percent: int) -> int | None:
    """So many minutes it took, at most, for so much of a hundred of them; ``None``: for nobody."""
    left = -(-sum(count for _, count in lengths) * percent // 100)
    for minutes, count in lengths:
        left -= count
        if left <= 0:
            return minutes
    return None


def _within(column: ColumnElement[Any], period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= period.start, column < period.end
