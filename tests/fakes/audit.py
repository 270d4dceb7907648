"""An audit trail that cannot be written. One that can is :class:`connectors.audit.MemoryAudit`."""

from __future__ import annotations

from connectors.audit import AuditEntry, AuditResult


class BrokenAudit:
    """The database is down."""

    async def begin(self, entry: AuditEntry) -> int:
        raise ConnectionError("database")

    async def complete(self, audit_id: int, result: AuditResult) -> None:
        raise AssertionError("nothing was begun")
