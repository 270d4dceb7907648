"""Where sealed content is kept, of documents and of certificates alike: in parts in the database, or in a folder.

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

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

PART = 256 * 1024  # bytes: a row is written in a millisecond or two, and holds nobody up


class Files(Protocol):
    """Keeps one sealed content for an owner (a row of its table, by id); another takes its place."""

    async def save(self, connection: AsyncConnection, owner: int, sealed: bytes, now: datetime) -> None: ...

    async def load(self, connection: AsyncConnection, owner: int) -> bytes | None:
        """``None`` when there is none any more."""

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None: ...

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:
        """Remove what belongs to no owner and was last changed before ``older_than`` (seconds since 1970). How
        many."""


class PartFiles:
    """In rows of ``parts``, whose column ``of`` names the owner."""

    def __init__(self, parts: Table, of: str) -> None:
        self._parts = parts
        self._of = parts.c[of]

    async def save(self, connection: AsyncConnection, owner: int, sealed: bytes, now: datetime) -> None:
        await self.drop(connection, [owner])
        for number, start in enumerate(range(0, len(sealed), PART)):
            row = {self._of.name: owner, "number": number, "bytes": sealed[start : start + PART]}
            await connection.execute(self._parts.insert().values(**row, kept_at=now))

    async def load(self, connection: AsyncConnection, owner: int) -> bytes | None:
        of_owner = select(self._parts.c.bytes).where(self._of == owner)
        parts = (await connection.scalars(of_owner.order_by(self._parts.c.number))).all()
        return b"".join(parts) or None

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None:
        await connection.execute(delete(self._parts).where(self._of.in_(owners)))

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:  # noqa: ARG002 - rows go by themselves
        return 0


class OwnedFolder:
    """Below ``folder``, which several machines may share. Names are random and tell nothing; ``stored_as`` of the
    ``owners`` has them. No two kinds of owners share a folder: what one does not name is swept away."""

    def __init__(self, folder: Path, owners: Table) -> None:
        self._folder = folder
        self._id, self._owners, self._name = owners.c.id, owners, owners.c.stored_as

    async def save(self, connection: AsyncConnection, owner: int, sealed: bytes, now: datetime) -> None:  # noqa: ARG002 - its row knows
        name = secrets.token_hex(16)
        await asyncio.to_thread(self._write, name, sealed)
        await connection.execute(update(self._owners).where(self._id == owner).values(stored_as=name))

    async def load(self, connection: AsyncConnection, owner: int) -> bytes | None:
        name = await connection.scalar(select(self._name).where(self._id == owner))
        return None if name is None else await asyncio.to_thread(self._path(name).read_bytes)

    async def drop(self, connection: AsyncConnection, owners: Sequence[int]) -> None:
        await connection.execute(update(self._owners).where(self._id.in_(owners)).values(stored_as=None))

    async def sweep(self, connection: AsyncConnection, older_than: float) -> int:
        named = set(await connection.scalars(select(self._name).where(self._name.is_not(None))))
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
