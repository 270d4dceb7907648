"""A login that ended well: its code, and one commit of what follows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import Wording
from bot.messaging.compose import Recipient, compose
from bot.runtime import Clock
from bot.store import Store
from casestore.people.codes import LIFETIME as CODE_LIFETIME
from casestore.people.login_links import Chat, Link

CODES = 1_000_000
_DONE = "utter_login_done"


class LinkEnded(Exception):
    """The link was ended while its person logged in: by unlinking, by a newer one, or by time."""


class LoginCompletion:
    """Keeps that somebody logged in, and asks for the code in the chat that the link was for. Links nobody: typing
    the code there does."""

    def __init__(self, *, store: Store, wording: Wording, clock: Clock) -> None:
        self._store = store
        self._wording = wording
        self._clock = clock

    def code(self, link: Link, state: str, browser: str) -> str:
        """Six digits that follow from this browser's secret, this login and our key: the page can show them again when
        it is loaded anew, and nothing that is stored tells them."""
        return f"{int(self._store.vault.index('login-code', f'{link.id}:{state}:{browser}'), 16) % CODES:06d}"

    async def is_open(self, code_id: int) -> bool:
        return await self._store.codes.is_open(code_id, self._clock())

    async def complete(self, link: Link, afm: str, code: str) -> None:
        """Raises :class:`LinkEnded`; nothing is kept then. Of the person nothing is kept but the code's tax number."""
        chat = await self._store.login_links.chat(link)
        async with self._store.database.write(wake=True) as connection:
            now = self._clock()
            code_id = await self._store.codes.show(connection, link.conversation_id, afm, code, now)
            if not await self._store.login_links.finish(connection, link, code_id, now):
                raise LinkEnded
            await self._tell(connection, link, chat, now)
            await self._store.audits.note(connection, "login.done", "code shown", now, subject_key=chat.recipient_key)

    async def _tell(self, connection: AsyncConnection, link: Link, chat: Chat, now: datetime) -> None:
        reply = self._wording.say(_DONE, chat.language, chat.channel)
        recipient = Recipient(chat.channel, chat.address, link.conversation_id)
        composed = compose(reply, recipient, f"login:{link.id}", now, expires_at=now + CODE_LIFETIME)
        await self._store.transcript.add_lines(connection, link.conversation_id, composed.lines)
        await self._store.outbox.add(connection, composed.dispatches, now)
