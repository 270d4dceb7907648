"""What citizens prefer about notices: channel, hours, days, how much. And, from that, when and where one may be told.

Wishes are only ever added, each with its source and its time; the newest of a kind counts. One that was said by a known
citizen is the citizen's wherever it was said; one by nobody known holds for its contact point.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.consents import Consents
from casestore.people.identity import Identity, changes_hands, points_of_all
from casestore.people.quiet_hours import DEFAULT_QUIET, DEFAULT_TIMES, URGENT_TIMES, Quiet, QuietTimes, quiet_of
from casestore.tables import contact_points, conversations, wishes

CHANNEL, QUIET, DAYS, NEWS, WORD = "channel", "quiet", "days", "news", "word"
ALL, WORKING, NEEDED, YES, NO = "all", "working", "needed", "yes", "no"
_FIXED: Mapping[str, tuple[str, ...]] = {DAYS: (ALL, WORKING), NEWS: (ALL, NEEDED)}
"""Kinds of wishes and what they may say: days on which notices are wanted; all news, or what needs the citizen. A word
on alerts is kept as ``sms-no``, ``viber-yes`` beside the contact point's: it stays with a citizen whose number changes.
"""
ChannelCodes = Mapping[str, tuple[str | None, bool]]
"""What a wish about channels may say: the channel that goes first, if one does, and whether there is no other."""


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """What was wished for. ``quiet`` is ``None`` where every hour will do; ``said``: the kinds ever spoken of;
    ``working_days``: on no other days; ``news``: all, or what needs the citizen; ``refused``: channels on which the
    last word was a no, at whichever contact point."""

    channel: str | None = None
    only: bool = False
    quiet: Quiet | None = DEFAULT_QUIET
    said: frozenset[str] = frozenset()
    working_days: bool = False
    news: str = ALL
    refused: frozenset[str] = frozenset()

    def times(self, *, urgent: bool = False) -> QuietTimes:
        """When it is quiet. Hours that were wished for hold for everything; else the urgent has bounds of its own."""
        usual = URGENT_TIMES if urgent else DEFAULT_TIMES
        times = QuietTimes(self.quiet) if QUIET in self.said else usual
        return replace(times, working_days=self.working_days and not urgent)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a notice is for, as far as it decides where it goes. ``now``: from when on it may go; ``deadline``: after it
    the notice is of no use; ``default``: may be told who said neither yes nor no; ``order``: the channels that are on,
    the one to take first where nothing was wished for first (none: all alike); ``without``: those that were tried.
    ``quiet``: hours count at all."""

    now: datetime
    urgent: bool = False
    deadline: datetime | None = None
    default: bool = False
    order: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    quiet: bool = True

    def allows(self, channel: str) -> bool:
        return channel not in self.without and (not self.order or channel in self.order)

    def tells(self, channel: str, refused: Iterable[str]) -> bool:
        """Are those told there who said nothing there? A no on a channel is none to those before it: an SMS may be
        forged, and whoever ends the chat wants no SMS instead."""
        return self.default and all(self.rank(no) < self.rank(channel) for no in refused)

    def rank(self, channel: str) -> int:
        """Higher goes first."""
        return -self.order.index(channel) if channel in self.order else 0


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A contact point at which this citizen is known and no other. ``last_at``: when it was last used. ``own``: nobody
    else has it, as far as can be known: a number is the citizen's while the contact registry says so."""

    id: int
    channel: str
    reachable: bool
    level: int
    last_at: datetime
    own: bool = True


