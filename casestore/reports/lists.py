"""What each number of the board counts, and its rows: one condition for both, so that they agree. Data, and two reads.

Rows are shown without what anybody said and without whom it is about: a conversation is opened where that is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, func, literal, literal_column, not_, or_, select, tuple_

from casestore.conversations.ownership import OwnerKind
from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.notices.model import NoticeState
from casestore.notices.timed import of_case, sits
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState
from casestore.reports.periods import Period
from casestore.staff.talks import place_of
from casestore.tables import cases, contact_points, conversations, handovers, notices, outbox, timed_facts, transcript

MOST = 50
When = Callable[[Period], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Row:
    """One of those that were counted. ``facts``: codes and times, by name; never words."""

    id: int
    at: datetime
    conversation_id: int | None
    facts: Mapping[str, Any]

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number, counted for each value of ``key`` (all together where it has none). ``when``: which rows, on a day.
    ``oldest``: the oldest first, else the newest."""

    rows: Select[Any]
    id: Column[int]
    at: ColumnElement[datetime]
    when: When
    key: ColumnElement[str] | None = None
    oldest: bool = False
    facts: tuple[str, ...] = field(default=())


_talks = select(
    conversations.c.id,
    conversations.c.id.label("conversation_id"),
    conversations.c.desk,
    conversations.c.agent,
    contact_points.c.channel,
).join_from(conversations, contact_points)
_calls = (
    select(handovers.c.id, handovers.c.conversation_id, handovers.c.reason, handovers.c.agent, contact_points.c.channel)
    .join_from(handovers, conversations)
    .join(contact_points)
)
_sends = select(outbox.c.id, outbox.c.conversation_id, outbox.c.channel, outbox.c.kind, outbox.c.reason)
_news = select(
    notices.c.id,
    literal(None).label("conversation_id"),
    notices.c.category,
    notices.c.state,
    notices.c.reason,
    notices.c.created_at,
)
_cases = select(
    timed_facts.c.id,
    literal(None).label("conversation_id"),
    cases.c.registry,
    cases.c.reference,
    cases.c.procedure,
    cases.c.stage,
).join_from(timed_facts, cases, of_case())
_TALK, _CALL = ("desk", "channel", "agent"), ("channel", "reason", "agent")
_NEWS = ("category", "state", "reason", "created_at")


_BOT: ColumnElement[str] = literal_column("'bot'")  # as the index of open conversations has it


def _owned(*kinds: OwnerKind, also: ColumnElement[bool] | None = None) -> When:
    with_people = and_(conversations.c.owner != _BOT, in_state(conversations.c.owner, *kinds))
    return lambda _: with_people if also is None else and_(with_people, also)


def _in(column: Column[datetime], only: ColumnElement[bool] | None = None) -> When:
    def when(period: Period) -> ColumnElement[bool]:
        within = and_(column >= period.start, column < period.end)
        return within if only is None else and_(within, only)

    return when


def _wrote(period: Period) -> ColumnElement[bool]:
    said = and_(in_state(transcript.c.author, Author.CITIZEN), _in(transcript.c.at)(period))
    return conversations.c.id.in_(select(transcript.c.conversation_id).where(said))


def _with_person(period: Period) -> ColumnElement[bool]:
    during = and_(
        handovers.c.asked_at < period.end, or_(handovers.c.closed_at.is_(None), handovers.c.closed_at >= period.start)
    )
    return select(handovers.c.id).where(handovers.c.conversation_id == conversations.c.id, during).exists()


def _talks_with(when: When, key: ColumnElement[str] | None = None, *, oldest: bool = False) -> Numbered:
    at = func.coalesce(conversations.c.waiting_since, conversations.c.last_at) if oldest else conversations.c.last_at
    return Numbered(_talks, conversations.c.id, at, when, key, oldest, _TALK)


def _news_with(at: Column[datetime], only: ColumnElement[bool] | None = None) -> Numbered:
    return Numbered(_news, notices.c.id, at, _in(at, only), None, facts=_NEWS)


