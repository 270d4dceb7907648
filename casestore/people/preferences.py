"""What citizens prefer about notices: on which channel, at which hours. And, from that, when and where one may be told.

Wishes are only ever added, each with its source and its time; the newest of a kind counts. One that was said by a known
citizen is the citizen's wherever it was said; one by nobody known holds for its contact point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.consents import Consents
from casestore.people.identity import points_of
from casestore.people.quiet_hours import DEFAULT_QUIET, Quiet, earliest, quiet_of
from casestore.tables import contact_points, conversations, wishes

CHANNEL, QUIET = "channel", "quiet"
ChannelCodes = Mapping[str, tuple[str | None, bool]]
"""What a wish about channels may say: the channel that goes first, if one does, and whether there is no other."""


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """What was wished for. ``quiet`` is ``None`` where every hour will do; ``said``: the kinds ever spoken of."""

    channel: str | None = None
    only: bool = False
    quiet: Quiet | None = DEFAULT_QUIET
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A contact point at which this citizen is known and no other. ``last_at``: when it was last used."""

    id: int
    channel: str
    reachable: bool
    level: int
    last_at: datetime


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
    return found


def route_notice(
    wanted: NoticePreferences, consented: Mapping[int, bool], points: Sequence[ContactPoint], now: datetime
) -> Deliver | Suppressed:
    """Where a notice goes and when, or why nobody can be told.

    ``consented`` holds the newest word on alerts by contact point: only a yes is one. The preferred channel goes first,
    then the point where the citizen is known most surely, then the one used last.
    """
    if not points:
        return Suppressed("no-contact-point")
    if not (asked := [point for point in points if not wanted.only or point.channel == wanted.channel]):
        return Suppressed("other-channel")
    if not (agreed := [point for point in asked if consented.get(point.id)]):
        return Suppressed("no-consent")
    if not (open_ := [point for point in agreed if point.reachable]):
        return Suppressed("unreachable")
    best = max(open_, key=lambda point: (point.channel == wanted.channel, point.level, point.last_at, point.id))
    return Deliver(best, earliest(wanted.quiet, now))


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
        elif kind != CHANNEL or value not in self._channels:
            raise ValueError(f"no such wish: {kind}")
        row = {"contact_point_id": contact_point_id, "citizen_id": citizen_id, "kind": kind, "value": value}
        await connection.execute(
            self._database.insert_new(wishes).values(**row, source=source, key=key, at=now),
        )

    async def at(self, contact_point_id: int, citizen_id: int | None) -> NoticePreferences:
        """What counts for whoever writes from this contact point."""
        return await self._preferences(citizen_id, [contact_point_id])

    async def of(self, citizen_id: int) -> tuple[NoticePreferences, Mapping[int, bool], tuple[ContactPoint, ...]]:
        """What :func:`route_notice` is asked with about this citizen."""
        points = await contact_points_of(self._database, citizen_id)
        ids = [point.id for point in points]
        return await self._preferences(citizen_id, ids), await self._consents.newest_at(ids), points

    async def _preferences(self, citizen_id: int | None, points: Sequence[int]) -> NoticePreferences:
        by_nobody_known = and_(wishes.c.citizen_id.is_(None), wishes.c.contact_point_id.in_(points))
        counts = by_nobody_known if citizen_id is None else or_(by_nobody_known, wishes.c.citizen_id == citizen_id)
        said = select(wishes.c.kind, wishes.c.value).where(counts).order_by(wishes.c.at, wishes.c.id)
        async with self._database.read() as connection:
            return preferences([(row.kind, row.value) for row in await connection.execute(said)], self._channels)


async def contact_points_of(database: Database, citizen_id: int) -> tuple[ContactPoint, ...]:
    """The contact points that stand for this citizen (:func:`casestore.people.identity.points_of`)."""
    point = contact_points.c
    columns = (point.id, point.channel, point.reachable, point.created_at, conversations.c.last_at)
    joined = select(*columns).join_from(contact_points, conversations, isouter=True)
    async with database.read() as connection:
        theirs = await points_of(connection, citizen_id)
        rows = (await connection.execute(joined.where(point.id.in_(theirs)).order_by(point.id))).all()
    return tuple(
        ContactPoint(row.id, row.channel, row.reachable, theirs[row.id].level, row.last_at or row.created_at)
        for row in rows
    )
