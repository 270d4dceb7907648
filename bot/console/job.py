"""The job that watches takeovers: whoever waits for a person is answered, given back or escalated in time.

- An agent has no page open for a minute while the citizen waits, or has no account any more: back to the queue.
- It was put away until now: it waits again.
- Nobody has answered within the staffed time that an answer may take: escalated, that is shown as overdue, and
  logged.
- Nobody has come in all the staffed time after which it is given back: the bot's, which says so in staffed hours;
  never what is grave.
- Nobody has said anything in an agent's conversation for a day: the bot's, which says so, in staffed hours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.console.speaking import BACK, GIVEN_BACK, Speaking
from bot.conversation.arranged import Arranged, refresh
from bot.conversation.hours import Hours
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.worker import Timer
from casestore.conversations.handovers import GRAVE
from casestore.conversations.ownership import NotOwned, OwnerKind
from casestore.database import StoreDown
from casestore.staff.moves import Move
from casestore.staff.overdue import Open
from casestore.staff.takeovers import Request
from casestore.vault import SealBroken

EVERY = timedelta(seconds=5)
GONE = timedelta(seconds=60)
IDLE = timedelta(days=1)

log = structlog.get_logger(__name__)
Act = Callable[[Open, datetime], Awaitable[None]]


class TakeoverJob:
    """Every worker looks; of two that move the same conversation one does."""

    name = "takeovers"

    def __init__(
        self, *, store: Store, speaking: Speaking, hours: Arranged[Hours], metrics: Metrics, clock: Clock
    ) -> None:
        self._store = store
        self._speaking = speaking
        self._arranged = hours
        self._metrics = metrics
        self._clock = clock
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        if self._timer.is_due(now):
            self._timer.rest_until(now + EVERY)
            await self._look(now)
        return False

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    async def _look(self, now: datetime) -> None:
        await refresh(self._store, self._arranged)
        found = await self._store.overdue.open(now, IDLE)
        self._metrics.waiting.set(sum(one.kind is OwnerKind.QUEUE for one in found))
        self._metrics.escalated.set(sum(one.escalated for one in found))
        for one in found:
            if act := self._due(one, now):
                await self._do(act, one, now)

    @staticmethod
    async def _do(act: Act, one: Open, now: datetime) -> None:
        """What goes wrong with one conversation keeps none behind it waiting."""
        try:
            await act(one, now)
        except NotOwned:
            log.info("takeovers.moved-meanwhile", conversation_id=one.id)
        except StoreDown:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is)
            log.error("takeovers.failed", conversation_id=one.id, error=type(error).__name__)  # noqa: TRY400 (its text)

    @property
    def _hours(self) -> Hours:
        return self._arranged.last

    def _due(self, one: Open, now: datetime) -> Act | None:
        """What its time has come for; of several the first."""
        if one.snoozed_until is not None and one.snoozed_until <= now:
            return self._wake
        if one.snoozed_until is not None:
            return None
        if one.waiting_since is None:
            idle = now - one.last_at >= IDLE and one.kind is OwnerKind.AGENT and self._hours.holds(now)
            return self._end if idle else None
        if one.kind is OwnerKind.AGENT and self._is_gone(one, now):
            return self._lapse
        if one.kind is OwnerKind.QUEUE and one.reason not in GRAVE and self._past(one, self._hours.give_back, now):
            return self._give_back if self._hours.holds(now) else None
        return self._escalate if not one.escalated and self._past(one, self._hours.within, now) else None

    def _past(self, one: Open, length: timedelta, now: datetime) -> bool:
        return one.waiting_since is not None and self._hours.after(one.waiting_since, length) <= now

    @staticmethod
    def _is_gone(one: Open, now: datetime) -> bool:
        """Since the claim is time as well: whoever has just claimed may not have been heard of yet."""
        heard = max(filter(None, (one.agent_present_at, one.owner_since)), default=None)
        return one.agent_disabled or heard is None or now - heard > GONE

    async def _wake(self, one: Open, now: datetime) -> None:
        async with self._store.database.write(wake=True) as connection:
            await self._store.overdue.wake(connection, one, now)

    async def _escalate(self, one: Open, now: datetime) -> None:
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.overdue.escalate(connection, one, now):
                return
            await self._store.takeovers.note(connection, one.id, "takeover.escalated", None, now)
        log.warning("takeovers.escalated", conversation_id=one.id, reason=one.reason)

    async def _lapse(self, one: Open, now: datetime) -> None:
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.overdue.hold(connection, one):
                return
            await self._store.takeovers.move(connection, one.id, Request(Move.LAPSE, one.version), None, now)
        log.warning("takeovers.agent-gone", conversation_id=one.id)

    async def _give_back(self, one: Open, now: datetime) -> None:
        if await self._to_bot(one, Move.GIVE_BACK, GIVEN_BACK, now):
            log.error("takeovers.given-back", conversation_id=one.id, reason=one.reason)

    async def _end(self, one: Open, now: datetime) -> None:
        await self._to_bot(one, Move.IDLE, BACK, now)

    async def _to_bot(self, one: Open, move: Move, name: str, now: datetime) -> bool:
        try:
            chat = await self._store.conversations.chat(one.id)
        except SealBroken:
            chat = None  # nobody can be told, and nobody shall wait for ever
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.overdue.hold(connection, one):
                return False
            moved = await self._store.takeovers.move(connection, one.id, Request(move, one.version), None, now)
            await self._speaking.bot_is_back(connection, one.id, chat, moved.version, now, name)
        return True
