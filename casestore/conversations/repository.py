"""Conversations: one for each contact point, begun with the first message, and who is in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.columns import Utc
from casestore.conversations.ownership import COLUMNS as OWNERSHIP
from casestore.conversations.ownership import OwnerKind, Ownership, ownership_of
from casestore.database import Database
from casestore.people.contact_points import ContactPoints
from casestore.people.identity import UNLINKED, Link, identity_at
from casestore.tables import contact_points, conversations, links
from casestore.vault import Vault, address_key

_POINT = contact_points.c
_AT_ADDRESS = (
    select(
        conversations.c.id,
        _POINT.id.label("point_id"),
        conversations.c.language,
        _POINT.reachable,
        *OWNERSHIP,
    )
    .join_from(conversations, contact_points)
    .where(_POINT.channel == bindparam("channel"), _POINT.address_key == bindparam("key"))
    .where(func.length(_POINT.address_sealed) > 0)  # an erased one is begun anew, in the shell that is left of it
)
_THEN = bindparam("then", type_=Utc())
_WAITS = case((conversations.c.owner == OwnerKind.BOT, None), else_=func.coalesce(conversations.c.waiting_since, _THEN))
_TOUCHED = (
    update(conversations)
    .where(conversations.c.id == bindparam("of"))
    .values(last_at=_THEN, waiting_since=_WAITS, snoozed_until=None)
    .returning(*OWNERSHIP)
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and who is in it. ``citizen_id`` is ``None`` exactly when ``level`` is 0, and ``link`` may be.

    ``shared``: as in :class:`casestore.people.identity.Identity`.
    """

    id: int
    contact_point_id: int
    channel: str
    address: str
    recipient_key: str
    ownership: Ownership
    language: str
    reachable: bool
    citizen_id: int | None
    level: int
    link: Link | None = None
    shared: bool = False

    @property
    def speaker(self) -> int | None:
        """For whom it is kept what is said here."""
        return None if self.shared else self.citizen_id


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, as far as it takes to say something in it."""

    id: int
    language: str


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a conversation is held, and in which language."""

    channel: str
    address: str
    language: str


class Conversations:
    """Reads and writes conversations over one database."""

    def __init__(self, database: Database, vault: Vault, points: ContactPoints) -> None:
        self._database = database
        self._vault = vault
        self._points = points

    async def at(self, channel: str, address: str, now: datetime, *, language: str = "el") -> Conversation:
        """The conversation at this address, begun in ``language`` if there is none."""
        key = address_key(self._vault, channel, address)
        found = await self._find(channel, address, key)
        if found is None:
            async with self._database.write() as connection:
                point = await self._points.ensure(connection, channel, address, now)
                row = {"contact_point_id": point, "language": language, "created_at": now, "last_at": now}
                await connection.execute(self._database.insert_new(conversations).values(**row))
            found = await self._find(channel, address, key)
        if found is None:
            raise LookupError("a conversation that was just begun is gone")
        return found

    async def ensure(self, connection: AsyncConnection, contact_point_id: int, now: datetime) -> Talk:
        """The conversation at this contact point, begun if there is none: we may be the first to say something."""
        return (await self.ensure_all(connection, [contact_point_id], now))[contact_point_id]

    async def ensure_all(
        self, connection: AsyncConnection, contact_point_ids: Collection[int], now: datetime
    ) -> dict[int, Talk]:
        """By contact point, its conversation, as above."""
        found = await self.talks_at(connection, contact_point_ids)
        new = sorted(set(contact_point_ids) - found.keys())
        if not new:
            return found
        rows = [{"contact_point_id": point, "created_at": now, "last_at": now} for point in new]
        await self._database.insert(connection, conversations, rows, new=True)
        return found | await self.talks_at(connection, new)

    @staticmethod
    async def talks_at(connection: AsyncConnection, contact_point_ids: Collection[int]) -> dict[int, Talk]:
        """By contact point, its conversation, where there is one."""
        columns = (conversations.c.contact_point_id, conversations.c.id, conversations.c.language)
        at_points = select(*columns).where(conversations.c.contact_point_id.in_(list(contact_point_ids)))
        return {row.contact_point_id: Talk(row.id, row.language) for row in await connection.execute(at_points)}

    async def _find(self, channel: str, address: str, key: str) -> Conversation | None:
        async with self._database.look() as connection:
            row = (await connection.execute(_AT_ADDRESS, {"channel": channel, "key": key})).first()
            if row is None:
                return None
            identity = await identity_at(connection, row.point_id)
        return Conversation(
            id=row.id,
            contact_point_id=row.point_id,
            channel=channel,
            address=address,
            recipient_key=key,
            ownership=ownership_of(row),
            language=row.language,
            reachable=row.reachable,
            citizen_id=identity.citizen_id,
            level=identity.level,
            link=identity.link,
            shared=identity.shared,
        )

    async def of_citizen(self, citizen_id: int) -> list[tuple[int, str, int]]:
        """Where this citizen is known, over all channels: (conversation, channel, level), the oldest link first."""
        columns = (conversations.c.id, contact_points.c.channel, links.c.level)
        joined = select(*columns).join_from(links, contact_points).join(conversations)
        known = joined.where(links.c.citizen_id == citizen_id, links.c.level > UNLINKED)
        async with self._database.read() as connection:
            rows = await connection.execute(known.order_by(links.c.linked_at, links.c.id))
            return [(row.id, row.channel, row.level) for row in rows]

    async def contact_point_of(self, conversation_id: int) -> int | None:
        """The contact point of this conversation, if there is such a conversation."""
        point = select(conversations.c.contact_point_id).where(conversations.c.id == conversation_id)
        async with self._database.read() as connection:
            found: int | None = await connection.scalar(point)
        return found

    async def chat(self, conversation_id: int) -> Chat | None:
        """``None`` where its address is gone: nobody can be written to there."""
        point = contact_points.c
        columns = (point.channel, point.address_sealed, conversations.c.language)
        joined = select(*columns).join_from(conversations, contact_points)
        async with self._database.read() as connection:
            row = (await connection.execute(joined.where(conversations.c.id == conversation_id))).first()
        if row is None or not row.address_sealed:
            return None
        return Chat(row.channel, self._vault.open("contact_points.address", row.address_sealed), row.language)

    async def touched(self, connection: AsyncConnection, conversation_id: int, last_at: datetime) -> Ownership:
        """Note that its citizen said something then, and waits for an answer where an agent gives them. Who owns the
        conversation, and does to the end of this transaction: the row is locked."""
        values = {"of": conversation_id, "then": last_at}
        return ownership_of((await connection.execute(_TOUCHED, values)).one())

    async def set_language(self, connection: AsyncConnection, conversation_id: int, language: str) -> None:
        """Speak this language (ISO 639-1) from now on."""
        of_conversation = conversations.c.id == conversation_id
        await connection.execute(update(conversations).where(of_conversation).values(language=language))
