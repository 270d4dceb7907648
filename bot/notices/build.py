"""Notices put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.facts import CHANNELS, SPOKEN
from bot.notices.announce import Announcer
from bot.notices.gate import NoticeGate
from bot.notices.job import NoticesJob
from bot.notices.numbers import NumberCheck
from bot.notices.planner import Planner
from bot.notices.policy import load_policy
from bot.notices.text import NoticeText
from bot.notices.timekeeping import TimekeepingJob
from bot.notices.timetable import Timetable
from bot.notices.timing import load_timings
from bot.runtime import Clock
from bot.settings import Settings
from bot.store import Store
from connectors.registry import ContactRegistry
from dialogues.catalogue import load_catalogue
from dialogues.responses import phrases


@dataclass(frozen=True, slots=True)
class NoticeParts:
    """What a worker needs of notices: the last look at each, what follows them, and what time brings."""

    gate: NoticeGate
    job: NoticesJob
    timekeeping: TimekeepingJob


def announcer(settings: Settings, store: Store, clock: Clock) -> Announcer:
    """For whoever keeps the changes of cases."""
    gather = timedelta(minutes=settings.notices_gather_minutes)
    planner = _planner(settings, store)
    return Announcer(store=store, planner=planner, policy=load_policy(), clock=clock, gather=gather)


def timetable(settings: Settings, store: Store, clock: Clock) -> Timetable:
    """Likewise: it plans what will be told later."""
    return Timetable(store=store, planner=_planner(settings, store), timings=load_timings(), clock=clock)


def notice_parts(settings: Settings, store: Store, contacts: ContactRegistry | None, clock: Clock) -> NoticeParts:
    """For a worker."""
    planner = _planner(settings, store)
    numbers = NumberCheck(contacts=contacts, store=store, clock=clock)
    return NoticeParts(
        gate=NoticeGate(store=store, planner=planner, numbers=numbers, clock=clock),
        job=NoticesJob(store=store, planner=planner, numbers=numbers, clock=clock),
        timekeeping=TimekeepingJob(
            store=store,
            planner=planner,
            policy=load_policy(),
            timings=load_timings(),
            timetable=timetable(settings, store, clock),
            clock=clock,
            quiet=settings.notices_quiet == "on",
        ),
    )


def _planner(settings: Settings, store: Store) -> Planner:
    return Planner(
        store=store,
        text=NoticeText(phrases(SPOKEN), load_catalogue()),
        policy=load_policy(),
        timings=load_timings(),
        default=settings.notices_default == "on",
        quiet=settings.notices_quiet == "on",
        channels=[name for name, facts in CHANNELS.items() if not facts.missing(settings)],
    )
