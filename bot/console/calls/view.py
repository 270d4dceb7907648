"""What the pages of the telephone show. Of a citizen nothing, until the caller has proven who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.console.calls.desk import CallDesk
from bot.console.calls.rules import due_at, pressure
from bot.console.citizen import CitizenView, masked
from bot.conversation.arranged import Arranged
from bot.conversation.hours import Hours
from bot.runtime import Clock
from bot.store import Store
from casestore.calls.model import ATTEMPTS, MOST_CODES, Call, CallBack, CallBackState
from casestore.staff.model import Member

_REMEMBERED = 5000


class CallView:
    """Reads over one store. Whoever is shown a citizen leaves an audit row, one for each call."""

    def __init__(
        self, store: Store, desk: CallDesk, citizens: CitizenView, hours: Arranged[Hours], clock: Clock
    ) -> None:
        self._store = store
        self._desk = desk
        self._citizens = citizens
        self._arranged = hours
        self._clock = clock
        self._noted: set[tuple[int, int]] = set()

    def goes_on(self, call: Call) -> bool:
        return call.is_open(self._clock())

    async def callbacks(self, who: Member) -> list[dict[str, Any]]:
        """Who is to be rung up at this employee's desks, the oldest wish first."""
        now = self._clock()
        return [self._callback(one, who, now) for one in await self._store.callbacks.open() if who.sees(one.desk)]

    def _callback(self, one: CallBack, who: Member, now: datetime) -> dict[str, Any]:
        return {
            "id": one.id,
            "conversation": one.conversation_id,
            "channel": one.channel,
            "desk": one.desk,
            "about": one.about,
            "by_citizen": not one.opened_by,
            "asked_at": one.asked_at.isoformat(),
            "due_at": due_at(one.asked_at, self._arranged.last).isoformat(),
            "next_at": one.next_at.isoformat() if one.next_at > now else None,
            "attempts": one.attempts,
            "most": ATTEMPTS,
            "agent": "" if one.is_free(now) else one.agent,
            "mine": one.agent == who.email and not one.is_free(now),
            "pressure": pressure(one, now, self._arranged.last),
        }

    async def mine(self, who: Member) -> list[dict[str, Any]]:
        """This employee's calls that go on, and those without a note."""
        now = self._clock()
        return [_brief(call, now) for call in await self._store.calls.of_staff(who.id, now)]

    async def call(self, call: Call, who: Member, language: str) -> dict[str, Any]:
        """One call. ``citizen`` is there from the proof to the end, and no longer."""
        now = self._clock()
        shown: dict[str, Any] = {
            **_brief(call, now),
            "codes": call.codes,
            "codes_left": MOST_CODES - call.codes,
            "note": {"about": call.about or str(call.purpose), "asked": call.asked, "answered": call.answered},
            "noted": call.noted_at is not None,
            "may_note": call.may_be_noted(now),
            "citizen": None,
            "ringing": await self._ringing(call, who, now),
        }
        if call.shows(now) and call.citizen_id is not None:
            await self._read(call, who)
            afm = await self._store.citizens.afm_of(call.citizen_id)
            held = await self._citizens.about(call.citizen_id, now, language)
            shown["citizen"] = {"afm": masked(afm), "level": 2, "shared": False, **held}
        return shown

    async def _ringing(self, call: Call, who: Member, now: datetime) -> dict[str, Any] | None:
        """The number to dial, while this employee rings somebody up."""
        one = None if call.callback_id is None else await self._store.callbacks.find(call.callback_id)
        if one is None or not call.is_open(now):
            return None
        if one.state is not CallBackState.CALLING or one.agent != who.email:
            return None
        number = await self._store.callbacks.number(one.citizen_id)
        return {"number": number, "about": one.about, "attempt": one.attempts + 1, "most": ATTEMPTS}

    async def _read(self, call: Call, who: Member) -> None:
        if (call.id, who.id) not in self._noted:
            await self._desk.read(call, who)
            if len(self._noted) >= _REMEMBERED:
                self._noted.clear()
            self._noted.add((call.id, who.id))


def _brief(call: Call, now: datetime) -> dict[str, Any]:
    return {
        "id": call.id,
        "state": _state(call, now),
        "back": call.callback_id is not None,
        "found_by": str(call.found_by),
        "purpose": str(call.purpose),
        "begun_at": call.begun_at.isoformat(),
        "until": call.expires_at.isoformat(),
        "seconds": max(0, int((call.expires_at - now).total_seconds())),
    }


def _state(call: Call, now: datetime) -> str:
    """``open``, ``proven``, ``over``."""
    if not call.is_open(now):
        return "over"
    return "proven" if call.citizen_id is not None else "open"
