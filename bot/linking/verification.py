"""Before a turn: does the contact registry still hold the mobile that a chat's link rests on?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import structlog

from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.repository import Conversation
from casestore.people.identity import Link
from casestore.vault import address_key
from connectors.registry import ContactRegistry, RegistryError

TRUSTED = timedelta(hours=12)  # how long the registry's last word stands while it cannot be asked
NOTED = timedelta(hours=1)  # how old a noted agreement may grow before it is noted anew: not a write a message

log = structlog.get_logger(__name__)


class RegistryLinkVerifier:
    """Asks once a turn, where a link rests on a mobile at all. The connector remembers a mobile for ten minutes."""

    def __init__(self, *, contacts: ContactRegistry | None, store: Store, clock: Clock) -> None:
        self._contacts = contacts
        self._store = store
        self._clock = clock

    async def verify(self, conversation: Conversation) -> Conversation:
        """The conversation with whoever may still be known in it.

        Another mobile, or none: the link goes at once, and is gone before the turn. While nobody can be asked, the last
        agreement counts for twelve hours; then nobody is known in this turn, and the link stays.
        """
        link = conversation.link
        if conversation.citizen_id is None or link is None or link.rests_on is None:
            return conversation
        try:
            mobile = await self._mobile(conversation.citizen_id)
        except RegistryError as error:
            log.warning("agreement.unknown", reason=error.reason)
            return conversation if self._is_recent(link, TRUSTED) else replace(conversation, citizen_id=None, level=0)
        agrees = mobile is not None and address_key(self._store.vault, "sms", mobile) == link.rests_on
        if agrees and self._is_recent(link, NOTED):
            return conversation
        return await self._note(conversation, conversation.citizen_id, mobile, agrees=agrees)

    async def _mobile(self, citizen_id: int) -> str | None:
        if self._contacts is None:
            raise RegistryError("contacts", "not set up")
        return await self._contacts.mobile_of(await self._store.citizens.afm_of(citizen_id))

    def _is_recent(self, link: Link, age: timedelta) -> bool:
        return link.agreed_at is not None and self._clock() - link.agreed_at <= age

    async def _note(
        self, conversation: Conversation, citizen_id: int, mobile: str | None, *, agrees: bool
    ) -> Conversation:
        now = self._clock()
        async with self._store.database.write() as connection:
            await self._store.links.set_mobile(connection, citizen_id, mobile, now)
            if not agrees:
                key = conversation.recipient_key
                await self._store.audits.note(connection, "link.dropped", "mobile changed", now, subject_key=key)
        return (
            conversation
            if agrees
            else await self._store.conversations.at(conversation.channel, conversation.address, now)
        )
