"""Keeps what registries say of cases, by whichever way it came: polled, sent as an event, asked for, compared.

This is the one place where *what changed* is known in the commit that keeps it: each :data:`ChangeListener` is called
there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.metrics import Metrics
from casestore.cases.model import Case, CaseReport, Change, ChangeResult, Document
from casestore.cases.repository import Cases
from casestore.people.citizens import Citizens
from connectors.registry import CaseRecord

log = structlog.get_logger(__name__)

ChangeListener = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]
"""Called with what has just changed (``before``, ``after``), in the transaction that keeps it: what it writes there is
kept with the change or not at all. It is called once for each change, and for nothing that changed nothing."""


class CaseRecorder:
    """Keeps what registries say. ``listeners`` are called in their order; the first that raises undoes the change."""

    def __init__(
        self, *, citizens: Citizens, cases: Cases, metrics: Metrics, listeners: Sequence[ChangeListener]
    ) -> None:
        self._citizens = citizens
        self._cases = cases
        self._metrics = metrics
        self._listeners = listeners

    async def record(
        self, connection: AsyncConnection, reports: Sequence[CaseReport], now: datetime, *, source: str
    ) -> list[Change]:
        """What became of each report, in their order. ``source`` is for the log: by which way they came."""
        if not reports:
            return []
        owners = await self._citizens.ensure(connection, {report.afm for report in reports}, now)
        changes = await self._cases.record(connection, reports, owners, now)
        for change in changes:
            registry = change.after.case.registry
            self._metrics.feed.labels(registry, change.result).inc()
            if change.result is ChangeResult.REFUSED:
                log.warning("case.refused", registry=registry, source=source, reason=change.reason)
        if new := [change for change in changes if change.result is ChangeResult.NEW]:
            for listener in self._listeners:
                await listener(connection, new)
        return changes


def feed_of(registry: str) -> str:
    """The name under which it is kept how far a registry was read."""
    return f"feed-{registry}"


def case_of(record: CaseRecord) -> Case:
    """A registry's record as the case store keeps it."""
    documents = tuple(Document(d.code, d.title, d.status, d.reason, d.deadline) for d in record.documents)
    return Case(
        registry=record.registry,
        reference=record.reference,
        procedure=record.procedure,
        title=record.title,
        stage=record.stage,
        sequence=record.sequence,
        updated_at=record.updated_at,
        expected_by=record.expected_by,
        note=record.note,
        outcome=record.outcome,
        closed=record.closed,
        documents=documents,
    )


def report_of(record: CaseRecord, *, instead_of: int | None = None, reopening: bool = False) -> CaseReport:
    """A registry's record as what it says of the case."""
    return CaseReport(record.afm, case_of(record), instead_of, reopening)
