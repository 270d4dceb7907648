"""Notices put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.channels.facts import CHANNELS, SPOKEN
from bot.notices.announce import Announcer
from bot.notices.gate import NoticeGate
from bot.notices.job import NoticesJob
from bot.notices.mass.control import BroadcastControl
from bot.notices.mass.drafting import Drafting
from bot.notices.mass.job import BroadcastJob
from bot.notices.mass.maker import MassMaker
from bot.notices.mass.operators import BadOperators, Operators, parse
from bot.notices.mass.preview import Previewer
from bot.notices.mass.restore import RestoreGuard
from bot.notices.mass.text import MassText
from bot.notices.numbers import NumberCheck
from bot.notices.planner import Planner
from bot.notices.policy import load_policy
from bot.notices.revoked import RevocationNews
from bot.notices.revoked_text import RevokedText
from bot.notices.text import NoticeText
from bot.notices.timekeeping import TimekeepingJob
from bot.notices.timetable import Timetable
from bot.notices.timing import load_timings
from bot.runtime import Clock
from bot.settings import BadSettings, Settings
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
    mass: BroadcastJob


def announcer(settings: Settings, store: Store, clock: Clock) -> Announcer:
    """For whoever keeps the changes of cases."""
    gather = timedelta(minutes=settings.notices_gather_minutes)
    planner = _planner(settings, store)
    return Announcer(store=store, planner=planner, policy=load_policy(), clock=clock, gather=gather)


def revocation_news(settings: Settings, store: Store) -> RevocationNews:
    """For whoever revokes certificates."""
    return RevocationNews(store=store, planner=_planner(settings, store), policy=load_policy())


def timetable(settings: Settings, store: Store, clock: Clock) -> Timetable:
    """Likewise: it plans what will be told later."""
    return Timetable(store=store, planner=_planner(settings, store), timings=load_timings(), clock=clock)


def notice_parts(settings: Settings, store: Store, contacts: ContactRegistry | None, clock: Clock) -> NoticeParts:
    """For a worker."""
    guard = RestoreGuard()
    planner = _planner(settings, store, guard)
    numbers = NumberCheck(contacts=contacts, store=store, clock=clock)
    maker = _maker(store, planner)
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
        mass=BroadcastJob(store=store, maker=maker, guard=guard, clock=clock, batch=settings.broadcast_batch),
    )


def broadcast_control(settings: Settings, store: Store, clock: Clock) -> BroadcastControl:
    """For the command line: what is done with a mass notice that is planned. Raises
    :class:`bot.settings.BadSettings`."""
    try:
        operators = Operators(parse(settings.operator_entries()))
    except BadOperators as error:
        raise BadSettings(f"BROADCAST_OPERATORS: {error}") from None
    channels = _planner(settings, store).channels
    return BroadcastControl(store=store, operators=operators, clock=clock, channels=channels)


def broadcast_drafting(settings: Settings, store: Store, clock: Clock) -> Drafting:
    """For the command line: planning one."""
    planner = _planner(settings, store)
    text = _mass_text()
    prices = {name: facts.billing(settings).price for name, facts in CHANNELS.items()}
    return Drafting(
        store=store,
        previewer=Previewer(store=store, maker=_maker(store, planner), text=text, prices=prices),
        policy=load_policy(),
        text=text,
        clock=clock,
        channels=planner.channels,
    )


def _mass_text() -> MassText:
    return MassText(phrases(SPOKEN))


def _maker(store: Store, planner: Planner) -> MassMaker:
    return MassMaker(store=store, planner=planner, policy=load_policy(), text=_mass_text())


def _planner(settings: Settings, store: Store, guard: RestoreGuard | None = None) -> Planner:
    return Planner(
        store=store,
        text=NoticeText(phrases(SPOKEN), load_catalogue()),
        mass=_mass_text(),
        revoked=RevokedText(phrases(SPOKEN), load_catalogue()),
        guard=guard,
        policy=load_policy(),
        timings=load_timings(),
        default=settings.notices_default == "on",
        quiet=settings.notices_quiet == "on",
        channels=[name for name, facts in CHANNELS.items() if not facts.missing(settings)],
    )
