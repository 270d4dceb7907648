"""Where sealed content is kept, of documents and of certificates alike: in parts in the database, or under a name
somewhere else.

In the database it is committed, saved and erased with its row. A folder or a bucket is for much of it: the content is
there, for good, before the row that names it is committed; what no row names is swept away later. No transaction is
open while such a place is spoken with.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database

PART = 256 * 1024  # bytes: a row is written in a millisecond or two, and holds nobody up


class FilesDown(Exception):
    """The place where content is kept cannot be reached, or does not do what it is asked. ``str`` is safe to log."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Sealed content on its way to its row. ``stored_as``: its name where it is kept already, beside the database."""

    sealed: bytes = field(repr=False)
    stored_as: str | None = None


class Files(Protocol):
    """Keeps one sealed content for an owner (a row of its table, by id); another takes its place."""

    async def put(self, sealed: bytes) -> Kept:
        """Keep it before the commit, where that is beside the database. Raises :class:`FilesDown`."""

    async def save(self, connection: AsyncConnection, owner: int, content: Kept, now: datetime) -> None: ...

    async def load(self, database: Database, owner: int) -> bytes | None:
        """``None`` when there is none any more. Raises :class:`FilesDown`."""

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None: ...

    async def sweep(self, database: Database, older_than: float) -> int:
        """Remove what belongs to no owner and was last changed before ``older_than`` (seconds since 1970). How
        many. Raises :class:`FilesDown`."""


class PartFiles:
    """In rows of ``parts``, whose column ``of`` names the owner."""

    def __init__(self, parts: Table, of: str) -> None:
        self._parts = parts
        self._of = parts.c[of]

    async def put(self, sealed: bytes) -> Kept:
        return Kept(sealed)

    async def save(self, connection: AsyncConnection, owner: int, content: Kept, now: datetime) -> None:
        await self.drop(connection, [owner])
        for number, start in enumerate(range(0, len(content.sealed), PART)):
            row = {self._of.name: owner, "number": number, "bytes": content.sealed[start : start + PART]}
            await connection.execute(self._parts.insert().values(**row, kept_at=now))

    async def load(self, database: Database, owner: int) -> bytes | None:
        of_owner = select(self._parts.c.bytes).where(self._of == owner)
        async with database.read() as connection:
            parts = (await connection.scalars(of_owner.order_by(self._parts.c.number))).all()
        return b"".join(parts) or None

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None:
        await connection.execute(delete(self._parts).where(self._of.in_(owners)))

    async def sweep(self, database: Database, older_than: float) -> int:  # noqa: ARG002 - rows go by themselves
        return 0


class Place(Protocol):
    """Keeps bytes under names, for all machines that share it. Each method raises :class:`FilesDown`."""

    async def write(self, name: str, sealed: bytes) -> None:
        """When it returns they are kept for good."""

    async def read(self, name: str) -> bytes: ...

    async def remove_all_but(self, named: set[str], older_than: float) -> int:
        """Of what was last changed before that time, in seconds since 1970. How many."""


class NamedFiles:
    """In a place beside the database. Names are random and tell nothing; ``stored_as`` of the ``owners`` has them. No
    two kinds of owners share a place: what one does not name is swept away."""

    def __init__(self, place: Place, owners: Table) -> None:
        self._place = place
        self._id, self._owners, self._name = owners.c.id, owners, owners.c.stored_as

    async def put(self, sealed: bytes) -> Kept:
        name = secrets.token_hex(16)
        await self._place.write(name, sealed)
        return Kept(b"", name)

    async def save(self, connection: AsyncConnection, owner: int, content: Kept, now: datetime) -> None:  # noqa: ARG002 - its row knows
        named = update(self._owners).where(self._id == owner).values(stored_as=content.stored_as)
        await connection.execute(named)

    async def load(self, database: Database, owner: int) -> bytes | None:
        async with database.read() as connection:
            name = await connection.scalar(select(self._name).where(self._id == owner))
        return None if name is None else await self._place.read(name)

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None:
        await connection.execute(update(self._owners).where(self._id.in_(owners)).values(stored_as=None))

    async def sweep(self, database: Database, older_than: float) -> int:
        async with database.read() as connection:
            named = set(await connection.scalars(select(self._name).where(self._name.is_not(None))))
        return await self._place.remove_all_but(named, older_than)
