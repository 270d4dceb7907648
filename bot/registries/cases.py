"""Applies what an event says of a case: as it stands where that can be told, else by asking its registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.backoff import UNKNOWN_ATTEMPTS
from bot.registries.apply import NotYet
from bot.registries.recorder import CaseRecorder, report_of
from casestore.cases.model import Case, CaseReport, ChangeResult, Document, StoredCase
from casestore.cases.repository import Cases
from casestore.people.citizens import Citizens
from connectors.events import RegistryEvent
from connectors.events_cases import CaseOpened, Closed, Decided, DocumentsChanged, StageChanged
from connectors.registry import CaseRegistry

APPLIED, FILLED, KNOWN = "applied", "filled", "known"
"""As the event says; as its registry says, asked because of it; we had it already."""


class CaseApplier:
    """Implements :class:`bot.registries.apply.Applier`. ``registries``, by name, are asked for what is missing."""

    def __init__(
        self, *, recorder: CaseRecorder, cases: Cases, citizens: Citizens, registries: Mapping[str, CaseRegistry]
    ) -> None:
        self._recorder = recorder
        self._cases = cases
        self._citizens = citizens
        self._registries = registries

    async def prepare(self, event: RegistryEvent) -> _CaseWrite:
        """An outcome and a closing cannot be taken back: the registry is asked before they count, as to fill a gap.

        Raises :class:`bot.registries.apply.NotYet` or :class:`connectors.registry.RegistryError`.
        """
        stored = await self._cases.find(event.subject)
        if stored is not None and event.sequence <= stored.case.sequence:
            return _CaseWrite(self._recorder, None, KNOWN)
        sure = not isinstance(event.data, Decided | Closed) and not await self._is_anothers(stored, event)
        case = advance(stored.case if stored else None, event) if sure else None
        if case is not None:
            return _CaseWrite(self._recorder, CaseReport(event.afm, case), APPLIED)
        return _CaseWrite(self._recorder, await self._ask(event), FILLED)

    def committed(self, event: RegistryEvent) -> None:
        """Whoever looks next is told what is so now."""
        if registry := self._registries.get(event.registry):
            registry.forget(event.afm)

    async def _is_anothers(self, stored: StoredCase | None, event: RegistryEvent) -> bool:
        """Whose a case is does not change by an event's word alone."""
        return stored is not None and await self._citizens.find(event.afm) != stored.citizen_id

    async def _ask(self, event: RegistryEvent) -> CaseReport:
        registry = self._registries.get(event.registry)
        if registry is None:
            raise NotYet("not connected")
        record = await registry.case(event.subject)
        if record is None:
            raise NotYet("no such case", UNKNOWN_ATTEMPTS)
        if record.sequence < event.sequence:
            raise NotYet("behind its event")
        return report_of(record)


@dataclass(frozen=True, slots=True)
class _CaseWrite:
    """What is to be kept, and how we know it."""

    recorder: CaseRecorder
    report: CaseReport | None
    source: str

    async def write(self, connection: AsyncConnection, now: datetime) -> str:
        reports = [] if self.report is None else [self.report]
        for change in await self.recorder.record(connection, reports, now, source=self.source):
            if change.result is not ChangeResult.NEW:
                return change.result
        return self.source


def advance(before: Case | None, event: RegistryEvent) -> Case | None:
    """The case after the event; ``None`` when that cannot be told without asking: a gap, or words left out."""
    if before is None:
        return _opened(event)
    if event.sequence != before.sequence + 1:
        return None
    moved = replace(before, sequence=event.sequence, updated_at=event.at)
    match event.data:
        case StageChanged(stage, note):
            return replace(moved, stage=stage, note=note)
        case DocumentsChanged():
            return _with_documents(moved, event.data)
        case Decided(outcome, note):
            return replace(moved, outcome=outcome, note=note)
        case Closed(outcome):
            return replace(moved, closed=True, outcome=outcome or before.outcome)
    return None


def _opened(event: RegistryEvent) -> Case | None:
    data = event.data
    if event.sequence != 1 or not isinstance(data, CaseOpened):
        return None
    return Case(
        registry=event.registry,
        reference=event.subject,
        procedure=event.procedure,
        title=data.title,
        stage=data.stage,
        sequence=1,
        updated_at=event.at,
        expected_by=data.expected_by,
        note=data.note,
    )


def _with_documents(case: Case, data: DocumentsChanged) -> Case | None:
    held = {document.code: document for document in case.documents}
    for document in data.documents:
        known = held.get(document.code)
        title = document.title or (known.title if known else "")
        if not title:
            return None
        deadline = known.deadline if known and document.status != "missing" else None
        held[document.code] = Document(
            document.code, title, document.status, document.reason, document.deadline or deadline
        )
    return replace(case, documents=tuple(held.values()))
