"""What is still to be done about something, step by step: a queue like the inbox, in order for each thing.

A task is added in the commit that makes it needed, and ends in the commit that keeps what it led to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.queues.lease import LeaseQueue, Statements, first_of_lanes
from casestore.vault import Vault


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A task in hand until its lease runs out. ``of``: the id of what it is about. ``attempts`` counts this one;
    ``since``: when it came up."""

    id: int
    of: int
    step: StrEnum
    sealed: bytes = field(repr=False)
    attempts: int
    since: datetime
    claim: str


class TaskQueue(LeaseQueue):
    """The queue over one table of one database. ``of`` names the column that says what a task is about; of one thing
    the tasks go in the order of ``steps``."""

    def __init__(self, database: Database, vault: Vault, table: Table, of: str, steps: Sequence[StrEnum]) -> None:
        statements = Statements.over(
            table,
            first=first_of_lanes(table, of, ("place", "id")),
            returned=("id", of, "step", "payload_sealed", "attempts", "received_at"),
        )
        super().__init__(database, vault, statements)
        self._of = of
        self._place = {step: place for place, step in enumerate(steps)}
        self._steps = {step.value: step for step in steps}

    async def put(
        self,
        connection: AsyncConnection,
        of: int,
        step: StrEnum,
        now: datetime,
        payload: str = "",
        due_at: datetime | None = None,
    ) -> None:
        """This is to be done, from ``due_at`` on (at once, if not said); a step that is noted already is not noted
        again. ``payload`` is sealed here."""
        table = self._sql.table
        sealed = self._vault.seal(f"{table.name}.payload", payload)
        row = {self._of: of, "step": step, "place": self._place[step], "payload_sealed": sealed}
        row |= {"received_at": now, "due_at": due_at or now}
        await connection.execute(self._database.insert_new(table).values(**row))

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[ClaimedTask]:
        """Take up to ``limit`` tasks, at most one of each thing, oldest first."""
        rows = await self._claim(now, claim, limit, lease) if await self._any_due(now) else []
        return [
            ClaimedTask(
                row.id,
                getattr(row, self._of),
                self._steps[row.step],
                row.payload_sealed,
                row.attempts,
                row.received_at,
                claim,
            )
            for row in rows
        ]
