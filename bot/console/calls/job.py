"""The job of the telephone: codes that callers wait for, calls that time has ended, call-backs nobody managed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.console.calls.asking import AskingForCalls
from bot.console.calls.rules import is_given_up
from bot.conversation.arranged import Arranged, refresh
from bot.conversation.effects import SMS, Wording
from bot.conversation.hours import Hours
from bot.messaging.compose import Recipient, compose
from bot.runtime import Clock
from bot.store import Store
from bot.worker import Timer
from casestore.calls.model import Call, CallBack, CallBackState
from casestore.people.codes import LIFETIME, OfCall
from casestore.queues.outbox import Kind, Priority
from connectors.audit import CallCause, audit_cause
from connectors.registry import ContactRegistry, RegistryError

EVERY = timedelta(seconds=5)
NOBODY = "nobody/"  # stands for the tax number where none was found: a code that nothing matches is kept all the same

log = structlog.get_logger(__name__)


class CallsJob:
    """Every worker looks; of two that do the same one does."""

    name = "calls"

    def __init__(
        self,
        *,
        store: Store,
        contacts: ContactRegistry | None,
        asking: AskingForCalls,
        wording: Wording,
        hours: Arranged[Hours],
        new_code: Callable[[], str],
        sms_on: bool,
        clock: Clock,
    ) -> None:
        self._store = store
        self._contacts = contacts
        self._asking = asking
        self._wording = wording
        self._arranged = hours
        self._new_code = new_code
        self._sms_on = sms_on
        self._clock = clock
        self._timer = Timer()

    async def step(self) -> bool:
        now = self._clock()
        due = await self._store.calls.codes_due(now)
        for call in due:
            await self._send_code(call, now)
        if self._timer.is_due(now):
            self._timer.rest_until(now + EVERY)
            await refresh(self._store, self._arranged)
            await self._end_calls(now)
            await self._give_up(now)
        return bool(due)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""

    # Codes

    async def _send_code(self, call: Call, now: datetime) -> None:
        """To the mobile that the registry holds at this moment; where there is none, or nobody, a row is kept that
        counts and matches nothing, so that whoever asks learns nothing from what comes after."""
        mobile = await self._mobile(call)
        code, sent = self._new_code(), mobile is not None and self._sms_on
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.calls.code_sent(connection, call):
                return
            afm = call.afm or f"{NOBODY}{call.id}"
            issued = await self._store.codes.issue(
                connection, OfCall(call.id), afm, code, now, sent=sent, mobile=mobile
            )
            if not issued or not sent or mobile is None:
                return
            reply = self._wording.say("utter_call_code_sms", "el", SMS, code=code)
            key = f"call:{call.id}:{call.codes}"
            composed = compose(
                reply,
                Recipient(SMS, mobile),
                key,
                now,
                kind=Kind.CODE,
                priority=Priority.CODE,
                expires_at=now + LIFETIME,
            )
            await self._store.outbox.add(connection, composed.dispatches, now)

    async def _mobile(self, call: Call) -> str | None:
        if not call.afm or self._contacts is None:
            return None
        self._contacts.forget(call.afm)
        try:
            with audit_cause(CallCause(protocol=f"call:{call.id}")):
                return await self._contacts.mobile_of(call.afm)
        except RegistryError as error:
            log.warning("calls.no-mobile", call_id=call.id, reason=error.reason)
            return None

    # Time

    async def _end_calls(self, now: datetime) -> None:
        for call in await self._store.calls.overdue(now):
            async with self._store.database.write() as connection:
                if await self._store.calls.finish(connection, call.id, now):
                    detail = f"call {call.id} time"
                    await self._store.audits.note(connection, "call.ended", detail, now, actor="service")

    async def _give_up(self, now: datetime) -> None:
        """In staffed hours, for their citizens are told."""
        if not self._arranged.last.holds(now):
            return
        for one in await self._store.callbacks.open():
            if is_given_up(one, now, self._arranged.last) and one.is_free(now):
                await self._fail(one, now)

    async def _fail(self, one: CallBack, now: datetime) -> None:
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.callbacks.end(connection, one, CallBackState.FAILED, now):
                return
            await self._asking.tell(connection, one, CallBackState.FAILED, None, now)
        log.error("calls.call-back-failed", callback_id=one.id, attempts=one.attempts)
