"""Cases and their events, as told by the registries. A case only moves forward: an older word changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import case_events, cases, cursors, required_documents
from casestore.vault import Vault

CLOSED_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Document:
    """A paper a case waits for. ``status``: missing, submitted, accepted, rejected."""

    code: str
    title: str
    status: str
    reason: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. ``stage`` is a code of its procedure; ``sequence`` counts its changes."""

    registry: str
    reference: str
    procedure: str
    title: str
    stage: str
    sequence: int
    updated_at: datetime
    expected_by: date | None = None
    note: str = ""
    outcome: str | None = None
    closed: bool = False
    documents: tuple[Document, ...] = ()


class Cases:
    """Reads and writes cases over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def put(self, connection: AsyncConnection, citizen_id: int, case: Case, now: datetime) -> bool:
        """Keep this state of a case; ``False`` when it is not newer than what is kept."""
        values = self._values(citizen_id, case)
        made = self._database.insert_new(cases).values(**values).returning(cases.c.id)
        case_id = (await connection.execute(made)).scalar_one_or_none()
        if case_id is None:  # known; whoever writes it at this moment is waited for
            newer = and_(cases.c.reference == case.reference, cases.c.sequence < case.sequence)
            moved = update(cases).where(newer).values(**values).returning(cases.c.id)
            case_id = (await connection.execute(moved)).scalar_one_or_none()
        if case_id is None:
            return False
        event = {"case_id": case_id, "sequence": case.sequence, "stage": case.stage, "outcome": case.outcome}
        event |= {"happened_at": case.updated_at, "recorded_at": now}
        await connection.execute(self._database.insert_new(case_events).values(**event))
        await self._put_documents(connection, case_id, case.documents)
        return True

    def _values(self, citizen_id: int, case: Case) -> dict[str, Any]:
        plain = ("registry", "reference", "procedure", "stage", "sequence")
        values = {name: getattr(case, name) for name in (*plain, "expected_by", "outcome", "closed", "updated_at")}
        sealed = {"title_sealed": self._vault.seal("cases.title", case.title)}
        sealed["note_sealed"] = self._vault.seal("cases.note", case.note)
        return values | {"citizen_id": citizen_id} | sealed

    async def _put_documents(self, connection: AsyncConnection, case_id: int, documents: Sequence[Document]) -> None:
        await connection.execute(delete(required_documents).where(required_documents.c.case_id == case_id))
        rows = [
            {
                "case_id": case_id,
                "code": document.code,
                "title": document.title,
                "status": document.status,
                "reason_sealed": self._vault.seal("required_documents.reason", document.reason),
                "deadline": document.deadline,
            }
            for document in documents
        ]
        if rows:
            await connection.execute(required_documents.insert(), rows)

    async def of_citizen(self, citizen_id: int, now: datetime) -> list[Case]:
        """Open cases and those closed lately: open first, newest change first."""
        shown = or_(~cases.c.closed, cases.c.updated_at > now - CLOSED_SHOWN)
        theirs = select(cases).where(cases.c.citizen_id == citizen_id, shown)
        async with self._database.read() as connection:
            rows = (
                await connection.execute(theirs.order_by(cases.c.closed, cases.c.updated_at.desc(), cases.c.id))
            ).all()
            papers = select(required_documents).where(required_documents.c.case_id.in_([row.id for row in rows]))
            documents = (await connection.execute(papers.order_by(required_documents.c.id))).all() if rows else []
        return [self._case(row, [paper for paper in documents if paper.case_id == row.id]) for row in rows]

    def _case(self, row: Any, papers: Sequence[Any]) -> Case:
        title = self._vault.open("cases.title", row.title_sealed)
        case = Case(
            row.registry,
            row.reference,
            row.procedure,
            title,
            row.stage,
            row.sequence,
            row.updated_at,
            row.expected_by,
        )
        documents = tuple(
            Document(
                p.code, p.title, p.status, self._vault.open("required_documents.reason", p.reason_sealed), p.deadline
            )
            for p in papers
        )
        note = self._vault.open("cases.note", row.note_sealed)
        return replace(case, note=note, outcome=row.outcome, closed=row.closed, documents=documents)

    async def cursor(self, feed: str) -> str:
        """How far this feed was read; empty at the beginning."""
        async with self._database.read() as connection:
            return str(await connection.scalar(select(cursors.c.cursor).where(cursors.c.feed == feed)) or "")

    async def set_cursor(self, connection: AsyncConnection, feed: str, cursor: str, now: datetime) -> None:
        row = {"feed": feed, "cursor": cursor, "updated_at": now}
        await connection.execute(self._database.upsert(cursors, ["feed"], row))
