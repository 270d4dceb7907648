"""Compares our cases with a registry's, all of them, and puts ours right: page by page, paced, restartable.

First everything that the registry lists is compared with what we have; then it is asked for what we have and it did
not list. Feeds and events make this find nothing; it is for what they missed, and it says what that was.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder, case_of, report_of
from bot.runtime import Clock
from bot.worker import Timer
from casestore.cases.model import CaseReport, ChangeResult, StoredCase
from casestore.cases.reconciliations import NEXT_PHASE, LostRun, Phase, Reconciliations, Run
from casestore.cases.repository import Cases
from casestore.database import Database
from casestore.people.citizens import Citizens
from connectors.audit import CallCause, audit_cause
from connectors.registry import CaseRecord, CaseRegistry, RegistryError

SAME, MISSING, BEHIND, DIFFERS, AHEAD, GONE = "same", "missing", "behind", "differs", "ahead", "gone"
"""As the registry says; not on record; ours is older; as old and not the same; ours is newer; the registry has none."""
REPAIRED, REFUSED = "repaired", str(ChangeResult.REFUSED)
RESULTS = (SAME, MISSING, BEHIND, DIFFERS, AHEAD, GONE, REPAIRED, REFUSED)
ASKED = 50  # cases that are asked for one by one, a page
AT_ONCE = 4
AGAIN = timedelta(minutes=1)  # after the registry did not answer, or another worker was there first

log = structlog.get_logger(__name__)


def compare(record: CaseRecord, owner: int | None, stored: StoredCase | None) -> str:
    """What a registry's case is to ours. When it was last changed does not count: clocks and digits differ."""
    if stored is None:
        return MISSING
    theirs, ours = case_of(record), stored.case
    if theirs.sequence != ours.sequence:
        return BEHIND if theirs.sequence > ours.sequence else AHEAD
    alike = owner == stored.citizen_id and replace(theirs, updated_at=ours.updated_at) == ours
    return SAME if alike else DIFFERS


@dataclass(frozen=True, slots=True)
class PageDiff:
    """What a page showed: each case's verdict by reference, the reports that put ours right, and how to go on."""

    verdicts: Mapping[str, str]
    reports: tuple[CaseReport, ...]
    cursor: str
    more: bool

    def of(self, verdict: str) -> list[str]:
        return [reference for reference, found in self.verdicts.items() if found == verdict]


class Comparer:
    """Looks at one page of one registry, and keeps what is to be kept of it."""

    def __init__(
        self,
        *,
        registry: CaseRegistry,
        database: Database,
        cases: Cases,
        citizens: Citizens,
        recorder: CaseRecorder,
        reopening: bool = False,
    ) -> None:
        self.name = registry.name
        self.database = database
        self._registry = registry
        self._cases = cases
        self._citizens = citizens
        self._recorder = recorder
        self._reopening = reopening
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def listed(self, cursor: str) -> PageDiff:
        """What the registry lists, from ``cursor`` on. Raises :class:`connectors.registry.RegistryError`."""
        page = await self._registry.changes(cursor)
        verdicts, reports = await self._compared({record.reference: record for record in page.cases})
        return PageDiff(verdicts, reports, page.cursor, page.more)

    async def any_unreported(self, since: datetime) -> bool:
        """Is there an open case of which the registry has not spoken ``since``?"""
        return await self._cases.any_unreported(self.name, since)

    async def not_reported_since(
        self, after: str, since: datetime, seen: Container[str] = (), *, only_open: bool = False
    ) -> PageDiff:
        """Of what we have and the registry has not spoken of ``since``, those of the next references; not the ``seen``:
        of a dry run it is not kept what the registry has spoken of."""
        silent = await self._cases.not_reported_since(self.name, since, after, ASKED, only_open=only_open)
        found = [stored.case.reference for stored in silent]
        quiet = [reference for reference in found if reference not in seen]
        records = await self._ask(quiet)
        verdicts, reports = await self._compared(records)
        gone = {reference: GONE for reference in quiet if reference not in records}
        return PageDiff({**verdicts, **gone}, reports, found[-1] if found else after, len(found) == ASKED)

    async def keep(self, connection: AsyncConnection, diff: PageDiff, now: datetime, since: datetime) -> Counter[str]:
        """Put ours right; cases by what was found and done."""
        changes = await self._recorder.record(connection, diff.reports, now, source="reconcile")
        gone = diff.of(GONE)
        await self._cases.mark_told(connection, [ref for ref, found in diff.verdicts.items() if found != GONE], now)
        await self._cases.mark_gone(connection, gone, since)
        done = Counter(change.result for change in changes)
        repaired = {REPAIRED: done[ChangeResult.NEW] + len(gone), REFUSED: done[ChangeResult.REFUSED]}
        return Counter(diff.verdicts.values()) + Counter(repaired)

    async def _compared(self, records: Mapping[str, CaseRecord]) -> tuple[dict[str, str], tuple[CaseReport, ...]]:
        stored = await self._cases.find_all(records)
        owners = await self._citizens.known(record.afm for record in records.values())
        verdicts = {ref: compare(record, owners.get(record.afm), stored.get(ref)) for ref, record in records.items()}
        reports = [
            self._report(records[ref], stored.get(ref)) for ref, found in verdicts.items() if found not in (SAME, AHEAD)
        ]
        sure = await self._ask([ref for ref, found in verdicts.items() if found == AHEAD])
        for ref, record in sure.items():  # ours may have moved on since the page was made: asked again, it is sure
            verdicts[ref] = compare(record, owners.get(record.afm), stored[ref])
            if verdicts[ref] != SAME:
                reports.append(self._report(record, stored[ref]))
        return verdicts, tuple(reports)

    def _report(self, record: CaseRecord, stored: StoredCase | None) -> CaseReport:
        seen = None if stored is None else stored.case.sequence
        return report_of(record, instead_of=seen, reopening=self._reopening)

    async def _ask(self, references: Sequence[str]) -> dict[str, CaseRecord]:
        async def one(reference: str) -> CaseRecord | None:
            async with self._at_once:
                return await self._registry.case(reference)

        found = await asyncio.gather(*(one(reference) for reference in references))
        return {record.reference: record for record in found if record is not None}


