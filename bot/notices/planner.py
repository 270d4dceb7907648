"""Where a notice goes, when, and why not: decided in the transaction that writes it down, from what is so then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.facts import CHANNELS
from bot.messaging.payload import OutboundBody
from bot.notices.mass.restore import RestoreGuard
from bot.notices.mass.text import MassText
from bot.notices.policy import Category, Policy
from bot.notices.revoked_text import RevokedText
from bot.notices.text import NoticeMessage, NoticeText
from bot.notices.timing import Timings, holds
from bot.store import Store
from casestore.broadcasts.model import BroadcastState, Role
from casestore.cases.model import StoredCase
from casestore.notices.model import Fact, LogEvent, Notice, NoticeState, Send, request_of
from casestore.notices.sends import NewSend
from casestore.people.preferences import ContactPoint, Occasion, Suppressed, route_notice
from casestore.queues.outbox import Dispatch, Kind

USEFUL = timedelta(days=3)  # after it was due: later it would be no news
UNHEARD = timedelta(days=1)  # after which a message of whose arrival nobody says anything is not waited for
NO_POINT, OVERTAKEN = "no-contact-point", "overtaken"
HELD = Suppressed("paused")
"""Not now: the mass notice that it is part of is paused."""
PutIntoWords = Callable[[str, str, bool], NoticeMessage | None]
"""Puts a notice into words for a language, a channel and whether it is the first there; ``None``: nothing holds."""


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
        mass: MassText,
        revoked: RevokedText,
        policy: Policy,
        timings: Timings,
        default: bool,
        quiet: bool,
        channels: Sequence[str],
        guard: RestoreGuard | None = None,
    ) -> None:
        """``guard``: of mass notices, for whoever sends them; without one none is sent."""
        self._store = store
        self._text = text
        self._mass = mass
        self._revoked = revoked
        self._guard = guard or RestoreGuard()
        self._policy = policy
        self._timings = timings
        self._default = default
        self._quiet = quiet
        self._channels = tuple(channels)

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that are on."""
        return self._channels

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
        words = await self._words(connection, notice, case, now)
        if isinstance(words, Suppressed):
            return words
        wanted, consented, points = await self._store.preferences.of_citizen(connection, notice.citizen_id)
        routed = route_notice(wanted, consented, points, now, self.occasion(notice, now, tried))
        if isinstance(routed, Suppressed):
            return routed
        talk = await self._store.conversations.ensure(connection, routed.point.id, now)
        told = await self._store.notice_sends.told_at(connection, [routed.point.id], but=notice.id)
        message = words(talk.language, routed.point.channel, not told)
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
        if plan == HELD:
            await self._store.notices.change(connection, notice.id, due_at=None)
            return
        if isinstance(plan, Suppressed):
            await self._store.notices.settle(connection, notice, NoticeState.SKIPPED, now, plan.reason)
            return
        addresses = await self._store.notice_sends.addresses_of(connection, [plan.point.id])
        dispatch = self.dispatch(notice.category, plan, addresses[plan.point.id])
        await self._store.notice_sends.add_all(connection, [NewSend(notice.id, number, plan.point.id, dispatch)], now)
        await self._store.notices.change(
            connection, notice.id, due_at=plan.at + USEFUL, response=plan.message.about or None
        )
        until = plan.at if plan.at > now else None
        await self._store.notices.note(connection, notice.id, event, now, channel=plan.point.channel, until=until)

    async def replan(self, connection: AsyncConnection, notice: Notice, send: Send, plan: Plan) -> None:
        """More has changed before it went: it goes when the plan says; where is decided as it goes."""
        await self._store.notice_sends.move(connection, send, plan.at)
        await self._store.notices.change(
            connection, notice.id, due_at=plan.at + USEFUL, response=plan.message.about or None
        )

    def dispatch(self, category: str, plan: Plan, address: str, said: tuple[str, int] | None = None) -> Dispatch:
        """The row of the outbox that the plan means; its key is given with its number. ``said``: its message as
        :func:`written` has it, where that is known."""
        body, parts = said or written(plan.point.channel, plan.message)
        return Dispatch(
            key="",
            channel=plan.point.channel,
            address=address,
            body=body,
            kind=Kind.CASE,
            priority=self._policy.categories[category].lane,
            conversation_id=plan.conversation_id,
            due_at=plan.at,
            expires_at=plan.at + USEFUL,
            parts=parts,
        )

    async def _words(
        self, connection: AsyncConnection, notice: Notice, case: StoredCase | None, now: datetime
    ) -> PutIntoWords | Suppressed:
        """How it is put into words as everything stands now, or why it is not sent."""
        if notice.broadcast_id is not None:
            return await self._words_to_many(connection, notice.broadcast_id, now)
        if (request := request_of(notice.reference)) is not None:
            return await self._words_of_certificate(connection, notice, request)
        case = case or await self._store.cases.on_record(connection, notice.reference)
        if case is None or case.citizen_id != notice.citizen_id:
            return Suppressed("not-theirs")
        stands, facts = case.case, await self.facts(connection, notice, case, now)
        return lambda language, channel, first: self._text.compose(stands, facts, language, channel, first=first)

    async def _words_of_certificate(
        self, connection: AsyncConnection, notice: Notice, request: str
    ) -> PutIntoWords | Suppressed:
        paper = await self._store.revoked.of_request(connection, request)
        if paper is None or paper.citizen_id != notice.citizen_id:
            return Suppressed("not-theirs")
        return lambda language, channel, first: self._revoked.compose(paper, language, channel, first=first)

    async def _words_to_many(
        self, connection: AsyncConnection, broadcast_id: int, now: datetime
    ) -> PutIntoWords | Suppressed:
        broadcast = await self._store.broadcasts.get(connection, broadcast_id)
        if broadcast is None or broadcast.state is BroadcastState.STOPPED:
            return Suppressed("stopped")
        if not self._guard.lets(broadcast, now):
            return HELD
        texts = (await self._store.broadcasts.texts(connection, broadcast_id))[Role.NOTICE]
        return lambda language, channel, first: self._mass.compose(texts, language, channel, first=first)

    def occasion(self, notice: Notice, now: datetime, tried: frozenset[str] = frozenset()) -> Occasion:
        """What it is for, as far as it decides where it goes."""
        return self.occasion_of(
            self._policy.categories[notice.category], max(now, notice.not_before), notice.deadline, tried
        )

    def occasion_of(
        self,
        category: Category,
        now: datetime,
        deadline: datetime | None = None,
        tried: frozenset[str] = frozenset(),
    ) -> Occasion:
        """The same of something of this category."""
        return Occasion(
            now,
            urgent=category.urgent,
            deadline=deadline,
            default=self._default,
            order=self._channels,
            without=tried,
            quiet=self._quiet,
        )


def written(channel: str, message: NoticeMessage) -> tuple[str, int]:
    """The message as the outbox keeps it, and as how many parts it is billed. A notice is short enough for one."""
    facts = CHANNELS[channel]
    part = facts.compose(message.reply)[0]
    return OutboundBody.of(part).encode(), facts.parts(part)
