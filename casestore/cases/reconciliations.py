"""How far the comparison with a registry has come: one row a registry, so that another can go on with it.

Each page moves the row by compare-and-set: of two workers at the same page one wins and the other has done nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import reconciliations as runs


class Phase(StrEnum):
    """How far a run is."""

    WAITING = "waiting"  # not begun
    LISTED = "listed"  # what the registry lists is compared
    UNREPORTED = "untold"  # what it did not list is asked for
    DONE = "done"


NEXT_PHASE: Mapping[Phase, Phase] = MappingProxyType(
    {Phase.WAITING: Phase.LISTED, Phase.LISTED: Phase.UNREPORTED, Phase.UNREPORTED: Phase.DONE}
)
"""What follows when all pages of a phase are done. Nothing follows DONE."""


class LostRun(Exception):
    """Somebody else has gone on with it: what was found on this page must not be committed."""


@dataclass(frozen=True, slots=True)
class Run:
    """``cursor`` is of its phase; ``counts`` are cases by what was found of them, so far."""

    registry: str
    phase: Phase
    started_at: datetime
    cursor: str = ""
    pages: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None


class Reconciliations:
    """The runs over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self, registry: str) -> Run | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(runs).where(runs.c.registry == registry))).first()
        if row is None:
            return None
        counts = json.loads(row.counts)
        return Run(row.registry, Phase(row.phase), row.started_at, row.cursor, row.pages, counts, row.finished_at)

    async def begin(self, run: Run, was: Run | None) -> None:
        """Put a new run in the place of ``was``. Raises :class:`LostRun`."""
        async with self._database.write() as connection:
            if was is not None:
                await self.move(connection, was, run, run.started_at)
                return
            insert = self._database.insert_new(runs).values(registry=run.registry, **_values(run, run.started_at))
            if (await connection.execute(insert)).rowcount != 1:
                raise LostRun(run.registry)

    async def move(self, connection: AsyncConnection, was: Run, run: Run, now: datetime) -> None:
        """In the transaction that keeps what was found. Raises :class:`LostRun`."""
        mine = and_(
            runs.c.registry == was.registry,
            runs.c.started_at == was.started_at,
            runs.c.pages == was.pages,
            runs.c.phase == was.phase,
        )
        if (await connection.execute(update(runs).where(mine).values(**_values(run, now)))).rowcount != 1:
            raise LostRun(run.registry)


def _values(run: Run, now: datetime) -> dict[str, object]:
    return {
        "phase": run.phase,
        "cursor": run.cursor,
        "pages": run.pages,
        "counts": json.dumps(run.counts),
        "started_at": run.started_at,
        "updated_at": now,
        "finished_at": run.finished_at,
    }
