"""Links to issued papers: each for one paper, in one chat, for a stated time and number of openings.

Only a keyed hash of each is kept. It counts while the citizen whom the paper is about is still the one proven in the
chat that it was sent to: a telephone changes hands, and so do links.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.identity import PROVEN, identity_at
from casestore.tables import certificate_links as links
from casestore.tables import certificate_requests as requests
from casestore.tables import conversations
from casestore.vault import Vault

LIFETIME = timedelta(days=3)
OPENINGS = 10
"""A provider fetches a file once or twice for itself, and a citizen on more than one device."""
A_DAY, WINDOW = 10, timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opened: whose request, by id."""

    certificate_id: int
    citizen_id: int


class CertificateLinks:
    """Reads and writes links over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def issue(
        self,
        connection: AsyncConnection,
        certificate_id: int,
        conversation_id: int,
        token: str,
        now: datetime,
        *,
        limited: bool = True,
    ) -> bool:
        """Keep a link for this chat. ``False`` where the citizen of the paper is not proven there, or at the limit of
        a day; ``limited``: that limit counts, as it does not for a paper's first link. Who is proven is what the store
        says now, not what a turn believed."""
        citizen = await connection.scalar(select(requests.c.citizen_id).where(requests.c.id == certificate_id))
        if citizen is None or await self.proven_in(connection, conversation_id) != citizen:
            return False
        lately = and_(links.c.conversation_id == conversation_id, links.c.created_at > now - WINDOW)
        made = await connection.scalar(select(func.count()).select_from(links).where(lately)) or 0
        if limited and made >= A_DAY:
            return False
        row = {"certificate_id": certificate_id, "conversation_id": conversation_id, "citizen_id": citizen}
        row |= {"token_key": self._key(token), "created_at": now, "expires_at": now + LIFETIME}
        await connection.execute(links.insert().values(**row))
        return True

    async def open(self, connection: AsyncConnection, token: str, now: datetime, *, count: bool) -> Opened | None:
        """What this token opens; ``count``: that is one opening more. ``None`` for one that does not count."""
        alive = and_(links.c.token_key == self._key(token), links.c.expires_at > now, links.c.openings < OPENINGS)
        columns = (links.c.certificate_id, links.c.citizen_id, links.c.conversation_id)
        row = (await connection.execute(select(*columns).where(alive))).first()
        if row is None or await self.proven_in(connection, row.conversation_id) != row.citizen_id:
            return None
        if count:  # of two at once the last opening is one's
            used = update(links).where(alive).values(openings=links.c.openings + 1)
            if not (await connection.execute(used)).rowcount:
                return None
        return Opened(row.certificate_id, row.citizen_id)

    async def proven_in(self, connection: AsyncConnection, conversation_id: int) -> int | None:
        """The citizen who is proven in this chat now, if anybody is."""
        point = select(conversations.c.contact_point_id).where(conversations.c.id == conversation_id)
        contact_point = await connection.scalar(point)
        if contact_point is None:
            return None
        known = await identity_at(connection, contact_point)
        return known.citizen_id if known.level == PROVEN else None

    def _key(self, token: str) -> str:
        return self._vault.index("certificate", token)
