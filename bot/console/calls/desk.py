"""What employees do on the telephone: each act is one commit, or nothing. Knows no HTTP.

Before the caller has proven who they are nothing is told of anybody: who is not on record, has no mobile or is at a
limit is met with the same words, and by the same ways.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.console.actions import BadRequest, NotFound, clean
from bot.console.calls.asking import AskingForCalls
from bot.console.calls.finding import afm_of
from bot.console.calls.rules import may_ring, next_chance
from bot.conversation.arranged import Arranged
from bot.conversation.hours import Hours
from bot.runtime import Clock
from bot.store import Store
from casestore.calls.model import Call, CallBack, FoundBy, Outcome, Purpose
from casestore.people.codes import OfCall
from casestore.staff.model import Member

LONGEST_ABOUT = 200


class Refused(Exception):
    """Not now; the text is a word of the page's."""


class CallDesk:
    """The acts, over one store."""

    def __init__(self, store: Store, asking: AskingForCalls, hours: Arranged[Hours], clock: Clock) -> None:
        self._store = store
        self._asking = asking
        self._arranged = hours
        self._clock = clock

    async def call(self, call_id: int, who: Member) -> Call:
        """A call of this employee's own. Raises :class:`NotFound`."""
        found = await self._store.calls.find(call_id)
        if found is None or found.staff_id != who.id:
            raise NotFound
        return found

    # Who is it?

    async def begin(self, who: Member, found_by: FoundBy, value: str, purpose: Purpose) -> int:
        """Somebody is on the line; the call's id. Raises ``BadRequest``, :class:`casestore.calls.model.Limited`."""
        afm, now = await afm_of(self._store, found_by, value), self._clock()
        async with self._store.database.write() as connection:
            made = await self._store.calls.begin(connection, who.id, found_by, purpose, afm, now)
            await self._note(connection, made, "call.begun", who, now, afm=afm, detail=f"{found_by} {purpose}")
        return made

    async def ask_code(self, call: Call, who: Member) -> None:
        """A worker sends it. Raises :class:`casestore.calls.model.Limited`."""
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            await self._store.calls.ask_code(connection, call.id, now)
            await self._note(connection, call.id, "call.code", who, now, afm=call.afm)

    async def prove(self, call: Call, who: Member, typed: str) -> int | None:
        """The code that the caller read aloud: ``None`` where it is right, else how many tries are left."""
        code, now = "".join(letter for letter in typed if letter.isdecimal()), self._clock()
        if not call.is_open(now) or call.citizen_id is not None:
            raise NotFound
        async with self._store.database.write() as connection:
            await self._store.database.alone(connection, f"calls/prove/{call.id}")
            found = await self._store.codes.check_alone(connection, OfCall(call.id), code[:12], now)
            if found is None or found.expired or found.attempts_left <= 0:
                raise Refused("code_none" if found is None else "code_over")
            proof = await self._store.codes.tried(connection, found.id, right=found.right, now=now)
            if proof is None:
                await self._note(connection, call.id, "call.wrong-code", who, now, afm=call.afm)
                return max(0, found.attempts_left - 1)
            citizen = await self._store.citizens.ensure_one(connection, proof.afm, now)
            if not await self._store.calls.prove(connection, call.id, citizen, now):
                raise NotFound
            await self._note(connection, call.id, "call.proven", who, now, afm=proof.afm)
        return None

    async def end(self, call: Call, who: Member) -> None:
        now = self._clock()
        async with self._store.database.write() as connection:
            if await self._store.calls.finish(connection, call.id, now):
                await self._note(connection, call.id, "call.ended", who, now, afm=await self.afm(call))

    async def afm(self, call: Call) -> str:
        """Of whom it is; empty where nobody knows."""
        return call.afm if call.citizen_id is None else await self._store.citizens.afm_of(call.citizen_id)

    # What was said

    async def note(self, call: Call, who: Member, about: str, asked: str, answered: str) -> None:
        """Raises :class:`NotFound` where it is not known whose call it was, or it was long ago."""
        now = self._clock()
        if not call.may_be_noted(now):
            raise NotFound
        if about not in {str(one) for one in Purpose}:
            raise BadRequest("about")
        asked, answered = clean(asked), clean(answered)
        async with self._store.database.write() as connection:
            await self._store.calls.note(connection, call.id, about, asked, answered, now)
            await self._note(connection, call.id, "call.noted", who, now, afm=await self.afm(call))

    # Ringing up

    async def call_back(self, who: Member, citizen_id: int, conversation_id: int, key: str, about: str = "") -> None:
        """The citizen is to be rung up. Raises :class:`Refused`, :class:`casestore.calls.model.Limited`."""
        if not await self._store.callbacks.number(citizen_id):
            raise Refused("no_number")
        about, now = clean(about) if about.strip() else "", self._clock()
        if len(about) > LONGEST_ABOUT:
            raise BadRequest("about")
        async with self._store.database.write(wake=True) as connection:
            if not await self._asking.open(
                connection,
                citizen_id,
                conversation_id,
                key,
                now,
                opened_by=who.email,
                about=about,
            ):
                raise Refused("callback_open")

    async def callback(self, callback_id: int, who: Member) -> CallBack:
        """Raises :class:`NotFound` where it is not at this employee's desks."""
        found = await self._store.callbacks.find(callback_id)
        if found is None or not who.sees(found.desk):
            raise NotFound
        return found

    async def ring(self, one: CallBack, who: Member) -> int:
        """This employee rings them up now: the call's id. Raises :class:`Refused`."""
        now, afm = self._clock(), await self._store.citizens.afm_of(one.citizen_id)
        wanted, _, _ = await self._store.preferences.of(one.citizen_id)
        if not may_ring(now, self._arranged.last, wanted.times()):
            raise Refused("not_now")
        if one.attempts and now < one.next_at:
            raise Refused("too_early")
        async with self._store.database.write() as connection:
            if not await self._store.callbacks.claim(connection, one, who.email, now):
                raise Refused("taken")
            made = await self._store.calls.begin(
                connection, who.id, FoundBy.CALLBACK, Purpose.OTHER, afm, now, callback_id=one.id
            )
            await self._note(connection, made, "callback.number", who, now, afm=afm)
        return made

    async def outcome(self, call: Call, who: Member, outcome: Outcome) -> None:
        """What came of it. Who was reached stays on the line. Raises :class:`Refused`."""
        one = None if call.callback_id is None else await self._store.callbacks.find(call.callback_id)
        if one is None:
            raise NotFound
        now = self._clock()
        wanted, _, _ = await self._store.preferences.of(one.citizen_id)
        next_at = next_chance(now, self._arranged.last, wanted.times())
        async with self._store.database.write(wake=True) as connection:
            state = await self._store.callbacks.attempted(connection, one, who.email, outcome, now, next_at)
            if state is None:
                raise Refused("taken")
            if outcome is not Outcome.REACHED:
                await self._store.calls.finish(connection, call.id, now)
            await self._asking.tell(connection, one, state, outcome, now)
            await self._note(
                connection, call.id, "callback.outcome", who, now, afm=await self.afm(call), detail=outcome
            )

    async def _note(
        self,
        connection: AsyncConnection,
        call_id: int,
        action: str,
        who: Member,
        now: datetime,
        *,
        afm: str,
        detail: str = "",
    ) -> None:
        subject = self._store.vault.index("afm", afm) if afm else None
        told = f"call {call_id} {detail}".strip()
        await self._store.audits.note(connection, action, told, now, subject_key=subject, actor=who.email)

    async def read(self, call: Call, who: Member) -> None:
        """This employee sees what is held of whoever is on the line: one row a call."""
        now, afm = self._clock(), await self.afm(call)
        async with self._store.database.write() as connection:
            await self._note(connection, call.id, "call.read", who, now, afm=afm)
