"""The outbox worker: claims what is due on one channel, paces it, sends it, and writes down what became of it.

It alone acts on a :class:`bot.channels.port.SendError`; :meth:`OutboxJob._after` decides. No
transaction is open during a send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Protocol

import structlog
from aiolimiter import AsyncLimiter

from bot.backoff import LOOKS, SEND_ATTEMPTS, Backoff, RetryPolicy
from bot.channels.port import Channel, Outbound, Remedy, SendError, Sent
from bot.messaging.payload import OutboundBody
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.worker import TaskPool
from casestore.groupcommit import GroupCommit
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import TAKEN_OVER, ClaimedDispatch, Outbox
from casestore.queues.results import Outcome, Results

SKEW = timedelta(minutes=2)  # between the provider's clock and ours
AHEAD = 0.5  # seconds' worth of sends that are claimed ahead: who comes now waits behind no more than these
PAUSE = timedelta(seconds=30)  # how long a channel rests when its own set-up is refused

log = structlog.get_logger(__name__)


def bucket(rate: float) -> AsyncLimiter:
    """Lets so many through a second, at once where they come at once; below one a second, one at a time."""
    return AsyncLimiter(max(1.0, rate), max(1.0, 1 / rate))


@dataclass(frozen=True, slots=True)
class Admission:
    """May it go to the provider now? In the words of ``body``; or never, for a ``reason``; or not before ``due_at``."""

    body: str = ""
    reason: str | None = None
    due_at: datetime | None = None


class Gate(Protocol):
    """Looks once more at dispatches of one kind, right before each is sent: what was decided when they were ordered may
    not be so any more. What it notes is committed before it answers."""

    async def admit(self, dispatch: ClaimedDispatch) -> Admission: ...


class OutboxJob:
    """The dispatches of one channel, up to ``concurrency`` sends at once, ``rate`` a second."""

    prompt = True  # somebody waits for each of these: it looks at every hint

    def __init__(
        self,
        *,
        channel: Channel,
        outbox: Outbox,
        results: Results,
        metrics: Metrics,
        runtime: Runtime,
        concurrency: int = 128,
        policy: RetryPolicy | None = None,
        price: float = 0.0,
        gates: Mapping[str, Gate] | None = None,
    ) -> None:
        """``price`` of a part, in euros. ``gates`` by kind of dispatch; what has none goes as it was ordered."""
        self.name = f"outbox-{channel.name}"
        self._channel = channel
        self._outbox = outbox
        self._results = results
        self._metrics = metrics
        self._price = price
        self._gates = gates or {}
        self._clock = runtime.clock
        self._random = runtime.random
        self._new_claim = runtime.new_claim
        self.pool = TaskPool(concurrency)
        self._ahead = max(1, min(concurrency, int(channel.rate * AHEAD)))
        self._pacing: set[int] = set()  # claimed, and not yet let through by the rate
        self._policy = policy or RetryPolicy()
        self._bucket = bucket(channel.rate)
        self._commits: GroupCommit[Outcome] = GroupCommit(results.write)
        self._resting_until: datetime | None = None

    async def step(self) -> bool:
        now = self._clock()
        room = min(self.pool.free, self._ahead - len(self._pacing))
        awake = self._resting_until is None or now >= self._resting_until
        enough = room >= max(1, self._ahead // 8)  # a claim costs a commit: not for a handful while many are out
        taken = await self._claim(now, room) if awake and enough else []
        for dispatch in taken:
            self._pacing.add(dispatch.id)
            self.pool.take(self._deliver(dispatch))
        return bool(taken)

    async def _claim(self, now: datetime, most: int) -> Sequence[ClaimedDispatch]:
        lease = self._policy.send_lease
        return await self._outbox.claim(self._channel.name, now, self._new_claim(), limit=most, lease=lease)

    async def drain(self) -> None:
        await self.pool.empty()

    async def _deliver(self, dispatch: ClaimedDispatch) -> None:
        try:
            outcome = await self._attempt(dispatch)
        finally:
            self._pacing.discard(dispatch.id)
        self._metrics.sends.labels(self._channel.name, outcome.reason or outcome.state).inc()
        await self._write_down(outcome)

    async def _write_down(self, outcome: Outcome) -> None:
        """For as long as nobody else may have the row: a result that is forgotten is a message sent twice."""
        until = self._clock() + self._policy.send_lease
        while True:
            try:
                return await self._commits.put(outcome)
            except Exception as error:
                log.warning("outbox.result-not-kept", outbox_id=outcome.id, error=type(error).__name__)
                if self._clock() >= until:
                    raise
            await asyncio.sleep(self._policy.store_down)

    async def _attempt(self, dispatch: ClaimedDispatch) -> Outcome:
        now = self._clock()
        if dispatch.expires_at is not None and dispatch.expires_at <= now:
            return self._end(dispatch, OutboxState.SKIPPED, "expired")
        if dispatch.attempts > LOOKS:
            return self._end(dispatch, OutboxState.FAILED, "given-up")
        try:
            return await self._look_up_or_send(dispatch)
        except Exception:
            log.exception("outbox.failed", outbox_id=dispatch.id, channel=self._channel.name)
            return self._doubtful(dispatch, "internal-error")

    async def _look_up_or_send(self, dispatch: ClaimedDispatch) -> Outcome:
        address, body = self._outbox.read(dispatch)
        message = OutboundBody.decode(body).outbound(dispatch.id, address)
        if dispatch.in_doubt:
            try:
                found = await self._look_up(dispatch, message)
            except SendError as error:  # the doubt stays; nothing was sent, so none is added
                return self._again(dispatch, error.code, self._policy.look_again)
            if found is not None:
                return self._sent(dispatch, found)
        if dispatch.doubts > self._policy.most_doubts:
            return self._end(dispatch, OutboxState.FAILED, "in-doubt")
        if gate := self._gates.get(dispatch.kind):
            admission = await gate.admit(dispatch)
            if admission.due_at is not None:
                return self._open(dispatch, admission.reason or "", admission.due_at - self._clock())
            if admission.reason is not None:
                return self._end(dispatch, OutboxState.SKIPPED, admission.reason)
            message = OutboundBody.decode(admission.body).outbound(dispatch.id, address)
        await self._paced(dispatch)
        if await self._outbox.is_withdrawn(dispatch, self._clock()):
            return self._end(dispatch, OutboxState.SKIPPED, TAKEN_OVER)
        try:
            return self._sent(dispatch, await self._send(message))
        except SendError as error:
            return await self._after(dispatch, error)

    async def _paced(self, dispatch: ClaimedDispatch) -> None:
        """Wait until the rate lets it through."""
        await self._bucket.acquire()
        self._pacing.discard(dispatch.id)
        self.pool.on_free()

    async def _send(self, message: Outbound) -> Sent:
        started = perf_counter()
        sent = await self._channel.send(message)
        self._metrics.send.labels(self._channel.name).observe(perf_counter() - started)
        return sent

    async def _look_up(self, dispatch: ClaimedDispatch, message: Outbound) -> Sent | None:
        since = dispatch.since - SKEW
        known = await self._results.known_ids(self._channel.name, dispatch.recipient_key, since, excluding=dispatch.id)
        found = await self._channel.find(message, since, known)
        self._metrics.doubts.labels(self._channel.name, "sent again" if found is None else "found").inc()
        return found

    async def _after(self, dispatch: ClaimedDispatch, error: SendError) -> Outcome:
        log.warning("outbox.send-failed", outbox_id=dispatch.id, channel=self._channel.name, code=error.code)
        if error.remedy is Remedy.NEVER:
            return self._end(dispatch, OutboxState.FAILED, error.code)
        if error.remedy is Remedy.STOP_CONTACT:
            await self._results.stop_contact(self._channel.name, dispatch.recipient_key, error.code, self._clock())
            return self._end(dispatch, OutboxState.FAILED, error.code)
        if error.remedy is Remedy.PAGE_OPERATOR:
            log.error("outbox.channel-refused", channel=self._channel.name, code=error.code)
            self._resting_until = self._clock() + PAUSE
            return self._again(dispatch, error.code, self._policy.send_again, at_least=PAUSE.total_seconds())
        if error.remedy is Remedy.UNKNOWN:
            return self._doubtful(dispatch, error.code)
        if dispatch.attempts >= SEND_ATTEMPTS and self._clock() >= dispatch.since + self._policy.patience:
            return self._end(dispatch, OutboxState.FAILED, error.code)
        return self._again(dispatch, error.code, self._policy.send_again, at_least=error.retry_after or 0.0)

    def _sent(self, dispatch: ClaimedDispatch, sent: Sent) -> Outcome:
        self._metrics.parts.labels(self._channel.name).inc(sent.parts)
        self._metrics.spent.labels(self._channel.name).inc(sent.parts * self._price)
        return Outcome(dispatch.id, dispatch.claim, OutboxState.SENT, self._clock(), sent.provider_id, sent.parts)

    def _end(self, dispatch: ClaimedDispatch, state: OutboxState, reason: str) -> Outcome:
        return Outcome(dispatch.id, dispatch.claim, state, self._clock(), reason=reason)

    def _doubtful(self, dispatch: ClaimedDispatch, reason: str) -> Outcome:
        """Sent again only so often, so each time much later: an outage of minutes shall not use up all times."""
        doubts = dispatch.doubts + 1
        wait = self._policy.in_doubt.wait(doubts, self._random)
        if doubts > self._policy.most_doubts:  # no more sending, only a last look
            wait = self._policy.look_again.wait(1, self._random)
        return self._open(dispatch, reason, wait, in_doubt=True)

    def _again(self, dispatch: ClaimedDispatch, reason: str, backoff: Backoff, *, at_least: float = 0.0) -> Outcome:
        wait = backoff.wait(dispatch.attempts, self._random, at_least=at_least)
        return self._open(dispatch, reason, wait)

    def _open(self, dispatch: ClaimedDispatch, reason: str, wait: timedelta, *, in_doubt: bool = False) -> Outcome:
        now = self._clock()
        return Outcome(
            dispatch.id, dispatch.claim, OutboxState.OPEN, now, reason=reason, due_at=now + wait, in_doubt=in_doubt
        )
