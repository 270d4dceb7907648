"""The inbox: what came in, claimed one conversation at a time and finished once (:mod:`casestore.queues.lease`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from casestore.database import Database
from casestore.queues.lease import LeaseQueue, Statements
from casestore.tables import inbox
from casestore.vault import Vault

_STATEMENTS = Statements.over(
    inbox,
    lane="conversation_key",
    order=("id",),
    returned=("id", "channel", "external_id", "payload_sealed", "attempts", "received_at"),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand until its lease runs out. ``attempts`` counts this one; the queue's ``read`` opens it."""

    id: int
    channel: str
    external_id: str
    sealed: bytes
    attempts: int
    received_at: datetime
    claim: str


class Inbox(LeaseQueue):
    """The queue of messages over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, _STATEMENTS)

    def row(
        self, *, channel: str, external_id: str, conversation_key: str, payload: str, received_at: datetime
    ) -> dict[str, object]:
        """A message as a row. ``conversation_key`` orders it; ``payload`` is any text (JSON), sealed here: before the
        transaction, so that none waits for the cipher."""
        return {
            "channel": channel,
            "external_id": external_id,
            "conversation_key": conversation_key,
            "payload_sealed": self._vault.seal("inbox.payload", payload),
            "received_at": received_at,
            "due_at": received_at,
        }

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[Claimed]:
        """Take up to ``limit`` messages, at most one of each conversation, oldest first."""
        rows = await self._claim(now, claim, limit, lease)
        return [
            Claimed(r.id, r.channel, r.external_id, r.payload_sealed, r.attempts, r.received_at, claim) for r in rows
        ]
