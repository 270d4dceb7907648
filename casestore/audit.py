"""The audit trail: who asked the State what, and what we did with whose affairs. Rows are added, never changed back.

Each row carries a keyed hash of itself and of the row before it (``chain``), and ``meta`` names the newest under
one as well: a row that is changed, taken out or put in by anybody without our key is found by
:meth:`AuditTrail.verify`. A database that was put back whole, head and all, is found by whoever has kept the newest
row's number and chain outside. How a call to a registry ended is written into its row later, and is not part of it.
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
    row that is not as it was written, and ``why``. ``newest``: the number and the chain to keep outside."""

    rows: int
    before: int
    broken: int | None = None
    why: str = ""
    newest: str = ""


@dataclass(frozen=True, slots=True)
class _Head:
    """The newest row, and the last that may be without a chain. One that is not ``ours`` is as the migration left it,
    before the first row of the chain, or forged."""

    id: int
    chain: str
    older: int
    ours: bool


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
        chain = self._link(head.chain if head and head.ours else "", row)
        inserted = audit.insert().values(**row, chain=chain).returning(audit.c.id)
        made = int((await connection.execute(inserted)).scalar_one())
        told = f"{made}:{chain}:{head.older if head else 0}"
        newest = {"name": _HEAD, "value": f"{told}:{self._vault.index(_HEAD, told)}"}
        await connection.execute(self._database.upsert(meta, ["name"], newest))
        return made

    def _link(self, before: str, row: Mapping[str, Any]) -> str:
        told = [before, as_text(row["at"]), *(row.get(name) for name in _FIELDS)]
        return self._vault.index("audit-chain", json.dumps(told, ensure_ascii=False))

    async def _head(self, connection: AsyncConnection) -> _Head | None:
        value = await connection.scalar(select(meta.c.value).where(meta.c.name == _HEAD)) or ""
        told, _, key = value.rpartition(":")
        number, chain, older = told.split(":") if told.count(":") == 2 else ("", "", "")
        if not (number.isdecimal() and older.isdecimal()):
            return None
        return _Head(int(number), chain, int(older), self._vault.same_index(_HEAD, told, key))

    # Reading

    async def verify(self, now: datetime, expect: tuple[int, str] | None = None) -> ChainCheck:
        """Is every row as it was written, and is none missing? What retention let go of is not missed. ``expect``: a
        row's number and chain that were kept outside. Rows that are written meanwhile are in it or not."""
        before = chained = 0
        last: Any = None
        wanted = dict([expect] if expect else [])
        async with self._database.read() as connection:
            head = await self._head(connection)
            if head is None:
                return ChainCheck(0, 0, 0, "the head of the chain is missing")
            if head.ours:
                wanted.setdefault(head.id, head.chain)
            async for row in self._rows(connection):
                if row.chain is None and last is None and row.id <= head.older:
                    before += 1
                    continue
                if wrong := self._wrong(row, last, now):
                    return ChainCheck(chained, before, row.id, wrong)
                if wanted.get(row.id) == row.chain:
                    del wanted[row.id]
                last, chained = row, chained + 1
            begun = head.ours or not chained or await self._is_ours(connection)
        if wanted or not begun:
            why = "the newest row is missing" if head.id in wanted else "not as it was kept outside"
            number = min(wanted, default=head.id)
            return ChainCheck(chained, before, number, why if begun else "the head of the chain is not ours")
        return ChainCheck(chained, before, newest=f"{last.id}:{last.chain}" if last else "")

    async def _is_ours(self, connection: AsyncConnection) -> bool:
        """The first row of all may have been written while the rows were read."""
        head = await self._head(connection)
        return head is not None and head.ours

    def _wrong(self, row: Any, last: Any, now: datetime) -> str:
        fields = {name: getattr(row, name) for name in ("at", *_FIELDS)}
        if row.chain is None:
            return "without a chain"
        if last is not None:
            return "" if row.chain == self._link(last.chain, fields) else "changed, or a row before it is missing"
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
