"""The audit trail: who asked the State what, and what we did with whose affairs. Rows are added, never changed back.

Each row carries a keyed hash of itself and of the row before it (``chain``), and ``meta`` names the newest: a row that
is changed, taken out or put in by anybody without our key is found by :meth:`AuditTrail.verify`. How a call to a
registry ended is written into its row later, and is not part of it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.columns import as_text
from casestore.database import Database
from casestore.tables import audit, meta
from casestore.vault import Vault

KEPT = timedelta(days=5 * 365)
_HEAD = "audit-head"
_BATCH = 2000
_FIELDS = ("actor", "action", "detail", "subject_key", "transaction_id")


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """How the chain stands. ``rows``: so many are in it; ``before``: so many are older than it. ``broken``: the first
    row that is not as it was written, and ``why``."""

    rows: int
    before: int
    broken: int | None = None
    why: str = ""


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
        """Something that the bot, or somebody, did, at the end of the transaction that does it. ``detail`` is a fixed
        word or numbers, never free text."""
        row = {"at": now, "actor": actor, "action": action, "detail": detail, "subject_key": subject_key}

        async def append(connection: AsyncConnection) -> None:
            await self._append(connection, row)

        self._database.at_the_end(connection, append)

    async def begin_call(
        self, *, actor: str, action: str, detail: str, transaction_id: str, subject: str, now: datetime
    ) -> int:
        """A call to a registry that is about to be made; committed before it is. The row's id."""
        row: dict[str, Any] = {"at": now, "actor": actor, "action": action, "detail": detail}
        row["transaction_id"] = transaction_id
        row["subject_key"] = self._vault.index("afm", subject) if subject else None
        made: list[int] = []

        async def append(connection: AsyncConnection) -> None:
            made.append(await self._append(connection, row))

        async with self._database.write() as connection:
            self._database.at_the_end(connection, append)
        return made[0]

    async def complete_call(self, row_id: int, *, outcome: str, call_sequence_id: str | None, elapsed: float) -> None:
        """How that call ended. ``elapsed`` in seconds."""
        values = {"outcome": outcome, "call_sequence_id": call_sequence_id, "elapsed_s": elapsed}
        async with self._database.write() as connection:
            await connection.execute(update(audit).where(audit.c.id == row_id).values(**values))

    async def _append(self, connection: AsyncConnection, row: Mapping[str, Any]) -> int:
        head = await self._head(connection)
        chain = self._link(head[1] if head else "", row)
        inserted = audit.insert().values(**row, chain=chain).returning(audit.c.id)
        made = int((await connection.execute(inserted)).scalar_one())
        newest = {"name": _HEAD, "value": f"{made}:{chain}"}
        await connection.execute(self._database.upsert(meta, ["name"], newest))
        return made

    def _link(self, before: str, row: Mapping[str, Any]) -> str:
        told = [before, as_text(row["at"]), *(row.get(name) for name in _FIELDS)]
        return self._vault.index("audit-chain", json.dumps(told, ensure_ascii=False))

    @staticmethod
    async def _head(connection: AsyncConnection) -> tuple[int, str] | None:
        value = await connection.scalar(select(meta.c.value).where(meta.c.name == _HEAD))
        if not value:
            return None
        number, _, chain = value.partition(":")
        return int(number), chain

    # Reading

    async def verify(self, now: datetime) -> ChainCheck:
        """Is every row as it was written, and is none missing? What retention let go of is not missed."""
        before = chained = 0
        last: str | None = None
        async with self._database.read() as connection:
            head = await self._head(connection)
            async for row in self._rows(connection):
                if row.chain is None and last is None:
                    before += 1
                    continue
                if wrong := self._wrong(row, last, now):
                    return ChainCheck(chained, before, row.id, wrong)
                last, chained = row.chain, chained + 1
        if head is not None and head[1] != (last or ""):
            return ChainCheck(chained, before, head[0], "the newest row is missing")
        return ChainCheck(chained, before)

    def _wrong(self, row: Any, last: str | None, now: datetime) -> str:
        fields = {name: getattr(row, name) for name in ("at", *_FIELDS)}
        if last is not None:
            return "" if row.chain == self._link(last, fields) else "changed, or a row before it is missing"
        is_first = row.chain == self._link("", fields)
        return "" if is_first or row.at < now - KEPT + timedelta(days=31) else "rows before it are missing"

    @staticmethod
    async def _rows(connection: AsyncConnection) -> AsyncIterator[Any]:
        after = 0
        while True:
            some = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(_BATCH)
            rows = (await connection.execute(some)).all()
            for row in rows:
                yield row
            if len(rows) < _BATCH:
                return
            after = rows[-1].id

    async def newest(self, limit: int, before: int | None = None) -> list[Any]:
        """The newest rows, newest first: (id, at, actor, action, detail, subject_key)."""
        columns = (audit.c.id, audit.c.at, audit.c.actor, audit.c.action, audit.c.detail, audit.c.subject_key)
        rows = select(*columns).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            rows = rows.where(audit.c.id < before)
        async with self._database.read() as connection:
            return list((await connection.execute(rows)).all())
