"""The job of notices: what became of what was sent, what nobody answers for, and what waits for a number."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.numbers import NumberCheck
from bot.notices.planner import HELD, NO_POINT, UNHEARD, Plan, Planner
from bot.runtime import Clock
from bot.store import Store
from casestore.notices.model import TOO_SLOW, LogEvent, Notice, NoticeState, Progress, Send
from casestore.people.preferences import Suppressed

BATCH = 50
IN_HAND = timedelta(seconds=10)  # when a send is looked at again that a worker has at this moment
AGAIN = timedelta(minutes=1)  # after the contact registry could not tell, or while a mass notice is paused
PATIENCE = timedelta(hours=12)  # for a contact registry that cannot tell

log = structlog.get_logger(__name__)


class NoticesJob:
    """Follows notices to their end. Each step of each is a commit of its own."""

    name = "notices"

    def __init__(self, *, store: Store, planner: Planner, numbers: NumberCheck, clock: Clock) -> None:
        self._store = store
        self._notices = store.notices
        self._sends = store.notice_sends
        self._planner = planner
        self._numbers = numbers
        self._clock = clock

    async def step(self) -> bool:
        now = self._clock()
        changed = await self._notices.changed(now, BATCH)
        for send in changed:
            await self._follow(send, now)
        due = await self._notices.due(now, BATCH)
        for notice in due:
            await self._take_up(notice, now)
        return bool(changed or due)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    # What became of a send

    async def _follow(self, send: Send, now: datetime) -> None:
        async with self._store.database.write(wake=True) as connection:
            notice = await self._notices.hold(connection, send.notice_id)
            if notice is None:
                return
            fresh = await self._sends.looked_at(connection, send, done=send.progress is Progress.SEEN, now=now)
            await self._note(connection, notice, fresh, now)
            if fresh.progress.arrived:
                await self._arrived(connection, notice, fresh, now)
            elif notice.state is NoticeState.OPEN:
                await self._ended(connection, notice, fresh, now)

    async def _note(self, connection: AsyncConnection, notice: Notice, send: Send, now: datetime) -> None:
        if send.progress not in (Progress.WAITING, Progress.SKIPPED):  # who skips it says so
            event = LogEvent(send.progress)
            await self._notices.note(connection, notice.id, event, now, channel=send.channel, reason=send.reason)

    async def _arrived(self, connection: AsyncConnection, notice: Notice, send: Send, now: datetime) -> None:
        """What is not sent yet is not sent any more; all else is history."""
        for other in await self._sends.of(connection, notice.id):
            if other.id != send.id and await self._sends.cancel(connection, other, "arrived-already", now):
                await self._notices.note(
                    connection, notice.id, LogEvent.SKIPPED, now, channel=other.channel, reason="arrived-already"
                )
        await self._notices.settle(connection, notice, NoticeState.TOLD, now)

    async def _ended(self, connection: AsyncConnection, notice: Notice, send: Send, now: datetime) -> None:
        """It failed, or nobody can say whether it was taken: the next channel, if this was the last."""
        last = (await self._sends.of(connection, notice.id))[-1]
        if last.id != send.id or send.progress in (Progress.WAITING, Progress.SENT):
            return
        if send.progress is Progress.SKIPPED:
            if send.reason == "expired":
                await self._notices.settle(connection, notice, NoticeState.SKIPPED, now, "expired")
            return
        await self._fall_back(connection, notice, now, send.progress)

    # What is due

    async def _take_up(self, notice: Notice, now: datetime) -> None:
        if not await self._has_sends(notice):
            await self._ask_and_order(notice, now)
            return
        async with self._store.database.write(wake=True) as connection:
            held = await self._notices.hold(connection, notice.id)
            if held is None or held.state is not NoticeState.OPEN or held.due_at != notice.due_at:
                return  # it has moved on since we looked
            last = (await self._sends.of(connection, notice.id))[-1]
            if last.in_hand:
                await self._notices.change(connection, notice.id, due_at=now + IN_HAND)
            else:
                await self._silent(connection, held, last, now)

    async def _has_sends(self, notice: Notice) -> bool:
        async with self._store.database.read() as connection:
            return bool(await self._sends.of(connection, notice.id))

    async def _ask_and_order(self, notice: Notice, now: datetime) -> None:
        """No contact point was known when it was noted: the contact registry may know one."""
        asked = await self._numbers.ask(notice.citizen_id, f"notice:{notice.id}")
        async with self._store.database.write(wake=True) as connection:
            held = await self._notices.hold(connection, notice.id)
            moved_on = held is None or held.state is not NoticeState.OPEN or held.due_at != notice.due_at
            if held is None or moved_on or await self._sends.of(connection, notice.id):
                return
            plan = await self._planner.plan(connection, held, now)
            if plan == Suppressed(NO_POINT) and not asked and now < notice.created_at + PATIENCE:
                await self._notices.change(connection, notice.id, due_at=now + AGAIN)
            else:
                await self._planner.order(connection, held, plan, now)

    async def _silent(self, connection: AsyncConnection, notice: Notice, last: Send, now: datetime) -> None:
        """No word of its arrival came in time. What still waits for a provider is taken back first."""
        waiting = last.progress is Progress.WAITING
        if waiting and not await self._sends.cancel(connection, last, TOO_SLOW, now):
            await self._notices.change(connection, notice.id, due_at=now + IN_HAND)
            return
        failed = waiting or last.progress is Progress.FAILED
        await self._fall_back(connection, notice, now, Progress.FAILED if failed else Progress.UNKNOWN)

    async def _fall_back(self, connection: AsyncConnection, notice: Notice, now: datetime, progress: Progress) -> None:
        """The next channel, once; where there is none, a silent one is waited for a while longer."""
        sends = await self._sends.of(connection, notice.id)
        tried = frozenset(send.channel for send in sends if send.was_tried or send is sends[-1])
        plan = await self._planner.plan(connection, notice, now, tried=tried)
        if plan == HELD:  # it is looked at until the mass notice goes on, or is stopped
            await self._notices.change(connection, notice.id, due_at=now + AGAIN)
            return
        if isinstance(plan, Plan):
            await self._planner.order(connection, notice, plan, now, number=len(sends), event=LogEvent.FALLBACK)
            return
        until = (sends[-1].told_at or now) + UNHEARD
        if progress is Progress.UNKNOWN and sends[-1].progress is Progress.SENT and now < until:
            await self._notices.change(connection, notice.id, due_at=until)
            return
        state = NoticeState.UNKNOWN if progress is Progress.UNKNOWN else NoticeState.FAILED
        await self._notices.settle(connection, notice, state, now, sends[-1].reason or plan.reason)
