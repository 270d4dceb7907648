"""Citizens, the addresses they are reached at, and how surely we know who is behind an address.

A link may *rest on* a mobile: the registry's word that a number is a citizen's rests on that number, and a code rests
on the mobile it was sent to. Such a link goes, at whatever level, when the registry holds another mobile for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import citizens, consents, contact_points, conversations, links
from casestore.vault import Vault, address_key

UNLINKED, KNOWN_NUMBER, PROVEN = 0, 1, 2
"""Levels of a link. ``UNLINKED``: the citizen does not want to be known at their own number without a proof."""
ALERTS = "alerts"
"""The purpose of notices that nobody asked for in a conversation."""
LET_ALONE = datetime(9999, 1, 1, tzinfo=UTC)
"""When the contact registry is asked again about a citizen who had themselves erased. Linking anew ends it."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and who is in it. ``citizen_id`` is ``None`` exactly when ``level`` is 0.

    ``rests_on`` is the address key of the mobile that this rests on, ``agreed_at`` when the registry last confirmed it;
    both ``None`` where it rests on none.
    """

    id: int
    contact_point_id: int
    channel: str
    address: str
    recipient_key: str
    owner: str
    language: str
    reachable: bool
    citizen_id: int | None
    level: int
    rests_on: str | None = None
    agreed_at: datetime | None = None


def resolve_identity(found: Sequence[tuple[int, int]]) -> tuple[int | None, int]:
    """Whom an address stands for, from its links (citizen id, level): the proven one, else the only known one.

    A number that the contact registry holds for several people proves none of them, even when all others have unlinked.
    """
    proven = [citizen for citizen, level in found if level == PROVEN]
    if proven:
        return proven[-1], PROVEN
    held = {citizen for citizen, _ in found}
    return (held.pop(), KNOWN_NUMBER) if len(held) == 1 and found[0][1] == KNOWN_NUMBER else (None, 0)


class People:
    """Reads and writes people over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def conversation(self, channel: str, address: str, now: datetime) -> Conversation:
        """The conversation at this address, begun if there is none."""
        key = address_key(self._vault, channel, address)
        found = await self._find(channel, address, key)
        if found is None:
            async with self._database.write() as connection:
                point = await self.contact_point(connection, channel, address, now)
                row = {"contact_point_id": point, "created_at": now, "last_at": now}
                await connection.execute(self._database.insert_new(conversations).values(**row))
            found = await self._find(channel, address, key)
        if found is None:
            raise LookupError("a conversation that was just begun is gone")
        return found

    async def _find(self, channel: str, address: str, key: str) -> Conversation | None:
        talk, point = conversations.c, contact_points.c
        columns = (talk.id, point.id.label("point_id"), talk.owner, talk.language, point.reachable)
        kept = func.length(point.address_sealed) > 0  # an erased one is begun anew, in the shell that is left of it
        here = and_(point.channel == channel, point.address_key == key, kept)
        of_point = select(links).order_by(links.c.linked_at, links.c.id)
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(*columns).join_from(conversations, contact_points).where(here))
            ).first()
            if row is None:
                return None
            found = (await connection.execute(of_point.where(links.c.contact_point_id == row.point_id))).all()
        citizen, level = resolve_identity([(link.citizen_id, link.level) for link in found])
        base = (row.id, row.point_id, channel, address, key, row.owner, row.language, row.reachable, citizen, level)
        return Conversation(*base, *next(((li.rests_on, li.agreed_at) for li in found if li.citizen_id == citizen), ()))

    async def conversations_of(self, citizen_id: int) -> list[tuple[int, str, int]]:
        """Where this citizen is known, over all channels: (conversation, channel, level), the oldest link first."""
        columns = (conversations.c.id, contact_points.c.channel, links.c.level)
        joined = select(*columns).join_from(links, contact_points).join(conversations)
        known = joined.where(links.c.citizen_id == citizen_id, links.c.level > UNLINKED)
        async with self._database.read() as connection:
            rows = await connection.execute(known.order_by(links.c.linked_at, links.c.id))
            return [(row.id, row.channel, row.level) for row in rows]

    async def contact_point(self, connection: AsyncConnection, channel: str, address: str, now: datetime) -> int:
        """The id of this contact point, made if there is none. One that was erased has its address again."""
        key = address_key(self._vault, channel, address)
        row: dict[str, Any] = {"channel": channel, "address_key": key, "created_at": now}
        row["address_sealed"] = sealed = self._vault.seal("contact_points.address", address)
        await connection.execute(self._database.insert_new(contact_points).values(**row))
        here = and_(contact_points.c.channel == channel, contact_points.c.address_key == key)
        kept = func.length(contact_points.c.address_sealed)
        point, length = (await connection.execute(select(contact_points.c.id, kept).where(here))).one()
        if not length:
            await connection.execute(
                update(contact_points).where(contact_points.c.id == point).values(address_sealed=sealed, created_at=now)
            )
        return int(point)

    async def reachable(self, connection: AsyncConnection, contact_point_id: int, *, reason: str | None) -> None:
        """Can this contact point be written to? ``reason`` says why not; ``None`` that it can."""
        point = contact_points.c.id == contact_point_id
        values = {"reachable": reason is None, "unreachable_reason": reason}
        await connection.execute(update(contact_points).where(point).values(**values))

    async def consent(
        self, connection: AsyncConnection, contact_point_id: int, *, allowed: bool, source: str, key: str, now: datetime
    ) -> None:
        """Keep what the citizen said about alerts here. ``source``: how it was said; ``key`` names its cause."""
        row = {"contact_point_id": contact_point_id, "key": key, "purpose": ALERTS, "allowed": allowed}
        row |= {"source": source, "at": now}
        await connection.execute(self._database.insert_new(consents).values(**row))

    async def consented(self, contact_point_id: int) -> bool | None:
        """The citizen's newest word on alerts here; ``None`` if nothing was ever said."""
        said = consents.c
        about = select(said.allowed).where(said.contact_point_id == contact_point_id, said.purpose == ALERTS)
        async with self._database.read() as connection:
            allowed: bool | None = await connection.scalar(about.order_by(said.id.desc()).limit(1))
        return allowed

    async def citizen(self, connection: AsyncConnection, afm: str, now: datetime) -> int:
        """The id of the citizen with this ΑΦΜ, made if there is none."""
        key = self._vault.index("afm", afm)
        sealed = self._vault.seal("citizens.afm", afm)
        row = {"afm_key": key, "afm_sealed": sealed, "created_at": now, "contact_due_at": now}
        await connection.execute(self._database.insert_new(citizens).values(**row))
        return int((await connection.execute(select(citizens.c.id).where(citizens.c.afm_key == key))).scalar_one())

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
        """Know this citizen behind this contact point. A proven citizen replaces the one proven before, and only a
        proof raises who has unlinked. ``rests_on`` is the address key of the mobile that this rests on."""
        here = links.c.contact_point_id == contact_point_id
        if level == PROVEN:
            await connection.execute(
                delete(links).where(here, links.c.level == PROVEN, links.c.citizen_id != citizen_id)
            )
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
        own = contact_points.c.address_key
        at_own_number = links.c.rests_on == select(own).where(contact_points.c.id == contact_point_id).scalar_subquery()
        risen = and_(here, links.c.citizen_id == citizen_id, links.c.level < level, links.c.level != UNLINKED)
        if level == PROVEN:
            risen = and_(here, links.c.citizen_id == citizen_id)
        new = {name: literal(row[name], links.c[name].type) for name in ("rests_on", "agreed_at")}
        kept = {name: case((at_own_number, links.c[name]), else_=value) for name, value in new.items()}
        await connection.execute(update(links).where(risen).values(level=level, source=source, linked_at=now, **kept))
        if level == PROVEN:  # back after an erasure: the contact registry is asked about them again
            let_alone = and_(citizens.c.id == citizen_id, citizens.c.contact_due_at == LET_ALONE)
            await connection.execute(update(citizens).where(let_alone).values(contact_due_at=now))

    async def unlink(self, connection: AsyncConnection, here: Conversation, now: datetime) -> None:
        """Do not know who is here any more. At the citizen's own number the wish is kept: else the contact registry
        would bring them back."""
        this = and_(links.c.contact_point_id == here.contact_point_id, links.c.citizen_id == here.citizen_id)
        if here.rests_on == here.recipient_key:
            gone = {"level": UNLINKED, "source": "unlinked", "linked_at": now}
            await connection.execute(update(links).where(this).values(**gone))
        else:
            await connection.execute(delete(links).where(this))

    async def set_mobile(self, connection: AsyncConnection, citizen_id: int, mobile: str | None, now: datetime) -> None:
        """The contact registry holds this mobile for the citizen (``None``: none). What rests on another is let go."""
        due = select(citizens.c.contact_due_at).where(citizens.c.id == citizen_id).with_for_update()
        if await connection.scalar(due) in (None, LET_ALONE):
            return  # erased while the registry was asked: what it said must not bring them back
        theirs = links.c.citizen_id == citizen_id
        key = None if mobile is None else address_key(self._vault, "sms", mobile)
        await connection.execute(delete(links).where(theirs, links.c.rests_on != (key or "")))
        if mobile is None:
            return
        point = await self.contact_point(connection, "sms", mobile, now)
        await self.link(connection, point, citizen_id, KNOWN_NUMBER, "registry", now, key)
        at_it = or_(links.c.contact_point_id == point, links.c.rests_on == key)
        await connection.execute(update(links).where(theirs, at_it).values(rests_on=key, agreed_at=now))

    async def contact_due(self, now: datetime, limit: int) -> list[tuple[int, str]]:
        """Citizens (id, ΑΦΜ) whose entry in the contact registry is to be looked up, the longest due first."""
        due = select(citizens.c.id, citizens.c.afm_sealed).where(citizens.c.contact_due_at <= now)
        async with self._database.read() as connection:
            rows = await connection.execute(due.order_by(citizens.c.contact_due_at).limit(limit))
            return [(row.id, self._vault.open("citizens.afm", row.afm_sealed)) for row in rows]

    async def contact_seen(
        self, connection: AsyncConnection, citizen_id: int, mobile: str | None, now: datetime, again_at: datetime
    ) -> None:
        """Keep what the contact registry said, and when to ask again."""
        await self.set_mobile(connection, citizen_id, mobile, now)
        await self.contact_later(connection, citizen_id, again_at)

    async def contact_later(self, connection: AsyncConnection, citizen_id: int, again_at: datetime) -> None:
        """Ask the contact registry about this citizen again then."""
        this = and_(citizens.c.id == citizen_id, citizens.c.contact_due_at != LET_ALONE)
        await connection.execute(update(citizens).where(this).values(contact_due_at=again_at))

    async def known(self, afm: str) -> int | None:
        """The id of the citizen with this ΑΦΜ, if there is one."""
        this = citizens.c.afm_key == self._vault.index("afm", afm)
        async with self._database.read() as connection:
            return (await connection.execute(select(citizens.c.id).where(this))).scalar_one_or_none()

    async def afm_of(self, citizen_id: int) -> str:
        async with self._database.read() as connection:
            sealed = await connection.scalar(select(citizens.c.afm_sealed).where(citizens.c.id == citizen_id))
        if sealed is None:
            raise LookupError("no such citizen")
        return self._vault.open("citizens.afm", sealed)
