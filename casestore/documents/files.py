"""Where the sealed content of documents is kept: in parts in the database, or as files in a folder.

In the database it is committed, saved and erased with its row. A folder is for much of it: a file is written, and
flushed to the disk, before the row that names it is committed; one that no row names is swept away later.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.tables import document_parts, documents

PART = 256 * 1024  # bytes: a row is written in a millisecond or two, and holds nobody up


class Files(Protocol):
    """Keeps one sealed content for a document; another takes its place."""

    async def save(self, connection: AsyncConnection, document_id: int, sealed: bytes, now: datetime) -> None: ...

    async def load(self, connection: AsyncConnection, document_id: int) -> bytes | None:
        """``None`` when there is none any more."""

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None: ...

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:
        """Remove what belongs to no document and was last changed before ``older_than`` (seconds since 1970). How
        many."""


class DatabaseFiles:
    """In ``document_parts``."""

    async def save(self, connection: AsyncConnection, document_id: int, sealed: bytes, now: datetime) -> None:
        await self.drop(connection, [document_id])
        for number, start in enumerate(range(0, len(sealed), PART)):
            row = {"document_id": document_id, "number": number, "bytes": sealed[start : start + PART]}
            await connection.execute(document_parts.insert().values(**row, kept_at=now))

    async def load(self, connection: AsyncConnection, document_id: int) -> bytes | None:
        of_document = select(document_parts.c.bytes).where(document_parts.c.document_id == document_id)
        parts = (await connection.scalars(of_document.order_by(document_parts.c.number))).all()
        return b"".join(parts) or None

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None:
        await connection.execute(delete(document_parts).where(document_parts.c.document_id.in_(document_ids)))

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:  # noqa: ARG002 - rows go by themselves
        return 0


class FolderFiles:
    """Below ``folder``, which several machines may share. Names are random and tell nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def save(self, connection: AsyncConnection, document_id: int, sealed: bytes, now: datetime) -> None:  # noqa: ARG002 - its row knows
        name = secrets.token_hex(16)
        await asyncio.to_thread(self._write, name, sealed)
        await connection.execute(update(documents).where(documents.c.id == document_id).values(stored_as=name))

    async def load(self, connection: AsyncConnection, document_id: int) -> bytes | None:
        name = await connection.scalar(select(documents.c.stored_as).where(documents.c.id == document_id))
        return None if name is None else await asyncio.to_thread(self._path(name).read_bytes)

    async def drop(self, connection: AsyncConnection, document_ids: Sequence[int]) -> None:
        await connection.execute(update(documents).where(documents.c.id.in_(document_ids)).values(stored_as=None))

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:
        named = set(await connection.scalars(select(documents.c.stored_as).where(documents.c.stored_as.is_not(None))))
        return await asyncio.to_thread(self._remove_all_but, named, older_than)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _write(self, name: str, sealed: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(".part")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove_all_but(self, named: set[str], older_than: float) -> int:
        orphans = [
            path for path in self._folder.glob("??/*") if path.name not in named and path.stat().st_mtime < older_than
        ]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)
