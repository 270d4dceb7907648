"""What is still to be done about documents: a queue like the inbox, in order for each document.

A task is added in the commit that makes it needed, and ends in the commit that keeps what it led to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.documents.lifecycle import Step
from casestore.queues.lease import LeaseQueue, Statements, first_of_lanes
from casestore.tables import document_tasks
from casestore.vault import Vault

_ORDER = (Step.FETCH, Step.CHECK, Step.SUBMIT)
_STATEMENTS = Statements.over(
    document_tasks,
    first=first_of_lanes(document_tasks, "document_id", ("place", "id")),
    returned=("id", "document_id", "step", "payload_sealed", "attempts", "received_at"),
)


@dataclass(frozen=True, slots=True)
class ClaimedTask:
    """A task in hand until its lease runs out. ``attempts`` counts this one; ``since``: when it came up."""

    id: int
    document_id: int
    step: Step
    sealed: bytes
    attempts: int
    since: datetime
    claim: str


class DocumentTasks(LeaseQueue):
    """The queue over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, _STATEMENTS)

    async def put(
        self, connection: AsyncConnection, document_id: int, step: Step, now: datetime, payload: str = ""
    ) -> None:
        """This is to be done; a step that is noted already is not noted again. ``payload`` is sealed here."""
        sealed = self._vault.seal("document_tasks.payload", payload)
        row = {"document_id": document_id, "step": step, "place": _ORDER.index(step), "payload_sealed": sealed}
        row |= {"received_at": now, "due_at": now}
        await connection.execute(self._database.insert_new(document_tasks).values(**row))

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[ClaimedTask]:
        """Take up to ``limit`` tasks, at most one of each document, oldest first."""
        rows = await self._claim(now, claim, limit, lease) if await self._any_due(now) else []
        return [
            ClaimedTask(
                row.id, row.document_id, Step(row.step), row.payload_sealed, row.attempts, row.received_at, claim
            )
            for row in rows
        ]
