"""The audit trail: who asked the State what, and what we did with whose affairs. Rows are added, never changed back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import audit
from casestore.vault import Vault


class AuditTrail:
    """Writes audit rows over one database. Subjects are kept as blind indexes."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def note(
        self,
        connection: AsyncConnection,
        action: str,
        detail: str,
        now: datetime,
        *,
        subject_key: str | None = None,
        actor: str = "bot",
    ) -> None:
        """Something that the bot, or an operator, did, in the transaction that does it. ``detail`` is a fixed word or
        numbers, never free text."""
        row = {"at": now, "actor": actor, "action": action, "detail": detail, "subject_key": subject_key}
        await connection.execute(audit.insert().values(**row))

    async def begin_call(
        self, *, actor: str, action: str, detail: str, transaction_id: str, subject: str, now: datetime
    ) -> int:
        """A call to a registry that is about to be made; committed before it is. The row's id."""
        row: dict[str, Any] = {"at": now, "actor": actor, "action": action, "detail": detail}
        row["transaction_id"] = transaction_id
        row["subject_key"] = self._vault.index("afm", subject) if subject else None
        async with self._database.write() as connection:
            return int((await connection.execute(audit.insert().values(**row).returning(audit.c.id))).scalar_one())

    async def complete_call(self, row_id: int, *, outcome: str, call_sequence_id: str | None, elapsed: float) -> None:
        """How that call ended. ``elapsed`` in seconds."""
        values = {"outcome": outcome, "call_sequence_id": call_sequence_id, "elapsed_s": elapsed}
        async with self._database.write() as connection:
            await connection.execute(update(audit).where(audit.c.id == row_id).values(**values))