_any, _waits = (OwnerKind.QUEUE, OwnerKind.AGENT), conversations.c.waiting_since.is_not(None)
NUMBERED: Mapping[str, Numbered] = MappingProxyType(
    {
        "waiting": _talks_with(_owned(OwnerKind.QUEUE), conversations.c.desk, oldest=True),
        "held": _talks_with(_owned(OwnerKind.AGENT), conversations.c.desk),
        "overdue": _talks_with(
            _owned(*_any, also=conversations.c.escalated_at.is_not(None)), conversations.c.desk, oldest=True
        ),
        "agents": _talks_with(_owned(OwnerKind.AGENT), conversations.c.agent),
        "agents-waiting": _talks_with(_owned(OwnerKind.AGENT, also=_waits), conversations.c.agent, oldest=True),
        "spoken": _talks_with(_wrote),
        "bot-alone": _talks_with(lambda period: and_(_wrote(period), not_(_with_person(period)))),
        "asked": Numbered(
            _calls, handovers.c.id, handovers.c.asked_at, _in(handovers.c.asked_at), handovers.c.reason, facts=_CALL
        ),
        "failed": Numbered(
            _sends,
            outbox.c.id,
            outbox.c.finished_at,
            _in(outbox.c.finished_at, in_state(outbox.c.state, OutboxState.FAILED)),
            func.coalesce(outbox.c.reason, ""),
            facts=("channel", "kind", "reason"),
        ),
        "notices": _news_with(notices.c.told_at),
        "notices-failed": _news_with(notices.c.settled_at, in_state(notices.c.state, NoticeState.FAILED)),
        "sitting": Numbered(
            _cases,
            timed_facts.c.id,
            cases.c.updated_at,
            lambda _: sits(),
            cases.c.registry,
            oldest=True,
            facts=("reference", "registry", "procedure", "stage"),
        ),
        "notices-unknown": _news_with(notices.c.settled_at, in_state(notices.c.state, NoticeState.UNKNOWN)),
    }
)


class Lists:
    """Over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, name: str, period: Period) -> Mapping[str, int]:
        """How many, for each value of the key; all under ``""`` where it has none."""
        what = NUMBERED[name]
        key = literal("") if what.key is None else what.key
        counted = what.rows.with_only_columns(key.label("key"), func.count(), maintain_column_froms=True)
        grouped = counted.where(what.when(period))
        grouped = grouped if what.key is None else grouped.group_by(what.key)
        async with self._database.read() as connection:
            rows = (await connection.execute(grouped)).all()
        return {row[0]: row[1] for row in rows if row[1]}

    async def rows(
        self, name: str, period: Period, key: str | None = None, before: str = "", limit: int = MOST
    ) -> Sequence[Row]:
        """Those rows; ``key``: only with this value. ``before``: the cursor of the last row of the page before. Raises
        ``KeyError`` for no such list, ``ValueError`` for no such cursor."""
        what = NUMBERED[name]
        listed = what.rows.add_columns(what.at.label("listed_at")).where(what.when(period))
        if key is not None and what.key is not None:
            listed = listed.where(what.key == key)
        place = tuple_(what.at, what.id)
        if before:
            listed = listed.where(place > place_of(before) if what.oldest else place < place_of(before))
        order = (what.at, what.id) if what.oldest else (what.at.desc(), what.id.desc())
        async with self._database.read() as connection:
            found = (await connection.execute(listed.order_by(*order).limit(min(limit, MOST)))).all()
        return [
            Row(row.id, row.listed_at, row.conversation_id, {fact: getattr(row, fact) for fact in what.facts})
            for row in found
        ]

    async def longest(self) -> Mapping[str, datetime]:
        """Since when the one waits who waits longest, by desk."""
        queued = _owned(OwnerKind.QUEUE)(_NO_PERIOD)
        oldest = select(conversations.c.desk, func.min(conversations.c.waiting_since)).where(queued)
        async with self._database.read() as connection:
            rows = (await connection.execute(oldest.group_by(conversations.c.desk))).all()
        return {row[0]: row[1] for row in rows if row[1] is not None}


_NO_PERIOD = Period(date(2000, 1, 1), date(2000, 1, 1))
