"""Where the sealed content of documents is kept: in parts in the database, or under a name somewhere else.

In the database it is committed, saved and erased with its row. A folder or a bucket (``places.py``) is for much of it:
the content is there, for good, before the row that names it is committed; what no row names is swept away later. No
transaction is open while such a place is spoken with.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.documents.model import SealedContent
from casestore.tables import document_parts, documents

PART = 256 * 1024  # bytes: a row is written in a millisecond or two, and holds nobody up


class FilesDown(Exception):
    """The place where content is kept cannot be reached, or does not do what it is asked. ``str`` is safe to log."""


class Files(Protocol):
    """Keeps one sealed content for a document; another takes its place."""

    async def put(self, sealed: bytes) -> str | None:
        """Keep it beside the database, before the commit; its name there. ``None`` where :meth:`save` keeps it.

        Raises :class:`FilesDown`.
        """

    async def save(
        self, connection: AsyncConnection, document_id: int, content: SealedContent, now: datetime
    ) -> None: ...

    async def load(self, database: Database, document_id: int) -> bytes | None:
        """``None`` when there is none any more. Raises :class:`FilesDown`."""

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None: ...

    async def sweep(self, database: Database, older_than: float) -> int:
        """Remove what belongs to no document and was last changed before ``older_than`` (seconds since 1970). How
        many. Raises :class:`FilesDown`."""


class DatabaseFiles:
    """In ``document_parts``."""

    async def put(self, sealed: bytes) -> str | None:  # noqa: ARG002 - its row will have it
        return None

    async def save(self, connection: AsyncConnection, document_id: int, content: SealedContent, now: datetime) -> None:
        await self.drop(connection, [document_id])
        for number, start in enumerate(range(0, len(content.sealed), PART)):
            row = {"document_id": document_id, "number": number, "bytes": content.sealed[start : start + PART]}
            await connection.execute(document_parts.insert().values(**row, kept_at=now))

    async def load(self, database: Database, document_id: int) -> bytes | None:
        of_document = select(document_parts.c.bytes).where(document_parts.c.document_id == document_id)
        async with database.read() as connection:
            parts = (await connection.scalars(of_document.order_by(document_parts.c.number))).all()
        return b"".join(parts) or None

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None:
        await connection.execute(delete(document_parts).where(document_parts.c.document_id.in_(document_ids)))

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
    """In a place beside the database. Names are random and tell nothing."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def put(self, sealed: bytes) -> str | None:
        name = secrets.token_hex(16)
        await self._place.write(name, sealed)
        return name

    async def save(self, connection: AsyncConnection, document_id: int, content: SealedContent, now: datetime) -> None:  # noqa: ARG002 - its row knows
        named = update(documents).where(documents.c.id == document_id).values(stored_as=content.stored_as)
        await connection.execute(named)

    async def load(self, database: Database, document_id: int) -> bytes | None:
        async with database.read() as connection:
            name = await connection.scalar(select(documents.c.stored_as).where(documents.c.id == document_id))
        return None if name is None else await self._place.read(name)

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None:
        await connection.execute(update(documents).where(documents.c.id.in_(document_ids)).values(stored_as=None))

    async def sweep(self, database: Database, older_than: float) -> int:
        of_rows = select(documents.c.stored_as).where(documents.c.stored_as.is_not(None))
        async with database.read() as connection:
            named = set(await connection.scalars(of_rows))
        return await self._place.remove_all_but(named, older_than)
