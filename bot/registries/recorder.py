"""Whatever registries tell of cases goes through here, by whichever way it came: polled, sent, asked for, compared.

This is the one place where *what changed* is known in the commit that keeps it: :data:`Hear` is called there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.metrics import Metrics
from casestore.cases.model import NEW, REFUSED, Case, Change, Document, Told
from casestore.cases.repository import Cases
from casestore.people.citizens import Census
from connectors.registry import CaseRecord

log = structlog.get_logger(__name__)

Hear = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]
"""Told of what has just changed (``before``, ``after``), in the transaction that keeps it: what it writes there is
kept with the change or not at all. It is told once of each change, and of nothing that changed nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a registry says of a case, and whose it is. The rest as in :class:`casestore.cases.model.Told`."""

    afm: str
    case: Case
    instead_of: int | None = None
    reopening: bool = False


async def nobody(_connection: AsyncConnection, _changes: Sequence[Change]) -> None:
    """A :data:`Hear` that does nothing."""


class CaseBook:
    """Keeps what registries say."""

    def __init__(self, census: Census, cases: Cases, metrics: Metrics, hear: Hear = nobody) -> None:
        self._census = census
        self._cases = cases
        self._metrics = metrics
        self._hear = hear

    async def take(
        self, connection: AsyncConnection, words: Sequence[Word], now: datetime, *, source: str
    ) -> list[Change]:
        """What became of each word, in their order. ``source`` is for the log: by which way they came."""
        if not words:
            return []
        ids = await self._census.ids(connection, {word.afm for word in words}, now)
        told = [Told(ids[word.afm], word.case, word.instead_of, word.reopening) for word in words]
        changes = await self._cases.take(connection, told, now)
        for change in changes:
            registry = change.after.case.registry
            self._metrics.feed.labels(registry, change.result).inc()
            if change.result == REFUSED:
                log.warning("case.refused", registry=registry, source=source, reason=change.reason)
        if new := [change for change in changes if change.result == NEW]:
            await self._hear(connection, new)
        return changes


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


def word_of(record: CaseRecord, *, instead_of: int | None = None, reopening: bool = False) -> Word:
    """A registry's record as its word on the case."""
    return Word(record.afm, case_of(record), instead_of, reopening)
