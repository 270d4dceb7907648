"""The effects of linking by the State's login: a link goes out, a link to a citizen ends."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import EffectContext, EffectTable
from bot.conversation.links import OneTimeLinkSender
from bot.store import Store
from casestore.people.login_links import LIFETIME
from dialogues.turn import SendLoginLink, Unlink


class LinkingEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`."""

    def __init__(
        self, *, store: Store, link_sender: OneTimeLinkSender, new_token: Callable[[], str], public_url: str
    ) -> None:
        self._store = store
        self._link_sender = link_sender
        self._new_token = new_token
        self._public_url = public_url
        self.table: EffectTable = {SendLoginLink: self._send_link, Unlink: self._unlink}

    async def _send_link(self, connection: AsyncConnection, _effect: SendLoginLink, context: EffectContext) -> None:
        """After the turn's replies, in a message of its own: easy to tap, and out of the transcript."""
        conversation, now, token = context.conversation, context.now, self._new_token()
        issued = await self._store.login_links.issue(connection, conversation.id, token, now)
        await self._note(connection, context, "login.link", "issued" if issued else "refused")
        name = "utter_login_link" if issued else "utter_login_link_limit"
        await self._link_sender.send(connection, context, name, f"{self._public_url}/link/{token}", LIFETIME)

    async def _unlink(self, connection: AsyncConnection, _effect: Unlink, context: EffectContext) -> None:
        conversation, now = context.conversation, context.now
        await self._store.codes.void(connection, conversation.id)
        await self._store.login_links.void(connection, conversation.id, now)
        if conversation.citizen_id is not None:
            await self._store.links.unlink(connection, conversation.contact_point_id, conversation.citizen_id, now)
            await self._note(connection, context, "link.ended", "by the citizen")

    async def _note(self, connection: AsyncConnection, context: EffectContext, action: str, detail: str) -> None:
        key = context.conversation.recipient_key
        await self._store.audits.note(connection, action, detail, context.now, subject_key=key)
