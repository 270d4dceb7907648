"""A table as a queue of leases: what the inbox and the registries' events have in common.

A claim writes a deadline and a mark into the row: a worker that is killed loses it by the clock. Rows that belong
together are a *lane* (a conversation, a case). Of a lane only the first open row can be claimed, and none while another
is in hand, so its order is kept even while a row waits for its next attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.columns import Utc
from casestore.database import Database
from casestore.queues.lifecycle import QueueState
from casestore.vault import Vault

NOW = bindparam("now", type_=Utc())
_MINE = ("id", "claim", "attempts")
"""By what a claim knows its row: claimed again it has other attempts."""


class LostClaim(Exception):
    """The lease ran out and somebody else has the row: what was done for it must not be committed."""


class Held(Protocol):
    """A row in hand. ``attempts`` counts this one; ``sealed`` is its payload."""

    @property
    def id(self) -> int: ...

    @property
    def claim(self) -> str: ...

    @property
    def attempts(self) -> int: ...

    @property
    def sealed(self) -> bytes: ...


def in_state(column: ColumnElement[str], *states: StrEnum) -> ColumnElement[bool]:
    """Is the state one of these? Written as literals: a partial index applies only if the planner can see the value."""
    return or_(*(column == literal_column(f"'{state}'") for state in states))


def is_free(rows: FromClause) -> ColumnElement[bool]:
    """In nobody's hands ``now``."""
    return or_(rows.c.lease_until.is_(None), rows.c.lease_until < NOW)


def _earlier(one: FromClause, other: FromClause, order: Sequence[str]) -> ColumnElement[bool]:
    """Does ``one`` come before ``other``, by these columns?"""
    first, *rest = order
    less = one.c[first] < other.c[first]
    return or_(less, and_(one.c[first] == other.c[first], _earlier(one, other, rest))) if rest else less


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one queue, put together once: that takes longer than the database takes to answer.

    ``note`` is the column that says why a row did not go through, or how it did, in so many characters.
    """

    table: Table
    note: str
    note_length: int
    any_due: Select[Any]
    claim: Update
    move: Update
    waiting: Select[int, Any]
    dead: Select[Any]

    @classmethod
    def over(
        cls,
        table: Table,
        *,
        first: Select[Any],
        returned: Sequence[str],
        note: str = "error",
        among: ColumnElement[bool] | None = None,
    ) -> Statements:
        """``first``: the rows that may be claimed, by id, in the order in which they go (:func:`first_of_lanes`);
        ``among``: of which rows of the table they are taken."""
        rows = table.c
        is_open = in_state(rows.state, QueueState.OPEN)
        due = select(rows.id).where(is_open, rows.due_at <= NOW, is_free(table))
        if among is not None:
            due = due.where(among)
        taken_first = first.limit(bindparam("most", type_=Integer))
        heads = taken_first.with_for_update(skip_locked=True, of=table).cte("heads")
        mine = (rows[name] == bindparam(f"of_{name}") for name in _MINE)
        taken = update(table).where(rows.id.in_(select(heads.c.id)))
        taken = taken.values(lease_until=bindparam("until"), claim=bindparam("by"), attempts=rows.attempts + 1)
        return cls(
            table=table,
            note=note,
            note_length=cast(int, cast(String, rows[note].type).length),
            any_due=select(due.exists()),
            claim=taken.returning(*(rows[name] for name in returned)),
            move=update(table).where(is_open, *mine).values(claim=None, lease_until=None),
            waiting=select(func.count(), func.min(rows.received_at)).where(is_open),
            dead=select(func.count()).select_from(table).where(in_state(rows.state, QueueState.DEAD)),
        )


def first_of_lanes(table: Table, lane: str, order: Sequence[str]) -> Select[Any]:
    """The rows that are due, in nobody's hands and first of their lane, the oldest first.

    ``lane``: the column that rows of one lane share; ``order``: the columns by which they go."""
    other = table.alias("other")
    open_in_lane = and_(other.c[lane] == table.c[lane], in_state(other.c.state, QueueState.OPEN))
    blocked = exists().where(open_in_lane, or_(_earlier(other, table, order), in_other_hands(other, table)))
    is_open = in_state(table.c.state, QueueState.OPEN)
    due = select(table.c.id).where(is_open, table.c.due_at <= NOW, is_free(table))
    return due.where(~blocked).order_by(table.c.id)


def in_other_hands(other: FromClause, rows: FromClause) -> ColumnElement[bool]:
    """Is it another row, and in somebody's hands? Of two that came at once the later may be seen first."""
    return and_(other.c.id != rows.c.id, other.c.lease_until >= NOW)


