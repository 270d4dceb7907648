"""What a turn may read of what is held of somebody, from the case store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.store import Store
from dialogues.ports import NoticeView

_DIGITS = 10**6
CONFIRMING = ("utter_erase_confirm", "utter_erase_confirm_chat", "utter_unlink_confirm")
"""Responses that show digits to be typed back."""


class StorePrivacy:
    """Implements :class:`dialogues.ports.PrivacyReads`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def held(self, citizen_id: int) -> Mapping[str, int]:
        return await self._store.holdings.kinds(citizen_id)

    async def notices(self, conversation_id: int, citizen_id: int | None) -> NoticeView:
        point = await self._store.conversations.contact_point_of(conversation_id) or 0  # in a terminal there is none
        wanted = await self._store.preferences.at(point, citizen_id)
        quiet = (f"{wanted.quiet.start:%H:%M}", f"{wanted.quiet.end:%H:%M}") if wanted.quiet else None
        return NoticeView(wanted.channel, wanted.only, quiet, await self._store.consents.newest(point))

    async def confirmations_asked(self, conversation_id: int, now: datetime) -> int:
        return await self._store.transcript.count_said(conversation_id, CONFIRMING, now - timedelta(days=1))

    def confirmation(self, conversation_id: int, mark: str) -> str:
        return f"{int(self._store.vault.index(f'confirm/{conversation_id}', mark), 16) % _DIGITS:06d}"
