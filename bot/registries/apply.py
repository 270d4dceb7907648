"""Follows the events of registries: each is applied once, in its subject's order, and what is missing is asked for.

A registry is asked before the transaction; the case, what follows from its change, and the event's end are one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from bot.backoff import Backoff, RetryPolicy
from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder, report_of
from bot.registries.webhook import unpack
from bot.worker import TaskPool
from casestore.cases.model import Case, CaseReport, ChangeResult, Document, DocumentStatus, StoredCase
from casestore.cases.repository import Cases
from casestore.database import Database, StoreDown
from casestore.people.citizens import Citizens
from casestore.queues.lease import LostClaim
from casestore.queues.registry_events import ClaimedEvent, RegistryEventQueue
from connectors.audit import CallCause, audit_cause
from connectors.events import CaseOpened, Closed, Decided, DocumentsChanged, RegistryEvent, StageChanged
from connectors.registry import CaseRegistry, RegistryError

MAX_ATTEMPTS = 20  # two hours of a registry that is down; polling goes on beside it
POLICY = RetryPolicy()
AGAIN = Backoff(first=2.0, most=600.0)

log = structlog.get_logger(__name__)


class NotYet(Exception):
    """The event cannot be applied now. ``reason`` is safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EventsJob:
    """Up to ``pool`` subjects at once, one event of each at a time. ``registries`` are asked for what is missing."""

    name = "events"

    def __init__(
        self,
        events: RegistryEventQueue,
        recorder: CaseRecorder,
        cases: Cases,
        citizens: Citizens,
        database: Database,
        registries: Mapping[str, CaseRegistry],
        metrics: Metrics,
        clock: Callable[[], datetime],
        random: Callable[[], float],
        new_claim: Callable[[], str],
        *,
        concurrency: int = 8,
        policy: RetryPolicy = POLICY,
    ) -> None:
        self._events = events
        self._recorder = recorder
        self._cases = cases
        self._citizens = citizens
        self._database = database
        self._registries = registries
        self._metrics = metrics
        self._clock = clock
        self._random = random
        self._new_claim = new_claim
        self.pool = TaskPool(concurrency)
        self._lease = policy.turn_lease

    async def step(self) -> bool:
        if self.pool.free <= 0:
            return False
        taken = await self._events.claim(self._clock(), self._new_claim(), limit=self.pool.free, lease=self._lease)
        for claimed in taken:
            self.pool.take(self._work(claimed))
        return bool(taken)

    async def drain(self) -> None:
        await self.pool.empty()

    async def _work(self, claimed: ClaimedEvent) -> None:
        try:
            result = await self._try(claimed)
        except LostClaim:
            result = "claim-lost"
        except StoreDown as error:  # the lease brings it back; nothing can be written now
            log.warning("event.store-down", event_id=claimed.id, error=type(error).__name__)
            result = "store-down"
        self._metrics.events.labels(claimed.registry, result).inc()

    async def _try(self, claimed: ClaimedEvent) -> str:
        if claimed.attempts > MAX_ATTEMPTS:
            return await self._failed(claimed, "worker-lost")
        try:
            return await self._apply(claimed)
        except LostClaim:
            raise
        except StoreDown:
            raise
        except (NotYet, RegistryError) as error:
            log.warning("event.waits", event_id=claimed.id, registry=claimed.registry, reason=error.reason)
            return await self._failed(claimed, error.reason)
        except Exception as error:
            log.exception("event.failed", event_id=claimed.id, registry=claimed.registry, attempt=claimed.attempts)
            return await self._failed(claimed, type(error).__name__)

    async def _failed(self, claimed: ClaimedEvent, error: str) -> str:
        now = self._clock()
        if claimed.attempts >= MAX_ATTEMPTS:
            log.error("event.dead-letter", event_id=claimed.id, registry=claimed.registry, error=error)
            await self._events.abandon(claimed, now, error)
            return "dead"
        await self._events.retry(claimed, now + AGAIN.wait(claimed.attempts, self._random), error)
        return "retry"

    async def _apply(self, claimed: ClaimedEvent) -> str:
        event = unpack(self._events.read(claimed))
        report, result = await self._report(event)
        now = self._clock()
        async with self._database.write(wake=True) as connection:
            reports = [] if report is None else [report]
            changes = await self._recorder.record(connection, reports, now, source=result)
            if changes and changes[0].result is not ChangeResult.NEW:
                result = changes[0].result
            await self._events.done(connection, claimed, now, result)
        if registry := self._registries.get(event.registry):
            registry.forget(event.afm)  # whoever looks next is told what is so now
        return result

    async def _report(self, event: RegistryEvent) -> tuple[CaseReport | None, str]:
        """What the registry says by this event, and how we know: ``applied`` as it stands, ``filled`` by asking."""
        if not event.type.startswith("gr.gov.case."):
            return None, "no-case"
        stored = await self._cases.find(event.subject)
        if stored is not None and event.sequence <= stored.case.sequence:
            return None, ChangeResult.KNOWN
        case = None if await self._is_anothers(stored, event) else advance(stored.case if stored else None, event)
        if case is not None:
            return CaseReport(event.afm, case), "applied"
        return await self._ask(event), "filled"

    async def _is_anothers(self, stored: StoredCase | None, event: RegistryEvent) -> bool:
        """Whose a case is does not change by an event's word alone."""
        return stored is not None and await self._citizens.find(event.afm) != stored.citizen_id

    async def _ask(self, event: RegistryEvent) -> CaseReport:
        registry = self._registries.get(event.registry)
        if registry is None:
            raise NotYet("not connected")
        with audit_cause(CallCause(protocol=event.subject)):
            record = await registry.case(event.subject)
        if record is None:
            raise NotYet("no such case")
        if record.sequence < event.sequence:
            raise NotYet("behind its event")
        return report_of(record)


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
    news = event.data
    if event.sequence != 1 or not isinstance(news, CaseOpened):
        return None
    return Case(
        registry=event.registry,
        reference=event.subject,
        procedure=event.procedure,
        title=news.title,
        stage=news.stage,
        sequence=1,
        updated_at=event.at,
        expected_by=news.expected_by,
        note=news.note,
    )


def _with_documents(case: Case, news: DocumentsChanged) -> Case | None:
    held = {document.code: document for document in case.documents}
    for told in news.documents:
        known = held.get(told.code)
        title = told.title or (known.title if known else "")
        if not title:
            return None
        stored = known.deadline if known and told.status != DocumentStatus.MISSING else None
        held[told.code] = Document(told.code, title, told.status, told.reason, told.deadline or stored)
    return replace(case, documents=tuple(held.values()))
