"""The connectors' audit rows, kept in the case store."""

from __future__ import annotations

from casestore.audit import AuditTrail
from connectors.audit import AuditEntry, AuditResult


class StoredAudit:
    """Implements :class:`connectors.audit.Audit`."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def begin(self, entry: AuditEntry) -> int:
        return await self._trail.begin_call(
            actor=entry.cause.user or entry.unit,
            action=f"{entry.registry}/{entry.operation}"[:64],
            detail=entry.cause.protocol,
            transaction_id=entry.transaction_id,
            subject=entry.subject,
            now=entry.at,
        )

    async def complete(self, audit_id: int, result: AuditResult) -> None:
        outcome = (result.error or "ok")[:64]
        await self._trail.complete_call(
            audit_id, outcome=outcome, call_sequence_id=result.sequence_id, elapsed=result.elapsed
        )
