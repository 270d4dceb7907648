"""The job that takes up what time brings: each is looked at when it is due, and told only if it still holds.

What is found here is ordered as any notice; the gate looks once more, in the transaction that lets it through.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.facts import LATE, REMINDER
from bot.notices.planner import Planner
from bot.notices.policy import Policy
from bot.notices.timetable import Timetable
from bot.notices.timing import Timing, Timings, holds
from bot.runtime import Clock
from bot.store import Store
from bot.worker import Timer
from casestore.cases.model import StoredCase
from casestore.database import StoreDown
from casestore.notices.model import Fact, LogEvent
from casestore.notices.timed import TimedFact
from casestore.people.preferences import NoticePreferences
from casestore.people.quiet_hours import QuietTimes, end_of

BATCH, AT_ONCE = 50, 200
AGAIN = timedelta(minutes=10)  # after one could not be taken up
UNPLANNED = timedelta(hours=1)  # between looks for cases without a plan

log = structlog.get_logger(__name__)


class TimekeepingJob:
    """Each case is a commit of its own: what is due of it at one time is one notice."""

    name = "timekeeping"

    def __init__(
        self,
        *,
        store: Store,
        planner: Planner,
        policy: Policy,
        timings: Timings,
        timetable: Timetable,
        clock: Clock,
        quiet: bool,
    ) -> None:
        self._store = store
        self._timed = store.timed_facts
        self._planner = planner
        self._policy = policy
        self._timings = timings
        self._timetable = timetable
        self._clock = clock
        self._quiet = quiet
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        more = self._timer.is_due(now) and await self._plan_the_rest(now)
        due = await self._timed.due(now, BATCH)
        for citizen_id, reference in due:
            await self._one(citizen_id, reference, now)
        return more or bool(due)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    async def _one(self, citizen_id: int, reference: str, now: datetime) -> None:
        """One that cannot be taken up holds up no other."""
        try:
            async with self._store.database.write(wake=True) as connection:
                await self._take_up(connection, citizen_id, reference, now)
        except StoreDown:
            raise
        except Exception:
            log.exception("timekeeping.failed")
            async with self._store.database.write() as connection:
                for fact in await self._timed.hold_due(connection, citizen_id, reference, now):
                    await self._timed.move(connection, fact.id, now + AGAIN)

    async def _plan_the_rest(self, now: datetime) -> bool:
        """Cases that were on record before there were plans; are there more?"""
        bare = await self._timed.unplanned(AT_ONCE)
        if len(bare) < AT_ONCE:
            self._timer.rest_until(now + UNPLANNED)
        if not bare:
            return False
        async with self._store.database.write() as connection:
            found = [await self._store.cases.on_record(connection, reference) for reference in bare]
            await self._timetable.plan(connection, [stored for stored in found if stored], now)
        return len(bare) == AT_ONCE

    async def _take_up(self, connection: AsyncConnection, citizen_id: int, reference: str, now: datetime) -> None:
        due = await self._timed.hold_due(connection, citizen_id, reference, now)
        stored = await self._store.cases.on_record(connection, reference)
        if stored is None or stored.citizen_id != citizen_id:
            await self._timed.drop(connection, [fact.id for fact in due])
            return
        timing = self._timings.of(stored.case.procedure)
        wanted, _, _ = await self._store.preferences.of_citizen(connection, citizen_id)
        under_way = await self._store.documents.under_way(connection, citizen_id, reference)
        found = dict[TimedFact, Fact | None]()
        for fact in due:
            if later := self._later(fact, timing, wanted, now):
                await self._timed.move(connection, fact.id, later)
            else:
                found[fact] = holds(fact, timing, stored.case, under_way, now)
        await self._again(connection, stored, timing, [fact for fact in found if fact.kind == LATE], now)
        await self._timed.drop(connection, [fact.id for fact, told in found.items() if told is None])
        await self._tell(connection, stored, {fact: told for fact, told in found.items() if told}, wanted, now)

    def _later(self, fact: TimedFact, timing: Timing, wanted: NoticePreferences, now: datetime) -> datetime | None:
        """When a reminder is to be told; ``None``: now, or never."""
        if fact.kind != REMINDER:
            return None
        times = wanted.times() if self._quiet else QuietTimes(None)
        at = times.around(timing.due(fact), now, timing.lead)
        return at if now < at < end_of(date.fromisoformat(fact.about)) else None

    async def _again(
        self, connection: AsyncConnection, stored: StoredCase, timing: Timing, late: Sequence[TimedFact], now: datetime
    ) -> None:
        """A case that sits is looked at again a period later, told or not."""
        still = f"{stored.case.stage}@"
        for fact in late if not stored.case.closed else ():
            if not fact.about.startswith(still):
                continue
            citizen, reference, kind, about, step = fact.key
            at = fact.due_at + timing.every * (1 + max(timedelta(), now - fact.due_at) // timing.every)
            await self._timed.put(connection, [TimedFact(citizen, reference, kind, about, step + 1, at)])

    async def _tell(
        self,
        connection: AsyncConnection,
        stored: StoredCase,
        found: dict[TimedFact, Fact],
        wanted: NoticePreferences,
        now: datetime,
    ) -> None:
        """One notice of all that this citizen wants told of it."""
        told = self._policy.told(set(found.values()), stored.case.procedure, wanted.news)
        noted = [fact.id for fact, what in found.items() if what in told]
        await self._timed.drop(connection, [fact.id for fact in found if fact.id not in noted])
        if not told:
            return
        category = self._policy.category(told, None, now).name
        case = stored.case.reference
        notice = await self._store.notices.make(
            connection, stored.citizen_id, case, category=category, deadline=None, not_before=now, now=now
        )
        await self._timed.noted(connection, noted, notice.id)
        for what in told:
            await self._store.notices.note(connection, notice.id, LogEvent.NOTED, now, reason=what.kind)
        plan = await self._planner.plan(connection, notice, now, case=stored)
        await self._planner.place(connection, notice, plan, now)
