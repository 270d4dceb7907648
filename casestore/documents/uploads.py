"""Files that arrive piece by piece: what has come is kept at once, sealed, so that a break costs less than a piece.

Each belongs to one link to the upload page and ends with it. Its key and its size are fixed when it begins; the key
follows from the link and what the browser says of the file, so that the same file, picked again after a break, goes on
where it was. It is no document yet: it becomes one when its form is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.documents.upload_links import UploadLink
from casestore.filevault import FileVault
from casestore.tables import upload_pieces, uploads
from casestore.vault import Vault

PIECE = 256 * 1024  # bytes
MOST_AT_ONCE = 10  # of one link that no form has named yet
MOST_WAITING = 100 * 1024 * 1024  # bytes of them together
_NAME = "uploads.name"


@dataclass(frozen=True, slots=True)
class Upload:
    """``received`` of ``size`` bytes have come."""

    id: int
    key: str
    name: str = field(repr=False)
    size: int
    received: int

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


class Uploads:
    """Reads and writes them over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._sealing = FileVault(vault)

    async def begin(self, link: UploadLink, said: str, name: str, size: int, now: datetime) -> Upload | None:
        """``said`` is what tells the file from others of the link. ``None`` where the link has as many as it may."""
        key = self._vault.index("resumable", f"{link.id}\0{size}\0{said}")
        async with self._database.write() as connection:
            of_link = select(func.count(), func.coalesce(func.sum(uploads.c.size), 0))
            others = and_(uploads.c.link_id == link.id, uploads.c.key != key)
            count, waiting = (await connection.execute(of_link.where(others))).one()
            if count >= MOST_AT_ONCE or waiting + size > MOST_WAITING:
                return None
            row = {"link_id": link.id, "key": key, "size": size, "created_at": now}
            insert = self._database.insert_new(uploads).values(**row, name_sealed=self._vault.seal(_NAME, name))
            await connection.execute(insert)
        return await self.find(link, key)

    async def find(self, link: UploadLink, key: str) -> Upload | None:
        of_link = and_(uploads.c.link_id == link.id, uploads.c.key == key)
        async with self._database.read() as connection:
            row = (await connection.execute(select(uploads).where(of_link))).first()
        if row is None:
            return None
        return Upload(row.id, row.key, self._vault.open(_NAME, row.name_sealed), row.size, row.received)

    async def unfinished(self, upload: Upload) -> bytes:
        """What has come of the piece that is not whole yet."""
        number, begun = divmod(upload.received, PIECE)
        return (await self._piece(upload, number))[:begun] if begun else b""

    async def add(self, upload: Upload, piece: bytes) -> Upload | None:
        """``piece`` in the place of the unfinished one, which it begins with. ``None`` where another has added
        meanwhile, or a form was sent."""
        number = upload.received // PIECE
        received = number * PIECE + len(piece)
        sealed = await asyncio.to_thread(self._sealing.seal, _subject(upload, number), piece)
        as_it_was = and_(uploads.c.id == upload.id, uploads.c.received == upload.received)
        this = and_(upload_pieces.c.upload_id == upload.id, upload_pieces.c.number == number)
        async with self._database.write() as connection:
            moved = await connection.execute(update(uploads).where(as_it_was).values(received=received))
            if not moved.rowcount:
                return None
            await connection.execute(delete(upload_pieces).where(this))
            await connection.execute(upload_pieces.insert().values(upload_id=upload.id, number=number, bytes=sealed))
        return Upload(upload.id, upload.key, upload.name, upload.size, received)

    async def content(self, upload: Upload) -> bytes:
        """Raises :class:`casestore.vault.SealBroken`."""
        numbers = range(-(-upload.received // PIECE))
        return b"".join([await self._piece(upload, number) for number in numbers])

    async def _piece(self, upload: Upload, number: int) -> bytes:
        this = and_(upload_pieces.c.upload_id == upload.id, upload_pieces.c.number == number)
        async with self._database.read() as connection:
            sealed = await connection.scalar(select(upload_pieces.c.bytes).where(this))
        return await asyncio.to_thread(self._sealing.open, _subject(upload, number), sealed or b"")

    async def drop(self, connection: AsyncConnection, keys: Sequence[str]) -> None:
        """They have become documents, or nothing will come of them."""
        await connection.execute(delete(uploads).where(uploads.c.key.in_(keys)))


def _subject(upload: Upload, number: int) -> str:
    return f"upload:{upload.key}:{number}"
