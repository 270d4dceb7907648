"""Cases on record, as told by the registries. :mod:`casestore.cases.model` says what a word means for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.cases.model import Case, Change, ChangeResult, Document, StoredCase, Told, evaluate_all
from casestore.database import Database
from casestore.tables import case_events, cases, cursors, required_documents
from casestore.vault import Vault

__all__ = ["CLOSED_SHOWN", "Case", "Cases", "Document", "is_shown"]

CLOSED_SHOWN = timedelta(days=90)
_TITLE = 300  # characters of a paper's title that the table holds
_PLAIN = ("registry", "reference", "procedure", "stage", "sequence", "expected_by", "outcome", "closed", "updated_at")


def is_shown(case: Case, now: datetime) -> bool:
    """Open, or closed lately."""
    return not case.closed or case.updated_at > now - CLOSED_SHOWN


class Cases:
    """Reads and writes cases over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    # Writing

    async def put(self, connection: AsyncConnection, citizen_id: int, case: Case, now: datetime) -> bool:
        """:meth:`record` for one word; ``False`` when it changed nothing."""
        return (await self.record(connection, [Told(citizen_id, case)], now))[0].result is ChangeResult.NEW

    async def record(self, connection: AsyncConnection, told: Sequence[Told], now: datetime) -> list[Change]:
        """Keep what is new in these words, in a few statements for all of them; what became of each, in their order.

        Whoever writes one of these cases at this moment is waited for.
        """
        held = await self._held(connection, {word.case.reference for word in told})
        changes = evaluate_all({reference: stored for reference, (_, stored) in held.items()}, told, now)
        last = {change.after.case.reference: change.after for change in changes if change.result is ChangeResult.NEW}
        ids = {reference: case_id for reference, (case_id, _) in held.items()}
        made = await self._insert(connection, [stored for reference, stored in last.items() if reference not in ids])
        missed = {reference for reference in last if reference not in ids and reference not in made}
        moved = {reference: stored for reference, stored in last.items() if reference in ids}
        await self._update(connection, ids, moved)
        await self._put_documents(connection, {**ids, **made}, {r: k for r, k in last.items() if r not in missed})
        await self._note(connection, {**ids, **made}, [c for c in changes if c.after.case.reference not in missed], now)
        if not missed:
            return changes
        return await self._again(connection, told, changes, missed, now)

    async def _again(
        self,
        connection: AsyncConnection,
        told: Sequence[Told],
        changes: Sequence[Change],
        missed: set[str],
        now: datetime,
    ) -> list[Change]:
        """``missed`` were put on record by somebody else between our look and our insert: now they can be seen."""
        later = iter(await self.record(connection, [word for word in told if word.case.reference in missed], now))
        return [next(later) if change.after.case.reference in missed else change for change in changes]

    async def mark_told(self, connection: AsyncConnection, references: Sequence[str], now: datetime) -> None:
        """Their registry has just spoken of these."""
        if references:
            these = cases.c.reference.in_(references)
            await connection.execute(update(cases).where(these).values(told_at=now, gone_at=None))

    async def mark_gone(self, connection: AsyncConnection, references: Sequence[str], since: datetime) -> None:
        """Their registry knows nothing of these and has not spoken of them ``since``: nobody is told of them until it
        does again."""
        quiet = or_(cases.c.told_at.is_(None), cases.c.told_at < since)
        if references:
            these = update(cases).where(cases.c.reference.in_(references), quiet)
            await connection.execute(these.values(gone_at=since))

    async def _held(self, connection: AsyncConnection, references: set[str]) -> dict[str, tuple[int, StoredCase]]:
        """(id, as kept) by reference, locked to the end of the transaction and always in the same order."""
        wanted = select(cases).where(cases.c.reference.in_(sorted(references))).order_by(cases.c.reference)
        rows = (await connection.execute(wanted.with_for_update())).all()
        stored = await self._with_papers(connection, rows)
        return {row.reference: (row.id, one) for row, one in zip(rows, stored, strict=True)}

    async def _insert(self, connection: AsyncConnection, new: Sequence[StoredCase]) -> dict[str, int]:
        """Ids by reference of those that were made; one that somebody else has just made is not among them."""
        if not new:
            return {}
        rows = [self._values(stored) for stored in sorted(new, key=lambda stored: stored.case.reference)]
        insert = self._database.insert_new(cases).returning(cases.c.id, cases.c.reference)
        return {row.reference: row.id for row in (await connection.execute(insert, rows)).all()}

    async def _update(
        self, connection: AsyncConnection, ids: Mapping[str, int], moved: Mapping[str, StoredCase]
    ) -> None:
        if not moved:
            return
        rows = [{"this": ids[reference], **self._values(stored)} for reference, stored in moved.items()]
        names: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "this"}
        await connection.execute(update(cases).where(cases.c.id == bindparam("this")).values(**names), rows)
        papers = required_documents.c.case_id.in_([ids[reference] for reference in moved])
        await connection.execute(delete(required_documents).where(papers))

    def _values(self, stored: StoredCase) -> dict[str, Any]:
        case = stored.case
        values = {name: getattr(case, name) for name in _PLAIN}
        values["title_sealed"] = self._vault.seal("cases.title", case.title)
        values["note_sealed"] = self._vault.seal("cases.note", case.note)
        return values | {"citizen_id": stored.citizen_id, "told_at": stored.told_at, "gone_at": None}

    async def _put_documents(
        self, connection: AsyncConnection, ids: Mapping[str, int], cases_: Mapping[str, StoredCase]
    ) -> None:
        rows = [
            {
                "case_id": ids[reference],
                "code": document.code,
                "title": document.title[:_TITLE],
                "status": document.status,
                "reason_sealed": self._vault.seal("required_documents.reason", document.reason),
                "deadline": document.deadline,
            }
            for reference, stored in cases_.items()
            for document in {one.code: one for one in stored.case.documents}.values()
        ]
        if rows:
            await connection.execute(required_documents.insert(), rows)

    async def _note(
        self, connection: AsyncConnection, ids: Mapping[str, int], changes: Sequence[Change], now: datetime
    ) -> None:
        rows = [
            {
                "case_id": ids[case.reference],
                "sequence": case.sequence,
                "stage": case.stage,
                "outcome": case.outcome,
                "happened_at": case.updated_at,
                "recorded_at": now,
            }
            for case in (change.after.case for change in changes if change.result is ChangeResult.NEW)
        ]
        if rows:
            await connection.execute(self._database.insert_new(case_events), rows)

    # Reading

    async def of_citizen(self, citizen_id: int, now: datetime) -> list[Case]:
        """Open cases and those closed lately: open first, newest change first."""
        return [stored.case for stored in await self.stored_of(citizen_id, now)]

    async def stored_of(self, citizen_id: int, now: datetime) -> list[StoredCase]:
        """The same, with when each was told."""
        shown = or_(~cases.c.closed, cases.c.updated_at > now - CLOSED_SHOWN)
        theirs = select(cases).where(cases.c.citizen_id == citizen_id, cases.c.gone_at.is_(None), shown)
        async with self._database.read() as connection:
            ordered = theirs.order_by(cases.c.closed, cases.c.updated_at.desc(), cases.c.id)
            return await self._with_papers(connection, (await connection.execute(ordered)).all())

    async def find(self, reference: str) -> StoredCase | None:
        """The case of this number."""
        found = await self.find_all([reference])
        return found.get(reference)

    async def find_all(self, references: Iterable[str]) -> dict[str, StoredCase]:
        """Those of these numbers that are on record, gone ones too."""
        return await self._found(cases.c.reference.in_(list(references)))

    async def not_reported_since(self, registry: str, since: datetime, after: str, limit: int) -> list[StoredCase]:
        """A registry's cases of which it has said nothing ``since``, by reference, from the one ``after``."""
        quiet = or_(cases.c.told_at.is_(None), cases.c.told_at < since)
        these = (cases.c.registry == registry, cases.c.gone_at.is_(None), quiet, cases.c.reference > after)
        async with self._database.read() as connection:
            wanted = select(cases).where(*these).order_by(cases.c.reference).limit(limit)
            return await self._with_papers(connection, (await connection.execute(wanted)).all())

    async def _found(self, which: ColumnElement[bool]) -> dict[str, StoredCase]:
        async with self._database.read() as connection:
            rows = (await connection.execute(select(cases).where(which))).all()
            return {stored.case.reference: stored for stored in await self._with_papers(connection, rows)}

    async def _with_papers(self, connection: AsyncConnection, rows: Sequence[Any]) -> list[StoredCase]:
        papers: defaultdict[int, list[Document]] = defaultdict(list)
        if rows:
            wanted = required_documents.c.case_id.in_([row.id for row in rows])
            found = await connection.execute(select(required_documents).where(wanted).order_by(required_documents.c.id))
            for paper in found.all():
                reason = self._vault.open("required_documents.reason", paper.reason_sealed)
                papers[paper.case_id].append(Document(paper.code, paper.title, paper.status, reason, paper.deadline))
        return [StoredCase(row.citizen_id, self._case(row, papers[row.id]), row.told_at) for row in rows]

    def _case(self, row: Any, papers: Sequence[Document]) -> Case:
        return Case(
            **{name: getattr(row, name) for name in _PLAIN},
            title=self._vault.open("cases.title", row.title_sealed),
            note=self._vault.open("cases.note", row.note_sealed),
            documents=tuple(papers),
        )

    # How far a feed was read

    async def cursor(self, feed: str) -> str:
        """How far this feed was read; empty at the beginning."""
        async with self._database.read() as connection:
            return str(await connection.scalar(select(cursors.c.cursor).where(cursors.c.feed == feed)) or "")

    async def set_cursor(
        self, connection: AsyncConnection, feed: str, cursor: str, now: datetime, *, caught_up: bool = False
    ) -> None:
        """``caught_up``: there is no more for now, so all that the registry holds at this moment is on record."""
        row = {"feed": feed, "cursor": cursor, "updated_at": now, **({"caught_up_at": now} if caught_up else {})}
        await connection.execute(self._database.upsert(cursors, ["feed"], row))

    async def caught_up(self) -> dict[str, datetime]:
        """When each feed was last read to its end, by feed; those that never were are left out."""
        read = select(cursors.c.feed, cursors.c.caught_up_at).where(cursors.c.caught_up_at.is_not(None))
        async with self._database.read() as connection:
            return {row.feed: row.caught_up_at for row in (await connection.execute(read)).all()}
