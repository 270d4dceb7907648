"""Who stands behind a contact point, how surely, and since when.

A link may *rest on* a mobile: the registry's word that a number is a citizen's rests on that number, and a code rests
on the mobile it was sent to. Such a link goes, at whatever level, when the registry holds another mobile for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, bindparam, case, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.contact_points import ContactPoints
from casestore.tables import citizens, contact_points, links
from casestore.vault import Vault, address_key

MOBILE_CHANNEL = "sms"
"""The channel on which the contact registry's mobiles are reached."""
UNLINKED, KNOWN_NUMBER, PROVEN = 0, 1, 2
"""How surely a citizen is known at a contact point: ``PROVEN`` by a code or a login; ``KNOWN_NUMBER``, the contact
registry holds this number for them; ``UNLINKED``, it does, but the citizen has asked not to be known there: only a new
proof links them again."""


@dataclass(frozen=True, slots=True)
class Link:
    """That a citizen is known at a contact point, and since when.

    ``rests_on`` is the address key of the mobile that this rests on, ``agreed_at`` when the registry last confirmed it;
    both ``None`` where it rests on none.
    """

    citizen_id: int
    level: int
    linked_at: datetime
    rests_on: str | None = None
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a contact point stands for. ``citizen_id`` is ``None`` exactly when ``level`` is 0.

    ``shared``: the contact registry holds this number for somebody else. Then what is said there is kept for nobody: it
    may be the other who speaks.
    """

    citizen_id: int | None = None
    level: int = 0
    link: Link | None = None
    shared: bool = False

    @property
    def speaker(self) -> int | None:
        """Whose it is what is said here."""
        return None if self.shared else self.citizen_id


NOBODY = Identity()
_LINKS = select(links).order_by(links.c.linked_at, links.c.id)
_LINKS_AT = _LINKS.where(links.c.contact_point_id == bindparam("point"))


def resolve_identity(known: Sequence[Link]) -> Identity:
    """Whom a contact point stands for, from its links, the oldest first: the one proven last, else the only one known.

    A number that the contact registry holds for several people proves none of them, even when all others have unlinked.
    """
    proven = [link for link in known if link.level == PROVEN]
    if proven:
        return Identity(proven[-1].citizen_id, PROVEN, proven[-1], shared=len(known) > len(proven))
    if len(known) == 1 and known[0].level == KNOWN_NUMBER:
        return Identity(known[0].citizen_id, KNOWN_NUMBER, known[0])
    return NOBODY


async def links_of(connection: AsyncConnection, points: ColumnElement[bool]) -> dict[int, list[Link]]:
    """The links of these contact points, by point, the oldest first. ``points`` is a condition on ``links``."""
    rows = await connection.execute(_LINKS.where(points))
    found: dict[int, list[Link]] = {}
    for row in rows:
        found.setdefault(row.contact_point_id, []).append(_link(row))
    return found


def _link(row: Row[Any]) -> Link:
    return Link(row.citizen_id, row.level, row.linked_at, row.rests_on, row.agreed_at)


async def identity_at(connection: AsyncConnection, contact_point_id: int) -> Identity:
    """Whom this contact point stands for now."""
    known = await connection.execute(_LINKS_AT, {"point": contact_point_id})
    return resolve_identity([_link(row) for row in known])


async def points_of_all(connection: AsyncConnection, citizen_ids: Collection[int]) -> dict[int, dict[int, Identity]]:
    """By citizen, the contact points that stand for them. A point at which somebody else is known as surely stands for
    nobody, and is not among them."""
    linked = select(links.c.contact_point_id).where(links.c.citizen_id.in_(list(citizen_ids)))
    known = await links_of(connection, links.c.contact_point_id.in_(linked))
    found: dict[int, dict[int, Identity]] = {citizen: {} for citizen in citizen_ids}
    for point, of_point in known.items():
        one = resolve_identity(of_point)
        if one.citizen_id in found:
            found[one.citizen_id][point] = one
    return found


async def points_of(connection: AsyncConnection, citizen_id: int, *, shared: bool = True) -> Mapping[int, Link]:
    """The contact points that stand for this citizen, each with their link there. ``shared``: with those at another's
    number."""
    theirs = (await points_of_all(connection, [citizen_id]))[citizen_id]
    return {point: one.link for point, one in theirs.items() if one.link and (shared or not one.shared)}


def changes_hands(channel: str, address_key: str, link: Link) -> bool:
    """May others have had this contact point? A telephone number, unless the registry holds it for this citizen."""
    return channel == MOBILE_CHANNEL and link.level != KNOWN_NUMBER and link.rests_on != address_key


class Links:
    """Writes links over one database."""

    def __init__(self, database: Database, vault: Vault, points: ContactPoints) -> None:
        self._database = database
        self._vault = vault
        self._points = points

    async def link(
        self,
        connection: AsyncConnection,
        contact_point_id: int,
        citizen_id: int,
        level: int,
        source: str,
        now: datetime,
        rests_on: str | None = None,
    ) -> None:
        """Know this citizen behind this contact point. A proven citizen replaces the one proven before, who is still
        known there if it is their own number; only a proof raises who has unlinked. ``rests_on`` is the address key of
        the mobile that this rests on."""
        at_point = links.c.contact_point_id == contact_point_id
        if level == PROVEN:
            others = and_(at_point, links.c.level == PROVEN, links.c.citizen_id != citizen_id)
            holds = links.c.rests_on == _number_of(contact_point_id)
            lowered = update(links).where(others, holds).values(level=KNOWN_NUMBER, source="registry")
            await connection.execute(lowered)
            await connection.execute(delete(links).where(others))
        row = {
            "contact_point_id": contact_point_id,
            "citizen_id": citizen_id,
            "level": level,
            "source": source,
            "linked_at": now,
            "rests_on": rests_on,
            "agreed_at": now if rests_on else None,
        }
        await connection.execute(self._database.insert_new(links).values(**row))
        of_citizen = and_(at_point, links.c.citizen_id == citizen_id)
        rises = of_citizen if level == PROVEN else and_(of_citizen, links.c.level < level, links.c.level != UNLINKED)
        at_own_number = links.c.rests_on == _number_of(contact_point_id)
        given = {name: literal(row[name], links.c[name].type) for name in ("rests_on", "agreed_at")}
        rest: dict[str, Any] = {name: case((at_own_number, links.c[name]), else_=new) for name, new in given.items()}
        await connection.execute(update(links).where(rises).values(level=level, source=source, linked_at=now, **rest))
        if level == PROVEN:  # back after an erasure: the contact registry is asked about them again
            not_asked = and_(citizens.c.id == citizen_id, citizens.c.contact_due_at.is_(None))
            await connection.execute(update(citizens).where(not_asked).values(contact_due_at=now))

    async def unlink(self, connection: AsyncConnection, contact_point_id: int, citizen_id: int, now: datetime) -> None:
        """Do not know this citizen here any more. At their own number the wish is kept: else the contact registry would
        bring them back."""
        of_citizen = and_(links.c.contact_point_id == contact_point_id, links.c.citizen_id == citizen_id)
        at_own_number = links.c.rests_on == _number_of(contact_point_id)
        unwanted = {"level": UNLINKED, "source": "unlinked", "linked_at": now}
        await connection.execute(update(links).where(of_citizen, at_own_number).values(**unwanted))
        elsewhere = or_(links.c.rests_on.is_(None), ~at_own_number)
        await connection.execute(delete(links).where(of_citizen, elsewhere))

    async def set_mobile(self, connection: AsyncConnection, citizen_id: int, mobile: str | None, now: datetime) -> None:
        """The contact registry holds this mobile for the citizen (``None``: none). What rests on another is let go."""
        due = select(citizens.c.contact_due_at).where(citizens.c.id == citizen_id).with_for_update()
        if await connection.scalar(due) is None:
            return  # erased while the registry was asked: what it said must not bring them back
        of_citizen = links.c.citizen_id == citizen_id
        key = None if mobile is None else address_key(self._vault, MOBILE_CHANNEL, mobile)
        await connection.execute(delete(links).where(of_citizen, links.c.rests_on != (key or "")))
        if mobile is None:
            return
        point = await self._points.ensure(connection, MOBILE_CHANNEL, mobile, now)
        await self.link(connection, point, citizen_id, KNOWN_NUMBER, "registry", now, key)
        at_number = or_(links.c.contact_point_id == point, links.c.rests_on == key)
        await connection.execute(update(links).where(of_citizen, at_number).values(rests_on=key, agreed_at=now))


def _number_of(contact_point_id: int) -> ScalarSelect[str]:
    """The address key of this contact point: a link that rests on it is at the citizen's own number."""
    return select(contact_points.c.address_key).where(contact_points.c.id == contact_point_id).scalar_subquery()
