"""The last look at a notice before a provider is called: the number, the wishes, the word on alerts, the case.

The contact registry is asked with no transaction open; then one transaction decides from what is so at that moment, and
notes that the notice goes. Whatever is changed after it is too late for this notice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messaging.outbox import Admission
from bot.messaging.payload import OutboundBody
from bot.notices.numbers import NumberCheck
from bot.notices.planner import HELD, NO_POINT, Plan, Planner, written
from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.transcript import Author, Line
from casestore.database import StoreDown
from casestore.notices.model import LogEvent, Notice, NoticeState, Send
from casestore.people.preferences import Suppressed
from casestore.queues.outbox import ClaimedDispatch

AGAIN = timedelta(minutes=1)  # after the contact registry, or the store, could not tell
TROUBLE: tuple[type[Exception], ...] = (DBAPIError, *StoreDown)
MOST_SENDS = 4
NUMBER_CHANGED = "number-changed"

log = structlog.get_logger(__name__)


class NoticeGate:
    """Implements :class:`bot.messaging.outbox.Gate`."""

    def __init__(self, *, store: Store, planner: Planner, numbers: NumberCheck, clock: Clock) -> None:
        self._store = store
        self._notices = store.notices
        self._planner = planner
        self._numbers = numbers
        self._clock = clock

    async def admit(self, dispatch: ClaimedDispatch) -> Admission:
        try:
            return await self._admit(dispatch)
        except TROUBLE as error:
            log.warning("notice.not-decided", outbox_id=dispatch.id, error=type(error).__name__)
            return Admission(reason="not-decided", due_at=self._clock() + AGAIN)

    async def _admit(self, dispatch: ClaimedDispatch) -> Admission:
        send = await self._store.notice_sends.of_dispatch(dispatch.id)
        if send is None:
            return Admission(reason="erased")
        if not await self._numbers.confirm(send):
            return Admission(reason="registry-silent", due_at=self._clock() + AGAIN)
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            notice = await self._notices.hold(connection, send.notice_id)
            sends = await self._store.notice_sends.of(connection, send.notice_id)
            if notice is None or notice.state is not NoticeState.OPEN or sends[-1].id != send.id:
                return Admission(reason="superseded")
            return await self._decide(connection, notice, sends, now)

    async def _decide(self, connection: AsyncConnection, notice: Notice, sends: list[Send], now: datetime) -> Admission:
        *earlier, send = sends
        if any(one.progress.arrived for one in earlier):
            await self._notices.settle(connection, notice, NoticeState.TOLD, now)
            return await self._end(connection, notice, send, "arrived-already", now)
        tried = frozenset(one.channel for one in earlier if one.was_tried)
        plan = await self._planner.plan(connection, notice, now, tried=tried)
        if plan == HELD:
            return Admission(reason=HELD.reason, due_at=now + AGAIN)
        if isinstance(plan, Suppressed):
            reason = NUMBER_CHANGED if plan.reason == NO_POINT else plan.reason
            await self._notices.settle(connection, notice, NoticeState.SKIPPED, now, reason)
            return Admission(reason=reason)
        if plan.point.id != send.contact_point_id:
            return await self._reroute(connection, notice, send, plan, now)
        if plan.at > now:
            return await self._hold(connection, notice, send, plan, now)
        return await self._let_through(connection, notice, send, plan, now)

    async def _end(
        self, connection: AsyncConnection, notice: Notice, send: Send, reason: str, now: datetime
    ) -> Admission:
        await self._notices.note(connection, notice.id, LogEvent.SKIPPED, now, channel=send.channel, reason=reason)
        return Admission(reason=reason)

    async def _reroute(
        self, connection: AsyncConnection, notice: Notice, send: Send, plan: Plan, now: datetime
    ) -> Admission:
        """Another contact point is right by now: this row ends, and one for that follows."""
        if send.told_at is not None:
            return await self._let_through(connection, notice, send, plan, now)
        await self._notices.note(connection, notice.id, LogEvent.REROUTED, now, channel=plan.point.channel)
        if send.number + 1 >= MOST_SENDS:
            await self._notices.settle(connection, notice, NoticeState.SKIPPED, now, "rerouted")
        else:
            await self._planner.order(connection, notice, plan, now, number=send.number + 1)
        return Admission(reason="rerouted")

    async def _hold(
        self, connection: AsyncConnection, notice: Notice, send: Send, plan: Plan, now: datetime
    ) -> Admission:
        await self._notices.note(
            connection, notice.id, LogEvent.HELD, now, channel=send.channel, reason="quiet", until=plan.at
        )
        await self._planner.replan(connection, notice, send, plan)
        return Admission(reason="quiet", due_at=plan.at)

    async def _let_through(
        self, connection: AsyncConnection, notice: Notice, send: Send, plan: Plan, now: datetime
    ) -> Admission:
        """Noted and said, in this commit: what the citizen reads is what the transcript has."""
        body, parts = written(plan.point.channel, plan.message)
        await self._store.notice_sends.let_through(connection, send, body, parts, now)
        if send.told_at is None:
            await self._notices.note(connection, notice.id, LogEvent.LET_THROUGH, now, channel=send.channel)
            due = now + self._planner.silence(notice, send.channel)
            values = {"due_at": due, "told_at": notice.told_at or now, "response": plan.message.about or None}
            await self._notices.change(connection, notice.id, **values)
        line = Line(send.key, Author.BOT, OutboundBody.decode(body).text, now, plan.message.about)
        await self._store.transcript.add_lines(connection, plan.conversation_id, [line], notice.citizen_id)
        return Admission(body)
