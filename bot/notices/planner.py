"""Where a notice goes, when, and why not: decided in the transaction that writes it down, from what is so then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.facts import CHANNELS
from bot.messaging.payload import OutboundBody
from bot.notices.policy import Category, Policy
from bot.notices.text import NoticeMessage, NoticeText
from bot.notices.timing import Timings, holds
from bot.store import Store
from casestore.cases.model import StoredCase
from casestore.notices.model import Fact, LogEvent, Notice, NoticeState, Send
from casestore.people.preferences import ContactPoint, Occasion, Suppressed, route_notice
from casestore.queues.outbox import Dispatch, Kind

USEFUL = timedelta(days=3)  # after it was due: later it would be no news
UNHEARD = timedelta(days=1)  # after which a message of whose arrival nobody says anything is not waited for
NO_POINT, OVERTAKEN = "no-contact-point", "overtaken"


@dataclass(frozen=True, slots=True)
class Plan:
    """It goes to this contact point, not before ``at``, in these words, in this conversation."""

    point: ContactPoint
    at: datetime
    message: NoticeMessage
    conversation_id: int


class Planner:
    """``default``: are those told who said neither yes nor no? ``quiet``: do hours count? ``channels``: those that are
    on, in this order."""

    def __init__(
        self,
        *,
        store: Store,
        text: NoticeText,
        policy: Policy,
        timings: Timings,
        default: bool,
        quiet: bool,
        channels: Sequence[str],
    ) -> None:
        self._store = store
        self._text = text
        self._policy = policy
        self._timings = timings
        self._default = default
        self._quiet = quiet
        self._channels = tuple(channels)

    def category(self, notice: Notice) -> Category:
        return self._policy.categories[notice.category]

    def silence(self, notice: Notice, channel: str) -> timedelta:
        """So long after it went is its arrival waited for there."""
        return self._policy.silence(notice.category, channel) or UNHEARD

    async def plan(
        self,
        connection: AsyncConnection,
        notice: Notice,
        now: datetime,
        *,
        case: StoredCase | None = None,
        tried: frozenset[str] = frozenset(),
    ) -> Plan | Suppressed:
        """What is to be done about it as everything stands now. ``case``: as it is on record, if that is known."""
        case = case or await self._store.cases.on_record(connection, notice.reference)
        if case is None or case.citizen_id != notice.citizen_id:
            return Suppressed("not-theirs")
        wanted, words, points = await self._store.preferences.of_citizen(connection, notice.citizen_id)
        routed = route_notice(wanted, words, points, now, self._occasion(notice, now, tried))
        if isinstance(routed, Suppressed):
            return routed
        talk = await self._store.conversations.ensure(connection, routed.point.id, now)
        message = self._text.compose(
            case.case,
            await self.facts(connection, notice, case, now),
            talk.language,
            routed.point.channel,
            first=await self._store.notice_sends.is_first(connection, routed.point.id, but=notice.id),
        )
        return Plan(routed.point, routed.at, message, talk.id) if message else Suppressed(OVERTAKEN)

    async def facts(
        self, connection: AsyncConnection, notice: Notice, stored: StoredCase, now: datetime
    ) -> tuple[Fact, ...]:
        """What it tells. Of what time brought, as far as that holds at this moment: what was handed in meanwhile is not
        reminded of, though nobody has decided on it."""
        noted = await self._store.notices.facts(connection, notice.id)
        by_time = await self._store.timed_facts.of_notice(connection, notice.id)
        if not by_time:
            return noted
        under_way = await self._store.documents.under_way(connection, notice.citizen_id, notice.reference)
        timing = self._timings.of(stored.case.procedure)
        found = (holds(fact, timing, stored.case, under_way, now) for fact in by_time)
        return (*noted, *(fact for fact in found if fact))

    async def place(self, connection: AsyncConnection, notice: Notice, plan: Plan | Suppressed, now: datetime) -> None:
        """Order it. Where no contact point is known the job asks the contact registry first, and then orders."""
        if plan != Suppressed(NO_POINT):
            await self.order(connection, notice, plan, now)

    async def order(
        self,
        connection: AsyncConnection,
        notice: Notice,
        plan: Plan | Suppressed,
        now: datetime,
        *,
        number: int = 0,
        event: LogEvent = LogEvent.ORDERED,
    ) -> None:
        """Put it into the outbox as the send of this number, or end it and say why."""
        if isinstance(plan, Suppressed):
            await self._store.notices.settle(connection, notice, NoticeState.SKIPPED, now, plan.reason)
            return
        body, parts = written(plan)
        dispatch = Dispatch(
            key=f"notice:{notice.id}:{number}",
            channel=plan.point.channel,
            address=await self._store.notice_sends.address_of(connection, plan.point.id),
            body=body,
            kind=Kind.CASE,
            priority=self.category(notice).lane,
            conversation_id=plan.conversation_id,
            due_at=plan.at,
            expires_at=plan.at + USEFUL,
            parts=parts,
        )
        await self._store.notice_sends.add(connection, notice, plan.point.id, dispatch, now)
        await self._store.notices.change(connection, notice.id, due_at=plan.at + USEFUL, response=plan.message.about)
        until = plan.at if plan.at > now else None
        await self._store.notices.note(connection, notice.id, event, now, channel=plan.point.channel, until=until)

    async def replan(self, connection: AsyncConnection, notice: Notice, send: Send, plan: Plan) -> None:
        """More has changed before it went: it goes when the plan says; where is decided as it goes."""
        await self._store.notice_sends.move(connection, send, plan.at)
        await self._store.notices.change(connection, notice.id, due_at=plan.at + USEFUL, response=plan.message.about)

    def _occasion(self, notice: Notice, now: datetime, tried: frozenset[str]) -> Occasion:
        return Occasion(
            max(now, notice.not_before),
            urgent=self.category(notice).urgent,
            deadline=notice.deadline,
            default=self._default,
            order=self._channels,
            without=tried,
            quiet=self._quiet,
        )


def written(plan: Plan) -> tuple[str, int]:
    """The message as the outbox keeps it, and as how many parts it is billed. A notice is short enough for one."""
    facts = CHANNELS[plan.point.channel]
    part = facts.compose(plan.message.reply)[0]
    return OutboundBody.of(part).encode(), facts.parts(part)