class LeaseQueue:
    """Such a queue over one database."""

    def __init__(self, database: Database, vault: Vault, statements: Statements) -> None:
        self._database = database
        self._vault = vault
        self._sql = statements

    async def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Keep these rows; those that came before change nothing."""
        await self._database.append({self._sql.table: rows})

    async def _any_due(self, now: datetime, **more: object) -> bool:
        """Asked by reading, so that an idle worker takes no lock."""
        async with self._database.look() as connection:
            return bool(await connection.scalar(self._sql.any_due, {"now": now, **more}))

    async def _claim(
        self, now: datetime, claim: str, limit: int, lease: timedelta, *, alone: str = "", **more: object
    ) -> list[Row[Any]]:
        """Take up to ``limit`` rows, at most one of each lane, in the order of their ids. ``alone``: those who claim
        other rows of the table need not wait."""
        values = {"now": now, "until": now + lease, "by": claim, "most": limit, **more}
        async with self._database.write() as connection:
            await self._database.alone(connection, f"{self._sql.table.name}/{alone}")
            rows = (await connection.execute(self._sql.claim, values)).all()
        return sorted(rows, key=lambda row: int(row.id))

    async def give_back(self, held: Sequence[Held]) -> None:
        """As if these of one claim had never been taken; what somebody else has meanwhile stays theirs."""
        rows = self._sql.table.c
        mine = and_(rows.id.in_([one.id for one in held]), rows.claim.in_({one.claim for one in held}))
        given = update(self._sql.table).where(mine, in_state(rows.state, QueueState.OPEN))
        async with self._database.write() as connection:
            await connection.execute(given.values(claim=None, lease_until=None, attempts=rows.attempts - 1))

    def read(self, held: Held) -> str:
        """The payload. Raises :class:`casestore.vault.SealBroken`, for this row alone."""
        return self._vault.open(f"{self._sql.table.name}.payload", held.sealed)

    async def done(self, connection: AsyncConnection, held: Held, now: datetime, note: str | None = None) -> None:
        """Finish it, in the transaction that keeps what it led to. Raises :class:`LostClaim`."""
        await self._move(connection, held, QueueState.DONE, note, finished_at=now)

    async def bury(self, connection: AsyncConnection, held: Held, now: datetime, error: str) -> None:
        """Give it up: it stays, visible to the operator, and no longer holds up its lane."""
        await self._move(connection, held, QueueState.DEAD, error, finished_at=now)

    async def abandon(self, held: Held, now: datetime, error: str) -> None:
        """:meth:`bury` in a transaction of its own."""
        async with self._database.write() as connection:
            await self.bury(connection, held, now, error)

    async def retry(self, held: Held, due_at: datetime, error: str) -> None:
        """Let it go until ``due_at``. ``error`` names a kind of error, never a text from outside."""
        async with self._database.write() as connection:
            await self.put_off(connection, held, due_at, error)

    async def put_off(self, connection: AsyncConnection, held: Held, due_at: datetime, error: str) -> None:
        """:meth:`retry`, in the transaction that keeps what else there is. Raises :class:`LostClaim`."""
        await self._move(connection, held, QueueState.OPEN, error, due_at=due_at)

    async def _move(
        self, connection: AsyncConnection, held: Held, state: QueueState, note: str | None, **values: object
    ) -> None:
        noted = {} if note is None else {self._sql.note: note[: self._sql.note_length]}
        moved = self._sql.move.values(state=state, **noted, **values)
        if (await connection.execute(moved, {f"of_{name}": getattr(held, name) for name in _MINE})).rowcount != 1:
            raise LostClaim(f"{self._sql.table.name} {held.id}")

    async def depth(self) -> tuple[int, int, datetime | None]:
        """(open, dead, when the oldest open one was received)."""
        async with self._database.read() as connection:
            waiting, oldest = (await connection.execute(self._sql.waiting)).one()
            dead = await connection.scalar(self._sql.dead)
        return int(waiting), int(dead or 0), oldest
