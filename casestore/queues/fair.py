"""Who goes next where many wait: whoever was answered least lately and waits with the least, then the oldest.

Waiting rows are looked at by conversation, never one by one: the index is stepped through from one conversation to the
next, so that forty thousand messages of one sender cost as much as one. Where more than :data:`MOST_LANES`
conversations wait, the next claim goes on where this one ended.

That somebody asks much is known only after they have begun: a rank that was fixed when a message came would put the
first messages of a flood before whoever comes a moment later. So it is counted at the claim.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    column,
    func,
    literal_column,
    select,
)

from casestore.columns import Utc
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import QueueState
from casestore.tables import inbox, outbox

LATELY = timedelta(minutes=10)
"""How far back answers count against whoever got them."""
MOST_LANES = 500
_MUCH = 50  # from here on more is no more
CHANNEL = bindparam("by_channel", type_=String())
SINCE = bindparam("since", type_=Utc())
_AFTER = bindparam("after", type_=String())

Among = Callable[[FromClause], ColumnElement[bool]]
"""Which rows of a table are meant."""


def is_answer(rows: FromClause) -> ColumnElement[bool]:
    """A row of the outbox as urgent as an answer, for the partial indexes: written as they are."""
    return rows.c.priority == literal_column("1", Integer)


def lanes(table: Table, lane: str, among: Among) -> CTE:
    """Column ``lane``: the lanes of which rows are waiting, each once, in the order of their keys, after ``:after``."""
    first = table.alias("first_waiting")
    start = select(first.c[lane]).where(among(first), first.c[lane] > _AFTER).order_by(first.c[lane]).limit(1)
    one = literal_column("1", Integer)
    found = select(start.scalar_subquery().label("lane"), one.label("number")).cte("lanes", recursive=True)
    other = table.alias("next_waiting")
    step = select(other.c[lane]).where(among(other), other.c[lane] > found.c.lane).order_by(other.c[lane]).limit(1)
    following = select(step.correlate(found).scalar_subquery(), found.c.number + one)
    return found.union_all(following.where(found.c.lane.is_not(None), found.c.number < MOST_LANES))


def asked(key: ColumnElement[str], of: FromClause) -> ColumnElement[int]:
    """How many answers a conversation has had lately, and how many messages of it wait. ``key``: a column ``of`` the
    enclosing statement."""
    answer, message = outbox.alias("answer"), inbox.alias("message")
    had: Select[Any] = select(literal_column("1")).where(
        answer.c.recipient_key == key, is_answer(answer), answer.c.created_at >= SINCE
    )
    waits: Select[Any] = select(literal_column("1")).where(
        message.c.channel == CHANNEL, message.c.conversation_key == key, in_state(message.c.state, QueueState.OPEN)
    )
    return _count(had, of) + _count(waits, of)


def _count(rows: Select[Any], of: FromClause) -> ColumnElement[int]:
    few = rows.limit(literal_column(str(_MUCH))).correlate(of).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


class Round:
    """Where the next claim begins, by channel. Kept by this process alone: a round begun anew costs nobody anything."""

    def __init__(self, database: Database, found: CTE) -> None:
        self._database = database
        self._after: dict[str, str] = {}
        lane = column("lane", String)
        self._seen = select(func.count(lane), func.max(lane)).select_from(found)

    async def begins(self, channel: str) -> str:
        """The key after which the next claim looks."""
        after = self._after.get(channel, "")
        count, last = await self._look(channel, after)
        if after and not count:
            after, (count, last) = "", await self._look(channel, "")
        self._after[channel] = (last or "") if count >= MOST_LANES else ""
        return after

    async def _look(self, channel: str, after: str) -> tuple[int, str | None]:
        async with self._database.look() as connection:
            found = await connection.execute(self._seen, {"by_channel": channel, "after": after})
            count, last = found.one()
        return int(count), last