class ReconcileJob:
    """One registry, once in ``every``, a page in ``pause``. Goes on where it, or another worker, was."""

    def __init__(
        self,
        *,
        comparer: Comparer,
        runs: Reconciliations,
        metrics: Metrics,
        clock: Clock,
        every: timedelta,
        pause: timedelta,
    ) -> None:
        self.name = f"reconcile-{comparer.name}"
        self._comparer = comparer
        self._runs = runs
        self._metrics = metrics
        self._clock = clock
        self._every = every
        self._pause = pause
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if not self._timer.is_due(now):
            return False
        try:
            run = await self._current(now)
            going = run is not None and await self._page(run, now)
        except LostRun:
            self._timer.rest_until(now + AGAIN)
            return False
        except RegistryError as error:
            log.warning("reconcile.waits", registry=self._comparer.name, reason=error.reason)
            self._timer.rest_until(now + AGAIN)
            return False
        if going:
            self._timer.rest_until(now + self._pause)
        return going and not self._pause

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    async def _current(self, now: datetime) -> Run | None:
        """The run to go on with; ``None`` while the next one is not due. The first is due ``every`` after the start."""
        run = await self._runs.last(self._comparer.name)
        if run is None:
            await self._runs.begin(Run(self._comparer.name, Phase.WAITING, now), None)
            self._timer.rest_until(now + self._every)
            return None
        if run.phase in (Phase.LISTED, Phase.UNREPORTED):
            return run
        if now < run.started_at + self._every:
            self._timer.rest_until(run.started_at + self._every)
            return None
        return await begin(self._runs, self._comparer.name, now)

    async def _page(self, run: Run, now: datetime) -> bool:
        """``False`` at the end."""
        after = await take_page(self._comparer, self._runs, run, now)
        for result, count in (Counter(after.counts) - Counter(run.counts)).items():
            self._metrics.reconciled.labels(run.registry, result).inc(count)
        if after.finished_at is None:
            return True
        self._metrics.reconciled_at.labels(run.registry).set(after.finished_at.timestamp())
        log.info("reconcile.done", registry=run.registry, pages=after.pages, **after.counts)
        return False


async def begin(runs: Reconciliations, registry: str, now: datetime) -> Run:
    """A new run, from the beginning. Raises :class:`casestore.cases.reconciliations.LostRun`."""
    run = Run(registry, Phase.LISTED, now)
    await runs.begin(run, await runs.last(registry))
    return run


async def take_page(comparer: Comparer, runs: Reconciliations, run: Run, now: datetime) -> Run:
    """The next page of a run, found and kept in one commit with how far it came. Raises as the two do."""
    diff = await diff_page(comparer, run)
    async with comparer.database.write(wake=True) as connection:
        counts = await comparer.keep(connection, diff, now, run.started_at)
        after = advance_run(run, diff, counts, now)
        await runs.move(connection, run, after, now)
    return after


async def diff_page(comparer: Comparer, run: Run, seen: Container[str] = ()) -> PageDiff:
    """What the next page of a run shows. Nothing is kept."""
    with audit_cause(CallCause(protocol=f"reconcile-{comparer.name}")):
        if run.phase is Phase.LISTED:
            return await comparer.listed(run.cursor)
        return await comparer.not_reported_since(run.cursor, run.started_at, seen)


def advance_run(run: Run, diff: PageDiff, counts: Counter[str], now: datetime) -> Run:
    """The run after a page."""
    total = Counter(run.counts) + counts
    phase, cursor = (run.phase, diff.cursor) if diff.more else (NEXT_PHASE[run.phase], "")
    finished = now if phase is Phase.DONE else None
    return replace(run, phase=phase, cursor=cursor, pages=run.pages + 1, counts=dict(total), finished_at=finished)
