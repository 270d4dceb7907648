"""A login that ended well: its code, and one commit of what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import Wording
from casestore.audit import AuditTrail
from casestore.conversations.transcript import Author, Line, Transcript
from casestore.database import Database
from casestore.people.codes import LIFETIME as CODE_LIFETIME
from casestore.people.codes import Codes
from casestore.people.login_links import Chat, Link, LoginLinks
from casestore.queues.outbox import Dispatch, Kind, Outbox, Priority
from casestore.vault import Vault

CODES = 1_000_000
_DONE = "utter_login_done"


class LinkEnded(Exception):
    """The link was ended while its person logged in: by unlinking, by a newer one, or by time."""


class LoginCompletion:
    """Keeps that somebody logged in, and asks for the code in the chat that the link was for. Links nobody: typing
    the code there does."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        codes: Codes,
        links: LoginLinks,
        transcript: Transcript,
        outbox: Outbox,
        audits: AuditTrail,
        wording: Wording,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._vault = vault
        self._codes = codes
        self._links = links
        self._transcript = transcript
        self._outbox = outbox
        self._audits = audits
        self._wording = wording
        self._clock = clock

    def code(self, link: Link, state: str, browser: str) -> str:
        """Six digits that follow from this browser's secret, this login and our key: the page can show them again when
        it is loaded anew, and nothing that is stored tells them."""
        return f"{int(self._vault.index('login-code', f'{link.id}:{state}:{browser}'), 16) % CODES:06d}"

    async def is_open(self, code_id: int) -> bool:
        return await self._codes.is_open(code_id, self._clock())

    async def __call__(self, link: Link, afm: str, code: str) -> None:
        """Raises :class:`LinkEnded`; nothing is kept then. Of the person nothing is kept but the code's tax number."""
        chat = await self._links.chat(link)
        async with self._database.write(wake=True) as connection:
            now = self._clock()
            code_id = await self._codes.show(connection, link.conversation_id, afm, code, now)
            if not await self._links.finish(connection, link, code_id, now):
                raise LinkEnded
            await self._tell(connection, link, chat, now)
            await self._audits.note(connection, "login.done", "code shown", now, subject_key=chat.recipient_key)

    async def _tell(self, connection: AsyncConnection, link: Link, chat: Chat, now: datetime) -> None:
        key = f"login:{link.id}"
        text = self._wording.say(_DONE, chat.language, chat.channel).text
        dispatch = Dispatch(
            key=key,
            channel=chat.channel,
            address=chat.address,
            body={"text": text, "choices": []},
            kind=Kind.REPLY,
            priority=Priority.REPLY,
            conversation_id=link.conversation_id,
            due_at=now,
            expires_at=now + CODE_LIFETIME,
        )
        await self._transcript.add_lines(connection, link.conversation_id, [Line(key, Author.BOT, text, now, _DONE)])
        await self._outbox.add(connection, [dispatch], now)
