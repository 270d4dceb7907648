"""Listens to the changes of cases: what time will bring is planned anew in the commit that keeps the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.facts import LATE, REMINDER
from bot.notices.planner import OVERTAKEN, Planner
from bot.notices.timing import Timing, Timings, planned
from bot.runtime import Clock
from bot.store import Store
from casestore.cases.model import Change, StoredCase
from casestore.notices.model import NoticeState
from casestore.notices.timed import TimedFact


class Timetable:
    """A :data:`bot.registries.recorder.ChangeListener`."""

    def __init__(self, *, store: Store, planner: Planner, timings: Timings, clock: Clock) -> None:
        self._store = store
        self._timed = store.timed_facts
        self._planner = planner
        self._timings = timings
        self._clock = clock

    async def __call__(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        now = self._clock()
        last = {change.after.case.reference: change for change in changes}.values()
        await self.plan(connection, [change.after for change in last], now)
        for change in last:
            if change.before is not None:
                await self._withdraw(connection, change.after, now)

    async def plan(self, connection: AsyncConnection, cases: Iterable[StoredCase], now: datetime) -> None:
        """Put the plans of these cases in the place of those that there are."""
        by_reference = {stored.case.reference: stored for stored in cases}
        since = await self._store.cases.entered(connection, by_reference)
        held = await self._timed.open_of(connection, by_reference)
        new, keep = list[TimedFact](), set[int]()
        for reference, stored in by_reference.items():
            timing = self._timings.of(stored.case.procedure)
            meant = list(planned(timing, stored, since.get(reference, stored.case.updated_at), now))
            known = {_same(fact): fact for fact in held if fact.reference == reference}
            keep |= {known[_same(fact)].id for fact in meant if _same(fact) in known}
            await self._put_right(connection, known, meant)
            new += [fact for fact in meant if _same(fact) not in known and not _too_near(fact, timing, now)]
        await self._timed.drop(connection, [fact.id for fact in held if fact.id not in keep])
        await self._timed.put(connection, new)

    async def _put_right(
        self, connection: AsyncConnection, known: dict[tuple[object, ...], TimedFact], meant: Iterable[TimedFact]
    ) -> None:
        """A date that its registry gives anew moves when a case counts as late, until that was said once."""
        for fact in meant:
            held = known.get(_same(fact))
            if fact.kind == LATE and held and held.step == fact.step == 1 and held.due_at != fact.due_at:
                await self._timed.move(connection, held.id, fact.due_at)

    async def _withdraw(self, connection: AsyncConnection, stored: StoredCase, now: datetime) -> None:
        """What was ordered and does not hold any more is not sent: it ends in this commit."""
        for notice_id in await self._timed.waiting(connection, stored.case.reference):
            notice = await self._store.notices.hold(connection, notice_id)
            if notice is None or notice.state is not NoticeState.OPEN or notice.told_at is not None:
                continue
            if await self._planner.facts(connection, notice, stored, now):
                continue
            for send in await self._store.notice_sends.of(connection, notice.id):
                await self._store.notice_sends.cancel(connection, send, OVERTAKEN, now)
            await self._store.notices.settle(connection, notice, NoticeState.SKIPPED, now, OVERTAKEN)


def _same(fact: TimedFact) -> tuple[object, ...]:
    """Of a case that sits the how-many-eth time is no other plan."""
    return fact.key[:-1] if fact.kind == LATE else fact.key


def _too_near(fact: TimedFact, timing: Timing, now: datetime) -> bool:
    """What gave cause to it is told now, and reminds as well."""
    return fact.kind == REMINDER and timing.due(fact) <= now + timing.apart
