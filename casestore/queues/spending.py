"""What was answered, as the dispatch log tells it: to one recipient, for their budget; on a channel, for the bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, func, literal_column, select

from casestore.columns import Utc
from casestore.database import Database
from casestore.queues.fair import is_answer
from casestore.queues.outbox import Kind
from casestore.tables import outbox

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
_MINUTE_AGO, _DAY_AGO = bindparam("minute_ago", type_=Utc()), bindparam("day_ago", type_=Utc())


@dataclass(frozen=True, slots=True)
class Spent:
    """What one recipient was answered within the last minute and the last day, and in how many billed parts.

    ``told_minute`` and ``told_day``: they were told so in that time.
    """

    minute: int = 0
    day: int = 0
    parts: int = 0
    told_minute: bool = False
    told_day: bool = False


def _of(kind: Kind) -> ColumnElement[bool]:
    return outbox.c.kind == literal_column(f"'{kind}'")


def _sum(condition: ColumnElement[bool], value: Any = 1) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


_lately = outbox.c.created_at > _MINUTE_AGO
_billed = func.coalesce(outbox.c.parts, 1)
_SPENT = select(
    _sum(and_(_of(Kind.REPLY), _lately)),
    _sum(_of(Kind.REPLY)),
    _sum(_of(Kind.REPLY), _billed),
    _sum(and_(_of(Kind.WAIT_MINUTE), _lately)),
    _sum(_of(Kind.WAIT_DAY)),
).where(outbox.c.recipient_key == bindparam("recipient"), is_answer(outbox), outbox.c.created_at > _DAY_AGO)
_ALARMS = select(outbox.c.created_at).where(
    outbox.c.recipient_key == bindparam("recipient"),
    is_answer(outbox),
    outbox.c.created_at > _DAY_AGO,
    _of(Kind.ALARM),
)
_PARTS = func.coalesce(func.sum(_billed), 0)


class Spending:
    """Reads the dispatch log of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, recipient_key: str, now: datetime) -> Spent:
        """What this recipient was answered. Codes, links and notices do not count."""
        values = {"recipient": recipient_key, "minute_ago": now - MINUTE, "day_ago": now - DAY}
        async with self._database.look() as connection:
            minute, day, parts, told_minute, told_day = (await connection.execute(_SPENT, values)).one()
        return Spent(int(minute), int(day), int(parts), bool(told_minute), bool(told_day))

    async def alarms(self, recipient_key: str, now: datetime) -> list[datetime]:
        """When this recipient, whose messages were held, was answered an alarm within the last day."""
        async with self._database.look() as connection:
            found = await connection.scalars(_ALARMS, {"recipient": recipient_key, "day_ago": now - DAY})
            return list(found)

    async def parts_since(self, channel: str, since: datetime) -> int:
        """The parts of all that was accepted on a channel since then, whatever it was."""
        accepted = and_(outbox.c.channel == channel, outbox.c.finished_at >= since, outbox.c.provider_id.is_not(None))
        length, nothing = func.length(outbox.c.body_sealed), literal_column("0", Integer)
        halves = (length > nothing, length == nothing)  # each has its index
        async with self._database.read() as connection:
            return sum([int(await connection.scalar(select(_PARTS).where(accepted, half))) for half in halves])
