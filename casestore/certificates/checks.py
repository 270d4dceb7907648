"""Files that were sent into a chat to be checked, until they have been: a queue, one at a time and in order for each
conversation. Only where their provider has them is kept, never a file."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import QueueState
from casestore.queues.tasks import TaskQueue
from casestore.tables import certificate_checks as checks
from casestore.vault import Vault

MOST_WAITING = 10  # of a conversation: more is a machine


class CheckStep(StrEnum):
    CHECK = "check"


class CertificateChecks(TaskQueue):
    """The queue over one database; what a task is about is its conversation."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, checks, "conversation_id", tuple(CheckStep))

    async def ask(
        self, connection: AsyncConnection, key: str, conversation_id: int, payload: str, now: datetime
    ) -> bool:
        """A file is to be checked; the same cause asks once. ``payload`` is sealed here. ``False``: too many wait."""
        waiting = and_(checks.c.conversation_id == conversation_id, in_state(checks.c.state, QueueState.OPEN))
        many = await connection.scalar(select(func.count()).select_from(checks).where(waiting)) or 0
        if many >= MOST_WAITING:
            return False
        row = {"key": key, "conversation_id": conversation_id, "step": CheckStep.CHECK, "place": 0}
        row |= {"payload_sealed": self._vault.seal(f"{checks.name}.payload", payload)}
        row |= {"received_at": now, "due_at": now}
        await connection.execute(self._database.insert_new(checks).values(**row))
        return True
