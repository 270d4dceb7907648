"""What a call and a call-back are, and how they end. Data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNPROVEN_FOR = timedelta(minutes=30)
"""So long a call may go on before its caller has proven anything."""
PROVEN_FOR = timedelta(minutes=30)
"""So long after the proof what is held is shown; then the caller proves it again, in a call of its own."""
MOST_CODES = 3  # of a call
PER_HOUR, PER_DAY = 30, 120  # calls of an employee: who looks up number after number is stopped
NOTE_WITHIN = timedelta(days=1)  # so long after its end a call may be noted


class Purpose(StrEnum):
    """Why somebody is looked up: asked for each time, kept in the audit log."""

    CASE = "case"
    CERTIFICATE = "certificate"
    PAPERS = "papers"
    COMPLAINT = "complaint"
    OTHER = "other"


class FoundBy(StrEnum):
    MOBILE = "mobile"
    AFM = "afm"
    REFERENCE = "reference"
    CALLBACK = "callback"  # we rang them up


class Limited(Exception):
    """Enough for now: of look-ups of this employee, of codes in this call, of call-backs of this citizen."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call. ``afm``: who may be on the line, until they have proven it. ``citizen_id``: who is."""

    id: int
    staff_id: int
    callback_id: int | None
    citizen_id: int | None
    purpose: Purpose
    found_by: FoundBy
    afm: str
    begun_at: datetime
    codes: int
    code_asked_at: datetime | None
    proven_at: datetime | None
    expires_at: datetime
    finished_at: datetime | None
    about: str = ""
    asked: str = ""
    answered: str = ""
    noted_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return self.finished_at is None and now < self.expires_at

    def shows(self, now: datetime) -> bool:
        """Has the caller proven who they are, and does the call go on?"""
        return self.citizen_id is not None and self.is_open(now)

    def may_be_noted(self, now: datetime) -> bool:
        """Only of whom it is known whose call it was; for a day."""
        ended = self.finished_at or self.expires_at
        return self.citizen_id is not None and now < ended + NOTE_WITHIN


@dataclass(frozen=True, slots=True)
class CallNote:
    """A call on its citizen's timeline. ``employee`` is a name, ``back``: we rang them up."""

    id: int
    at: datetime
    employee: str
    back: bool
    about: str
    asked: str
    answered: str


class CallBackState(StrEnum):
    WAITING = "waiting"
    CALLING = "calling"  # an employee is at it
    REACHED = "reached"
    UNREACHED = "unreached"  # rung up as often as it is tried, and not reached
    FAILED = "failed"  # nobody rang, or there was no number
    CANCELLED = "cancelled"


OPEN = (CallBackState.WAITING, CallBackState.CALLING)


class Outcome(StrEnum):
    """What came of an attempt."""

    REACHED = "reached"
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong-number"
    DECLINED = "declined"  # reached, and does not want it any more
    NO_NUMBER = "no-number"  # the contact registry holds none any more


ATTEMPTS = 3
CALLING_FOR = timedelta(minutes=30)  # then another may try
LENGTH = timedelta(hours=8)  # of staffed time, within which a citizen is to be rung up
AGAIN_AFTER = timedelta(hours=1)  # of staffed time
GIVEN_UP_AFTER = timedelta(hours=24)  # of staffed time since it was asked for
PER_CITIZEN_DAY = 3  # call-backs that a citizen may ask for in a day


def after(outcome: Outcome, attempts: int) -> CallBackState:
    """How it stands after an attempt, the ``attempts``-th."""
    if outcome is Outcome.REACHED:
        return CallBackState.REACHED
    if outcome is Outcome.DECLINED:
        return CallBackState.CANCELLED
    if outcome in (Outcome.WRONG_NUMBER, Outcome.NO_NUMBER):
        return CallBackState.FAILED
    return CallBackState.UNREACHED if attempts >= ATTEMPTS else CallBackState.WAITING


@dataclass(frozen=True, slots=True)
class CallBack:
    """A citizen who is to be rung up. ``opened_by``: the employee, or nobody where the citizen asked."""

    id: int
    citizen_id: int
    conversation_id: int
    state: CallBackState
    opened_by: str
    about: str
    asked_at: datetime
    next_at: datetime
    attempts: int
    agent: str
    claimed_at: datetime | None
    desk: str = ""
    channel: str = ""
    language: str = "el"

    def is_free(self, now: datetime) -> bool:
        """Is nobody at it now?"""
        return self.state is CallBackState.WAITING or (
            self.claimed_at is not None and now - self.claimed_at >= CALLING_FOR
        )
