"""Requests for certificates, and the papers that they led to. Which states follow which: ``lifecycle.py``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.certificates.lifecycle import ENDED, REQUEST_MOVES, RequestState, Step
from casestore.certificates.model import Asked, SealedPaper, StoredRequest
from casestore.certificates.records import code_key
from casestore.certificates.tasks import CertificateTasks
from casestore.database import Database
from casestore.files import Filed, Files
from casestore.filevault import FileVault
from casestore.queues.lifecycle import sources
from casestore.tables import certificate_requests as requests
from casestore.vault import Vault

A_DAY, WINDOW = 20, timedelta(days=1)
"""So many may a citizen ask for: more is a machine."""
_TABLE = "certificate_requests"
_NUMBER, _REASON = 64, 64  # characters that the table holds


class CertificateRequests:
    """Reads and writes requests over one database; ``files`` keep the papers."""

    def __init__(self, database: Database, vault: Vault, files: Files, tasks: CertificateTasks) -> None:
        self._database = database
        self._vault = vault
        self._sealing = FileVault(vault)
        self._files = files
        self._tasks = tasks

    # Asking

    async def ask(self, connection: AsyncConnection, asked: Asked, now: datetime) -> int | None:
        """Keep a request, and that its registry is to be asked. Its id; ``None`` where the same cause has made it
        before, and at the limit of a day."""
        if await self._count(connection, asked.citizen_id, now) >= A_DAY:
            return None
        row = {
            "key": asked.key,
            "citizen_id": asked.citizen_id,
            "conversation_id": asked.conversation_id,
            "kind": asked.kind,
            "registry": asked.registry,
            "request": asked.request,
            "details_sealed": self._seal("details", _packed(asked.details)),
            "secrets_sealed": self._seal("secrets", _packed(asked.secrets)),
            "state": RequestState.ASKED,
            "state_at": now,
            "created_at": now,
        }
        made: int | None = await connection.scalar(
            self._database.insert_new(requests).values(**row).returning(requests.c.id)
        )
        if made is not None:
            await self._tasks.put(connection, made, Step.ASK, now)
        return made

    async def may_ask(self, citizen_id: int, now: datetime) -> bool:
        """May this citizen ask for one more today?"""
        async with self._database.read() as connection:
            return await self._count(connection, citizen_id, now) < A_DAY

    @staticmethod
    async def _count(connection: AsyncConnection, citizen_id: int, now: datetime) -> int:
        lately = and_(requests.c.citizen_id == citizen_id, requests.c.created_at > now - WINDOW)
        return await connection.scalar(select(func.count()).select_from(requests).where(lately)) or 0

    # Moving on

    async def waits(
        self, connection: AsyncConnection, request: StoredRequest, number: str, now: datetime, look_at: datetime
    ) -> bool:
        """Its registry will issue it later: it is asked again then, unless an event comes before."""
        waiting = RequestState.WAITING
        if not await self._move(connection, request.id, waiting, now, number=number[:_NUMBER]):
            return False
        await self._tasks.put(connection, request.id, Step.LOOK, now, due_at=look_at)
        return True

    async def settled(self, connection: AsyncConnection, registry: str, request: str, now: datetime) -> bool:
        """An event says so: its registry is to be asked how. ``False`` where it is none of ours, or ended here."""
        of_event = and_(requests.c.registry == registry, requests.c.request == request)
        found = (await connection.execute(select(requests.c.id, requests.c.state).where(of_event))).first()
        if found is None or found.state in ENDED:
            return False
        await self._tasks.put(connection, found.id, Step.TOLD, now)
        return True

    async def issued(
        self, connection: AsyncConnection, request: StoredRequest, paper: SealedPaper, now: datetime
    ) -> bool:
        """Keep its paper. ``False`` where it is not wanted any more."""
        facts = {
            "code_sealed": self._seal("code", paper.code),
            "code_key": code_key(self._vault, paper.code),
            "number": paper.number[:_NUMBER],
            "size": paper.size,
            "issued_at": paper.issued_at,
            "valid_until": paper.valid_until,
            "kept_until": paper.kept_until,
        }
        if not await self._move(connection, request.id, RequestState.ISSUED, now, **facts):
            return False
        await self._files.save(connection, request.id, paper.sealed, now)
        return True

    async def refused(self, connection: AsyncConnection, request: StoredRequest, words: str, now: datetime) -> bool:
        """By its registry, in these words."""
        sealed = self._seal("words", words)
        return await self._move(connection, request.id, RequestState.REFUSED, now, words_sealed=sealed)

    async def fail(self, connection: AsyncConnection, request_id: int, reason: str, now: datetime) -> bool:
        """By us. ``reason`` is a code, safe to show."""
        return await self._move(connection, request_id, RequestState.FAILED, now, reason=reason[:_REASON])

    async def cancel(self, connection: AsyncConnection, request_id: int, citizen_id: int, now: datetime) -> bool:
        """Its citizen does not want it any more. ``False`` where it is not theirs, or has ended."""
        theirs = requests.c.citizen_id == citizen_id
        return await self._move(connection, request_id, RequestState.CANCELLED, now, theirs)

    async def _move(
        self,
        connection: AsyncConnection,
        request_id: int,
        state: RequestState,
        now: datetime,
        *only: ColumnElement[bool],
        **values: object,
    ) -> bool:
        legal = [requests.c.id == request_id, requests.c.state.in_(sources(REQUEST_MOVES, state)), *only]
        ended = {"finished_at": now, "secrets_sealed": b""} if state in ENDED else {}
        moved = update(requests).where(*legal)
        result = await connection.execute(moved.values(state=state, state_at=now, **ended, **values))
        return bool(result.rowcount)

    # Reading

    async def find(self, request_id: int) -> StoredRequest | None:
        found = await self._all(requests.c.id == request_id)
        return found[0] if found else None

    async def of_citizen(self, citizen_id: int, since: datetime) -> list[StoredRequest]:
        """Those that were asked for after ``since``, the oldest first."""
        return await self._all(and_(requests.c.citizen_id == citizen_id, requests.c.created_at > since))

    async def failures(self, since: datetime) -> dict[str, int]:
        """How many have failed since then, by reason."""
        failed = and_(requests.c.state == RequestState.FAILED, requests.c.finished_at > since)
        counted = select(requests.c.reason, func.count()).where(failed).group_by(requests.c.reason)
        async with self._database.read() as connection:
            return {row[0] or "": row[1] for row in await connection.execute(counted)}

    async def _all(self, which: ColumnElement[bool]) -> list[StoredRequest]:
        async with self._database.read() as connection:
            rows: Sequence[Row[Any]] = (
                await connection.execute(select(requests).where(which).order_by(requests.c.id))
            ).all()
        return [self._of(row) for row in rows]

    # Papers

    async def sealed(self, key: str, pdf: bytes) -> Filed:
        """A paper as it will be kept: it opens for the request of this ``key`` alone. With no transaction open. Raises
        :class:`casestore.files.FilesDown`."""
        return await self._files.put(await asyncio.to_thread(self._sealing.seal, _subject(key), pdf))

    async def paper_of(self, request: StoredRequest) -> bytes:
        """The PDF. Raises ``LookupError`` where it is gone, :class:`casestore.vault.SealBroken`."""
        sealed = await self._files.load(self._database, request.id)
        if sealed is None:
            raise LookupError("its paper is gone")
        return await asyncio.to_thread(self._sealing.open, _subject(request.key), sealed)

    async def sweep(self, older_than: float) -> int:
        """See :meth:`casestore.files.Files.sweep`."""
        return await self._files.sweep(self._database, older_than)

    def _seal(self, column: str, text: str) -> bytes:
        return self._vault.seal(f"{_TABLE}.{column}", text)

    def _open(self, column: str, sealed: bytes | None) -> str:
        return self._vault.open(f"{_TABLE}.{column}", sealed) if sealed else ""

    def _of(self, row: Row[Any]) -> StoredRequest:
        return StoredRequest(
            id=row.id,
            key=row.key,
            citizen_id=row.citizen_id,
            conversation_id=row.conversation_id,
            kind=row.kind,
            registry=row.registry,
            request=row.request,
            details=json.loads(self._open("details", row.details_sealed) or "{}"),
            secrets=json.loads(self._open("secrets", row.secrets_sealed) or "{}"),
            state=RequestState(row.state),
            state_at=row.state_at,
            created_at=row.created_at,
            reason=row.reason,
            words=self._open("words", row.words_sealed),
            number=row.number,
            code=self._open("code", row.code_sealed) or None,
            size=row.size,
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            kept_until=row.kept_until,
        )


def _packed(details: Mapping[str, str]) -> str:
    return json.dumps(dict(details), ensure_ascii=False)


def _subject(key: str) -> str:
    return f"certificate:{key}"
