"""When a citizen is rung up, and by when: staffed hours and the citizen's quiet hours. Pure, over both."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.hours import Hours
from casestore.calls.model import AGAIN_AFTER, GIVEN_UP_AFTER, LENGTH, CallBack
from casestore.people.quiet_hours import QuietTimes

MOST_STEPS = 30  # from quiet to staffed and back: a citizen who is never free when employees are there is not found


def may_ring(now: datetime, hours: Hours, quiet: QuietTimes) -> bool:
    return hours.holds(now) and not quiet.holds(now)


def first_chance(now: datetime, hours: Hours, quiet: QuietTimes) -> datetime:
    """The first moment from then on at which employees are there and it is not quiet. Where there is none, the next
    staffed one: whoever asks to be rung up wants it more than the quiet."""
    at = now
    for _ in range(MOST_STEPS):
        at = quiet.earliest(hours.opens(at))
        if may_ring(at, hours, quiet):
            return at
    return hours.opens(now)


def next_chance(now: datetime, hours: Hours, quiet: QuietTimes) -> datetime:
    """After an attempt that reached nobody."""
    return first_chance(hours.after(now, AGAIN_AFTER), hours, quiet)


def due_at(asked_at: datetime, hours: Hours) -> datetime:
    """By when a citizen who asked then is to be rung up."""
    return hours.after(asked_at, LENGTH)


def is_given_up(one: CallBack, now: datetime, hours: Hours) -> bool:
    """Has nobody managed it in all that time?"""
    return hours.after(one.asked_at, GIVEN_UP_AFTER) <= now


def pressure(one: CallBack, now: datetime, hours: Hours) -> str:
    """``fine``, ``soon``, ``late``: as of conversations."""
    due = due_at(one.asked_at, hours)
    if now >= due:
        return "late"
    return "soon" if now >= one.asked_at + (due - one.asked_at) / 2 else "fine"
