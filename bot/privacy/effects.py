"""The effects of preferences, copies and erasure, carried out in the turn's commit."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import EffectContext, EffectTable
from bot.conversation.links import OneTimeLinkSender
from bot.store import Store
from casestore.people.identity import PROVEN, identity_at
from casestore.rights.copy_links import LIFETIME
from dialogues.turn import Erase, SendCopy, SetPreference

PATH = "/my-data"


class PrivacyEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`."""

    def __init__(
        self, *, store: Store, link_sender: OneTimeLinkSender, new_token: Callable[[], str], public_url: str
    ) -> None:
        self._store = store
        self._link_sender = link_sender
        self._new_token = new_token
        self._public_url = public_url
        self.table: EffectTable = {
            SetPreference: self._set_preference,
            SendCopy: self._send_copy,
            Erase: self._erase,
        }

    async def _set_preference(self, connection: AsyncConnection, effect: SetPreference, context: EffectContext) -> None:
        point = context.conversation.contact_point_id
        known = await identity_at(connection, point)
        # a sender can be forged: what is not proven is said for this contact point alone
        citizen = known.speaker if known.level >= PROVEN else None
        said = (effect.kind, effect.value)
        await self._store.preferences.add(
            connection, point, citizen, *said, source="message", key=context.key, now=context.now
        )

    async def _send_copy(self, connection: AsyncConnection, _effect: SendCopy, context: EffectContext) -> None:
        """A link in a message of its own: easy to tap, and out of the transcript."""
        conversation, now, token = context.conversation, context.now, self._new_token()
        offered = await self._store.copies.offer(connection, conversation.contact_point_id, token, now)
        detail = "offered" if offered else "refused"
        await self._store.audits.note(connection, "copy.link", detail, now, subject_key=conversation.recipient_key)
        name = "utter_copy_link" if offered else "utter_copy_limit"
        await self._link_sender.send(connection, context, name, f"{self._public_url}{PATH}/{token}", LIFETIME)

    async def _erase(self, connection: AsyncConnection, effect: Erase, context: EffectContext) -> None:
        """The turn's own replies (``in:7:0``) answer it and go out; all else of the turn goes with the rest."""
        conversation = context.conversation
        turn = context.key.rpartition(":")[0]
        key = conversation.recipient_key
        point, whole = conversation.contact_point_id, effect.everywhere
        await self._store.erasure.erase(connection, point, context.now, key=turn, subject_key=key, everywhere=whole)
