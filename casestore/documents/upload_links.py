"""One-time links to the upload page. Each is for one case, and ends by time, by a newer one, or when it is used up.

Opening one changes nothing. It lasts for a day: who gets it on a telephone may have the paper elsewhere. It counts only
while the citizen whom it was made for is still known in the chat that asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.identity import identity_at
from casestore.tables import conversations, upload_links
from casestore.vault import Vault

LIFETIME = timedelta(hours=24)
A_DAY, WINDOW = 10, timedelta(days=1)
MOST_FILES = 30  # by one link


@dataclass(frozen=True, slots=True)
class UploadLink:
    """A link that counts."""

    id: int
    conversation_id: int
    citizen_id: int
    reference: str
    language: str
    files: int
    expires_at: datetime


class UploadLinks:
    """Reads and writes links over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def issue(
        self, connection: AsyncConnection, conversation_id: int, reference: str, token: str, now: datetime
    ) -> bool:
        """Keep a link for whoever is known in this conversation; ``False`` at the limit of a day.

        Raises ``LookupError`` where nobody is: who is known is what the store says now, not what a turn believed.
        """
        citizen = await self._known(connection, conversation_id)
        if citizen is None:
            raise LookupError("nobody is known here")
        lately = and_(upload_links.c.conversation_id == conversation_id, upload_links.c.created_at > now - WINDOW)
        if (await connection.scalar(select(func.count()).select_from(upload_links).where(lately)) or 0) >= A_DAY:
            return False
        older = and_(upload_links.c.conversation_id == conversation_id, upload_links.c.expires_at > now)
        await connection.execute(update(upload_links).where(older).values(expires_at=now))
        row = {"conversation_id": conversation_id, "citizen_id": citizen, "token_key": self._key(token)}
        row |= {"reference": reference, "created_at": now, "expires_at": now + LIFETIME}
        await connection.execute(upload_links.insert().values(**row))
        return True

    async def find(self, token: str, now: datetime) -> UploadLink | None:
        """What this token opens. Reads only."""
        columns = (upload_links, conversations.c.language)
        of_token = and_(upload_links.c.token_key == self._key(token), upload_links.c.expires_at > now)
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(*columns).join_from(upload_links, conversations).where(of_token))
            ).first()
            if row is None or await self._known(connection, row.conversation_id) != row.citizen_id:
                return None
        found = (row.id, row.conversation_id, row.citizen_id, row.reference, row.language, row.files, row.expires_at)
        return UploadLink(*found)

    async def count(self, connection: AsyncConnection, link: UploadLink, files: int, now: datetime) -> bool:
        """So many more files came by it. ``False`` where that is more than one may bring, or it has ended meanwhile: by
        its time, a newer one, or because another is known in its chat now."""
        if await self._known(connection, link.conversation_id) != link.citizen_id:
            return False
        alive = and_(upload_links.c.id == link.id, upload_links.c.expires_at > now)
        room = and_(alive, upload_links.c.files + files <= MOST_FILES)
        counted = update(upload_links).where(room).values(files=upload_links.c.files + files)
        return bool((await connection.execute(counted)).rowcount)

    async def _known(self, connection: AsyncConnection, conversation_id: int) -> int | None:
        point = select(conversations.c.contact_point_id).where(conversations.c.id == conversation_id)
        contact_point = await connection.scalar(point)
        return None if contact_point is None else (await identity_at(connection, contact_point)).citizen_id

    def _key(self, token: str) -> str:
        return self._vault.index("upload", token)
