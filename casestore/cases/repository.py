"""Cases on record, as told by the registries. :mod:`casestore.cases.model` says what a report means for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.cases.model import Case, CaseReport, Change, ChangeResult, Document, StoredCase, evaluate_all
from casestore.database import Database
from casestore.tables import case_events, cases, required_documents
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

    async def record(
        self, connection: AsyncConnection, reports: Sequence[CaseReport], owners: Mapping[str, int], now: datetime
    ) -> list[Change]:
        """Keep what is new in these reports, in a few statements for all of them; what became of each, in their order.

        ``owners``: citizens' ids by ΑΦΜ. Whoever writes one of these cases at this moment is waited for.
        """
        held = await self._held(connection, {report.case.reference for report in reports})
        stored_cases = {reference: stored for reference, (_, stored) in held.items()}
        changes = evaluate_all(stored_cases, reports, owners, now)
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
        return await self._again(connection, reports, owners, changes, missed, now)

    async def _again(
        self,
        connection: AsyncConnection,
        reports: Sequence[CaseReport],
        owners: Mapping[str, int],
        changes: Sequence[Change],
        missed: set[str],
        now: datetime,
    ) -> list[Change]:
        """``missed`` were put on record by somebody else between our look and our insert: now they can be seen."""
        again = [report for report in reports if report.case.reference in missed]
        later = iter(await self.record(connection, again, owners, now))
        return [next(later) if change.after.case.reference in missed else change for change in changes]

    async def mark_told(self, connection: AsyncConnection, references: Sequence[str], now: datetime) -> None:
        """Their registry has just spoken of these."""
        if references:
            told = update(cases).where(cases.c.reference.in_(references))
            await connection.execute(told.values(told_at=now, gone_at=None))

    async def mark_gone(self, connection: AsyncConnection, references: Sequence[str], since: datetime) -> None:
        """Their registry knows nothing of these and has not spoken of them ``since``: nobody is told of them until it
        does again."""
        if references:
            gone = update(cases).where(cases.c.reference.in_(references), _not_told_since(since))
            await connection.execute(gone.values(gone_at=since))

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
        rows = [{"case_id": ids[reference], **self._values(stored)} for reference, stored in moved.items()]
        names: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "case_id"}
        await connection.execute(update(cases).where(cases.c.id == bindparam("case_id")).values(**names), rows)
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
        await self._database.insert(connection, required_documents, rows)

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
        await self._database.insert(connection, case_events, rows, new=True)

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

    async def on_record(self, connection: AsyncConnection, reference: str) -> StoredCase | None:
        """The case of this number as this transaction sees it; ``None`` too where its registry knows it no more."""
        of_number = and_(cases.c.reference == reference, cases.c.gone_at.is_(None))
        rows = (await connection.execute(select(cases).where(of_number))).all()
        return next(iter(await self._with_papers(connection, rows)), None)

    async def entered(self, connection: AsyncConnection, references: Collection[str]) -> dict[str, datetime]:
        """Since when each of these cases is at its stage, by reference, as far as was told."""
        earlier = case_events.alias("earlier")
        other = and_(earlier.c.case_id == cases.c.id, earlier.c.stage != cases.c.stage)
        left = select(func.max(earlier.c.sequence)).where(other).correlate(cases).scalar_subquery()
        since = select(cases.c.reference, func.min(case_events.c.happened_at).label("since"))
        since = since.join_from(case_events, cases).where(cases.c.reference.in_(list(references)))
        since = since.where(case_events.c.sequence > func.coalesce(left, -1)).group_by(cases.c.reference)
        return {row.reference: row.since for row in await connection.execute(since)}

    async def find(self, reference: str) -> StoredCase | None:
        """The case of this number."""
        found = await self.find_all([reference])
        return found.get(reference)

    async def find_all(self, references: Iterable[str]) -> dict[str, StoredCase]:
        """Those of these numbers that are on record, gone ones too."""
        return await self._found(cases.c.reference.in_(list(references)))

    async def any_unreported(self, registry: str, since: datetime) -> bool:
        """Is there an open case of which this registry has said nothing ``since``?"""
        open_ = and_(cases.c.registry == registry, cases.c.gone_at.is_(None), ~cases.c.closed)
        async with self._database.read() as connection:
            return bool(await connection.scalar(select(exists().where(open_, _not_told_since(since)))))

    async def not_reported_since(
        self, registry: str, since: datetime, after: str, limit: int, *, only_open: bool = False
    ) -> list[StoredCase]:
        """A registry's cases of which it has said nothing ``since``, by reference, from the one ``after``."""
        of_registry = [cases.c.registry == registry, cases.c.gone_at.is_(None), cases.c.reference > after]
        of_registry += [~cases.c.closed] if only_open else []
        silent = select(cases).where(*of_registry, _not_told_since(since)).order_by(cases.c.reference).limit(limit)
        async with self._database.read() as connection:
            return await self._with_papers(connection, (await connection.execute(silent)).all())

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


def _not_told_since(since: datetime) -> ColumnElement[bool]:
    return or_(cases.c.told_at.is_(None), cases.c.told_at < since)
