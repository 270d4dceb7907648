"""Events of registries, kept until they are applied: a queue like the inbox, in order for each subject.

Of one subject only the open event with the lowest sequence can be claimed (:mod:`casestore.queues.lease`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from casestore.database import Database
from casestore.queues.lease import LeaseQueue, Statements
from casestore.tables import registry_events
from casestore.vault import Vault

MOST_SEQUENCE = 2**31 - 1  # what the table's column holds
_STATEMENTS = Statements.over(
    registry_events,
    lane="subject_key",
    order=("sequence", "id"),
    returned=("id", "registry", "payload_sealed", "attempts"),
    note="result",
)


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event in hand until its lease runs out. ``attempts`` counts this one; ``read`` opens it."""

    id: int
    registry: str
    sealed: bytes
    attempts: int
    claim: str


class RegistryEventQueue(LeaseQueue):
    """The queue of events over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, _STATEMENTS)

    def row(
        self, *, registry: str, event: str, subject: str, sequence: int, payload: str, received_at: datetime
    ) -> dict[str, object]:
        """An event as a row. ``payload`` is any text (JSON), sealed here; ``subject`` is what its order is kept for.
        Raises ``UnicodeEncodeError`` for a text that is none."""
        return {
            "registry": registry,
            "event_key": self._vault.index("event", f"{registry}\0{event}"),
            "subject_key": self._vault.index("subject", f"{registry}\0{subject}"),
            "sequence": sequence,
            "payload_sealed": self._vault.seal("registry_events.payload", payload),
            "received_at": received_at,
            "due_at": received_at,
        }

    async def claim(self, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[ClaimedEvent]:
        """Take up to ``limit`` events, at most one of each subject, oldest first."""
        rows = await self._claim(now, claim, limit, lease)
        return [ClaimedEvent(row.id, row.registry, row.payload_sealed, row.attempts, claim) for row in rows]