@dataclass(frozen=True, slots=True)
class Deliver:
    """The notice may go to this contact point, not before ``at``."""

    point: ContactPoint
    at: datetime


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Nobody can be told. ``reason``: ``no-contact-point``, ``other-channel`` (there is none on the only channel that
    is wanted), ``unreachable``, ``no-consent``."""

    reason: str


def preferences(said: Iterable[tuple[str, str]], channels: ChannelCodes) -> NoticePreferences:
    """From wishes (kind, value), oldest first. A value that is not known changes nothing."""
    found = NoticePreferences()
    for kind, value in said:
        if kind == CHANNEL and value in channels:
            channel, only = channels[value]
            found = replace(found, channel=channel, only=only, said=found.said | {kind})
        elif kind == QUIET:
            found = replace(found, quiet=quiet_of(value), said=found.said | {kind})
        elif kind == DAYS:
            found = replace(found, working_days=value == WORKING, said=found.said | {kind})
        elif kind == NEWS:
            found = replace(found, news=value, said=found.said | {kind})
        elif kind == WORD:
            on, _, word = value.rpartition("-")
            found = replace(found, refused=found.refused - {on} if word == YES else found.refused | {on})
    return found


def route_notice(
    wanted: NoticePreferences,
    consented: Mapping[int, bool],
    points: Sequence[ContactPoint],
    now: datetime,
    occasion: Occasion | None = None,
) -> Deliver | Suppressed:
    """Where a notice goes and when, or why nobody can be told.

    ``consented`` holds the newest word on alerts by contact point. Who said nothing is told where the occasion has it
    so, unless they said no on that channel or on one before it in the occasion's order, at whichever point, and not yes
    since. The preferred channel goes first, then the order, then the point where the citizen is known most surely, then
    the one used last.
    """
    occasion = occasion or Occasion(now)
    refused = wanted.refused | {point.channel for point in points if consented.get(point.id) is False}
    if not (own := [point for point in points if point.own]):
        return Suppressed("no-contact-point")
    if not (asked := [point for point in own if not wanted.only or point.channel == wanted.channel]):
        return Suppressed("other-channel")
    if not (agreed := [point for point in asked if consented.get(point.id, occasion.tells(point.channel, refused))]):
        return Suppressed("no-consent")
    if not (open_ := [point for point in agreed if point.reachable and occasion.allows(point.channel)]):
        return Suppressed("unreachable")
    best = max(open_, key=lambda point: (point.channel == wanted.channel, occasion.rank(point.channel), *_used(point)))
    times = wanted.times(urgent=occasion.urgent) if occasion.quiet else QuietTimes(None)
    return Deliver(best, times.before(max(now, occasion.now), occasion.deadline))


def _used(point: ContactPoint) -> tuple[int, datetime, int]:
    return point.level, point.last_at, point.id


Routing = tuple[NoticePreferences, Mapping[int, bool], tuple[ContactPoint, ...]]
"""What :func:`route_notice` is asked with: wishes, words on alerts by contact point, contact points."""


class Preferences:
    """Reads and writes wishes, and what :func:`route_notice` needs, over one database."""

    def __init__(self, database: Database, channels: ChannelCodes) -> None:
        self._database = database
        self._channels = channels
        self._consents = Consents(database)

    async def add(
        self,
        connection: AsyncConnection,
        contact_point_id: int,
        citizen_id: int | None,
        kind: str,
        value: str,
        *,
        source: str,
        key: str,
        now: datetime,
    ) -> None:
        """Keep a wish. ``source``: how it was said; ``key``: its cause. Raises ``ValueError`` for a strange one."""
        if kind == QUIET:
            quiet_of(value)
        elif value not in self._values(kind):
            raise ValueError(f"no such wish: {kind}")
        row = {"contact_point_id": contact_point_id, "citizen_id": citizen_id, "kind": kind, "value": value}
        await connection.execute(
            self._database.insert_new(wishes).values(**row, source=source, key=key, at=now),
        )

    def _values(self, kind: str) -> Collection[str]:
        """What a wish of this kind may say."""
        words = [f"{name}-{word}" for name in self._channels for word in (YES, NO)]
        return {**_FIXED, CHANNEL: tuple(self._channels), WORD: tuple(words)}.get(kind, ())

    async def at(self, contact_point_id: int, citizen_id: int | None) -> NoticePreferences:
        """What counts for whoever writes from this contact point."""
        by_nobody_known = and_(wishes.c.citizen_id.is_(None), wishes.c.contact_point_id == contact_point_id)
        counts = by_nobody_known if citizen_id is None else or_(by_nobody_known, wishes.c.citizen_id == citizen_id)
        async with self._database.read() as connection:
            said = await _said(connection, counts)
        return preferences([(row.kind, row.value) for row in said], self._channels)

    async def of(self, citizen_id: int) -> Routing:
        """What :func:`route_notice` is asked with about this citizen."""
        async with self._database.read() as connection:
            return await self.of_citizen(connection, citizen_id)

    async def of_citizen(self, connection: AsyncConnection, citizen_id: int) -> Routing:
        """The same as this transaction sees it."""
        return (await self.of_citizens(connection, [citizen_id]))[citizen_id]

    async def of_citizens(self, connection: AsyncConnection, citizen_ids: Collection[int]) -> dict[int, Routing]:
        """The same of many."""
        points = await contact_points_of_all(connection, citizen_ids)
        owner = {point.id: citizen for citizen, theirs in points.items() for point in theirs}
        words = await self._consents.newest_at(connection, list(owner))
        said: dict[int, list[tuple[str, str]]] = {citizen: [] for citizen in citizen_ids}
        by_nobody_known = and_(wishes.c.citizen_id.is_(None), wishes.c.contact_point_id.in_(list(owner)))
        for row in await _said(connection, or_(by_nobody_known, wishes.c.citizen_id.in_(list(citizen_ids)))):
            said[row.citizen_id or owner[row.contact_point_id]].append((row.kind, row.value))
        return {
            citizen: (
                preferences(said[citizen], self._channels),
                {point.id: words[point.id] for point in theirs if point.id in words},
                theirs,
            )
            for citizen, theirs in points.items()
        }


async def _said(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Any]:
    """Wishes, the oldest first."""
    columns = (wishes.c.citizen_id, wishes.c.contact_point_id, wishes.c.kind, wishes.c.value)
    return (await connection.execute(select(*columns).where(which).order_by(wishes.c.at, wishes.c.id))).all()


async def contact_points_of_all(
    connection: AsyncConnection, citizen_ids: Collection[int]
) -> dict[int, tuple[ContactPoint, ...]]:
    """By citizen, the contact points that stand for them (:func:`casestore.people.identity.points_of_all`)."""
    standing = await points_of_all(connection, citizen_ids)
    point = contact_points.c
    columns = (point.id, point.channel, point.address_key, point.reachable, point.created_at, conversations.c.last_at)
    joined = select(*columns).join_from(contact_points, conversations, isouter=True)
    ids = [point_id for theirs in standing.values() for point_id in theirs]
    rows = {row.id: row for row in await connection.execute(joined.where(point.id.in_(ids)))}
    return {
        citizen: tuple(_point(rows[point_id], theirs[point_id]) for point_id in sorted(theirs))
        for citizen, theirs in standing.items()
    }


async def contact_points_of(connection: AsyncConnection, citizen_id: int) -> tuple[ContactPoint, ...]:
    """Those of one citizen."""
    return (await contact_points_of_all(connection, [citizen_id]))[citizen_id]


def _point(row: Any, known: Identity) -> ContactPoint:
    own = known.link is not None and not changes_hands(row.channel, row.address_key, known.link)
    return ContactPoint(row.id, row.channel, row.reachable, known.level, row.last_at or row.created_at, own)
