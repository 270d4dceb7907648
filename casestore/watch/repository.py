"""Finds what is beyond its time and ends it, over one database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.calls.model import CallBackState
from casestore.certificates.requests import CertificateRequests
from casestore.conversations.handovers import Handovers
from casestore.database import Database
from casestore.documents.lifecycle import DocumentState
from casestore.documents.repository import Documents
from casestore.notices.model import NoticeState
from casestore.notices.repository import Notices
from casestore.tables import callbacks, certificate_requests, document_tasks, documents
from casestore.watch.states import MOVING, STUCK, Ending, MovingState

BATCH = 200
GAVE_UP = "gave-up"
End = Callable[[AsyncConnection, MovingState, Sequence[int], datetime], Awaitable[None]]


class Watch:
    """Reads, and ends, by the table of :mod:`casestore.watch.states`."""

    def __init__(
        self,
        database: Database,
        notices: Notices,
        documents: Documents,
        certificates: CertificateRequests,
        handovers: Handovers,
    ) -> None:
        self._database = database
        self._notices = notices
        self._documents = documents
        self._certificates = certificates
        self._handovers = handovers
        self._ends: Mapping[Ending, End] = MappingProxyType(
            {
                Ending.MOVED: self._move,
                Ending.DELETED: self._delete,
                Ending.SETTLED: self._settle,
                Ending.REFUSED: self._refuse,
                Ending.DISMISSED: self._dismiss,
                Ending.CALLED: self._call,
                Ending.FAILED: self._fail,
                Ending.UNCALLED: self._uncalled,
            }
        )

    async def beyond(self, now: datetime) -> list[tuple[MovingState, int]]:
        """How many rows are beyond their time, of each state."""
        async with self._database.read() as connection:
            counts = [select(func.count()).select_from(state.table).where(state.beyond(now)) for state in MOVING]
            found = [await connection.scalar(count) or 0 for count in counts]
        return list(zip(MOVING, found, strict=True))

    async def shown(
        self, state: MovingState, now: datetime, after: int = 0, limit: int = 50
    ) -> list[tuple[int, datetime]]:
        """Those beyond their time with a higher number than ``after``, whoever ends them: (id, since when)."""
        late, number = state.beyond(now), state.table.c.get("id")
        if number is None:  # few, with no numbers of their own: they are counted
            rows = select(state.since).where(late).order_by(state.since).offset(after).limit(limit)
            async with self._database.read() as connection:
                return list(enumerate(await connection.scalars(rows), after + 1))
        numbered = select(number, state.since).where(late, number > after).order_by(number).limit(limit)
        async with self._database.read() as connection:
            return [(row[0], row[1]) for row in (await connection.execute(numbered)).all()]

    async def late(self, state: MovingState, now: datetime) -> list[int]:
        """Up to :data:`BATCH` of them, by id; none of what only a person ends."""
        if state.ending not in self._ends:
            return []
        found = select(state.table.c.id).where(state.beyond(now)).order_by(state.table.c.id).limit(BATCH)
        async with self._database.read() as connection:
            return list(await connection.scalars(found))

    async def end(self, state: MovingState, ids: Sequence[int], now: datetime) -> int:
        """End those of these that are still beyond their time, as the table says; how many."""
        async with self._database.write(wake=True) as connection:
            found = select(state.table.c.id).where(state.table.c.id.in_(ids), state.beyond(now))
            held = found.order_by(state.table.c.id).with_for_update(skip_locked=True)
            still = list(await connection.scalars(held))
            if still:
                await self._ends[state.ending](connection, state, still, now)
        return len(still)

    @staticmethod
    async def _move(connection: AsyncConnection, state: MovingState, ids: Sequence[int], now: datetime) -> None:
        finished = {"finished_at": now} if "finished_at" in state.table.c else {}
        rows = update(state.table).where(state.table.c.id.in_(ids))
        await connection.execute(rows.values(**state.ends, **finished))

    @staticmethod
    async def _delete(connection: AsyncConnection, state: MovingState, ids: Sequence[int], _now: datetime) -> None:
        await connection.execute(delete(state.table).where(state.table.c.id.in_(ids)))

    async def _settle(self, connection: AsyncConnection, _: MovingState, ids: Sequence[int], now: datetime) -> None:
        """One that was let through may have arrived: nobody can say."""
        for notice_id in ids:
            if notice := await self._notices.hold(connection, notice_id):
                state = NoticeState.FAILED if notice.told_at is None else NoticeState.UNKNOWN
                await self._notices.settle(connection, notice, state, now, STUCK)

    async def _dismiss(self, connection: AsyncConnection, _: MovingState, ids: Sequence[int], now: datetime) -> None:
        await self._documents.move(connection, ids, DocumentState.REFUSED, now, reason=STUCK)

    async def _refuse(self, connection: AsyncConnection, state: MovingState, ids: Sequence[int], now: datetime) -> None:
        await self._dismiss(connection, state, ids, now)
        await self._ask(connection, ids, now)

    async def _call(self, connection: AsyncConnection, state: MovingState, ids: Sequence[int], now: datetime) -> None:
        await self._move(connection, state, ids, now)
        of = select(document_tasks.c.document_id).where(document_tasks.c.id.in_(ids))
        await self._ask(connection, list(await connection.scalars(of)), now)

    async def _fail(self, connection: AsyncConnection, _: MovingState, ids: Sequence[int], now: datetime) -> None:
        of = select(certificate_requests.c.id, certificate_requests.c.conversation_id)
        for row in (await connection.execute(of.where(certificate_requests.c.id.in_(ids)))).all():
            if await self._certificates.fail(connection, row.id, STUCK, now):
                await self._handovers.ask(connection, row.conversation_id, f"cert:{row.id}", GAVE_UP, now)

    async def _uncalled(self, connection: AsyncConnection, _: MovingState, ids: Sequence[int], now: datetime) -> None:
        of = select(callbacks.c.id, callbacks.c.conversation_id).where(callbacks.c.id.in_(ids))
        for row in (await connection.execute(of)).all():
            ended = {"state": CallBackState.FAILED, "finished_at": now, "agent": None, "claimed_at": None}
            await connection.execute(update(callbacks).where(callbacks.c.id == row.id).values(**ended))
            await self._handovers.ask(connection, row.conversation_id, f"callback:{row.id}", GAVE_UP, now)

    async def _ask(self, connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
        """A person for each of these documents."""
        of = select(documents.c.id, documents.c.conversation_id).where(documents.c.id.in_(ids))
        for row in (await connection.execute(of)).all():
            await self._handovers.ask(connection, row.conversation_id, f"doc:{row.id}", GAVE_UP, now)
