"""Listens to the changes of cases: what is to be told is noted and ordered in the commit that keeps the change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.facts import facts_of
from bot.notices.planner import Plan, Planner
from bot.notices.policy import Category, Policy, deadline_of
from bot.registries.recorder import feed_of
from bot.runtime import Clock
from bot.store import Store
from casestore.cases.model import Change, StoredCase
from casestore.notices.model import Fact, Notice


class Announcer:
    """A :data:`bot.registries.recorder.ChangeListener`. ``gather``: so long after a notice of a case what else changes
    in it is gathered into one more."""

    def __init__(self, *, store: Store, planner: Planner, policy: Policy, clock: Clock, gather: timedelta) -> None:
        self._store = store
        self._notices = store.notices
        self._planner = planner
        self._policy = policy
        self._clock = clock
        self._gather = gather

    async def __call__(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        now = self._clock()
        for change in changes:
            facts = facts_of(change.before.case if change.before else None, change.after.case)
            if facts and await self._is_news(connection, change):
                await self._tell(connection, change.after, facts, now)

    async def _is_news(self, connection: AsyncConnection, change: Change) -> bool:
        """What is read for the first time, or of another citizen, is no news. A case that opens is, once its registry
        was read to the end: before, all that it lists is old."""
        after = change.after
        if change.before is not None:
            return change.before.citizen_id == after.citizen_id
        if after.case.sequence > 1 or after.case.closed:
            return False
        return await self._store.cursors.has_caught_up(connection, feed_of(after.case.registry))

    async def _tell(
        self, connection: AsyncConnection, stored: StoredCase, facts: Sequence[Fact], now: datetime
    ) -> None:
        case, citizen = stored.case, stored.citizen_id
        wanted, _, _ = await self._store.preferences.of_citizen(connection, citizen)
        told = self._policy.told(facts, case.procedure, wanted.news)
        waiting = await self._notices.open_for(connection, citizen, case.reference)
        if told:
            known = await self._notices.known_facts(connection, citizen, case.reference, case.sequence)
            told = {fact: category for fact, category in told.items() if fact.kind not in known}
        if told:
            waiting = await self._noted(connection, stored, told, waiting, now)
            await self._notices.add_facts(connection, waiting, tuple(told), now)
        if waiting is not None:
            await self._order(connection, waiting, stored, now)

    async def _noted(
        self,
        connection: AsyncConnection,
        stored: StoredCase,
        told: Mapping[Fact, Category],
        waiting: Notice | None,
        now: datetime,
    ) -> Notice:
        """The notice that takes these facts in: the one that waits, else a new one."""
        deadline = deadline_of(stored.case, told)
        category = self._policy.category(told, deadline, now)
        if waiting is None:
            return await self._notices.make(
                connection,
                stored.citizen_id,
                stored.case.reference,
                category=category.name,
                deadline=deadline,
                not_before=await self._not_before(connection, stored, category, now),
                now=now,
            )
        values = {"deadline": min(filter(None, (waiting.deadline, deadline)), default=None)}
        pressing = {"category": category.name, "not_before": now} if category.urgent else {}
        await self._notices.change(connection, waiting.id, **values, **pressing)
        return replace(waiting, **values, **pressing)  # type: ignore[arg-type] # columns are named as the fields

    async def _not_before(
        self, connection: AsyncConnection, stored: StoredCase, category: Category, now: datetime
    ) -> datetime:
        """The first goes at once; what follows within minutes comes together. What is urgent waits for nothing."""
        last = await self._notices.last_told(connection, stored.citizen_id, stored.case.reference)
        return now if last is None or category.urgent else max(now, last + self._gather)

    async def _order(self, connection: AsyncConnection, notice: Notice, stored: StoredCase, now: datetime) -> None:
        """Into the outbox, in this commit."""
        plan = await self._planner.plan(connection, notice, now, case=stored)
        sends = await self._store.notice_sends.of(connection, notice.id)
        if isinstance(plan, Plan) and sends:
            await self._planner.replan(connection, notice, sends[-1], plan)
        elif not sends:
            await self._planner.place(connection, notice, plan, now)
