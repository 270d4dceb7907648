"""What a turn may read of what is held of somebody, from the case store."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from casestore.database import Database
from casestore.people.identity import People
from casestore.people.preferences import Preferences
from casestore.rights.holdings import Holdings
from casestore.tables import conversations
from casestore.vault import Vault
from dialogues.channels import PREFERENCES
from dialogues.ports import NoticeView

_DIGITS = 10**6


class StorePrivacy:
    """Implements :class:`dialogues.ports.PrivacyReads`."""

    def __init__(self, database: Database, vault: Vault, people: People) -> None:
        self._database = database
        self._vault = vault
        self._people = people
        self._holdings = Holdings(database, vault)
        self._preferences = Preferences(database, PREFERENCES)

    async def held(self, citizen_id: int) -> Mapping[str, int]:
        return await self._holdings.kinds(citizen_id)

    async def notices(self, conversation_id: int, citizen_id: int | None) -> NoticeView:
        conversation = select(conversations.c.contact_point_id).where(conversations.c.id == conversation_id)
        async with self._database.read() as connection:
            point = await connection.scalar(conversation) or 0  # talking in a terminal is no conversation
        wanted = await self._preferences.here(point, citizen_id)
        quiet = (f"{wanted.quiet.start:%H:%M}", f"{wanted.quiet.end:%H:%M}") if wanted.quiet else None
        return NoticeView(wanted.channel, wanted.only, quiet, await self._people.consented(point))

    def confirmation(self, conversation_id: int, mark: str) -> str:
        return f"{int(self._vault.index(f'confirm/{conversation_id}', mark), 16) % _DIGITS:06d}"
