"""What citizens hear of a takeover: the employee's answers, and that the bot is back. In the commit of its cause."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.facts import CHANNELS
from bot.conversation.effects import Wording
from bot.messaging.compose import Recipient, compose
from bot.store import Store
from casestore.conversations.repository import Chat
from casestore.conversations.transcript import Author
from casestore.queues.outbox import Kind
from casestore.staff.model import Member
from dialogues.say import LocalizedText
from dialogues.turn import Reply


class TooLong(ValueError):
    """The channel would cut the end of it off."""


BACK, GIVEN_BACK = "utter_bot_back", "utter_given_back"
WHO: LocalizedText = {"el": "{name}, υπάλληλος:", "en": "{name}, employee:"}
"""Stands before the first answer of whoever has just taken over: the citizen knows who speaks."""


class Speaking:
    """Says things in a conversation."""

    def __init__(self, store: Store, wording: Wording) -> None:
        self._store = store
        self._wording = wording

    async def answer(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        chat: Chat,
        who: Member,
        text: str,
        key: str,
        now: datetime,
    ) -> None:
        """The employee's ``text``, under ``key``. Raises :class:`TooLong`."""
        told = await self.introduced(connection, conversation_id, chat.language, who, text)
        if not CHANNELS[chat.channel].holds(told):
            raise TooLong
        await self._say(connection, conversation_id, chat, Reply(told), key, now, text=text, author=Author.AGENT)

    async def introduced(
        self, connection: AsyncConnection, conversation_id: int, language: str, who: Member, text: str
    ) -> str:
        """As the citizen reads it."""
        since = await self._store.takeovers.owner_since(connection, conversation_id)
        if since is None or await self._store.takeovers.has_spoken(connection, conversation_id, since):
            return text
        return f"{WHO[language].format(name=who.name)}\n{text}"

    async def bot_is_back(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        chat: Chat | None,
        version: int,
        now: datetime,
        name: str = BACK,
    ) -> None:
        """The bot answers again since this ``version`` of the ownership, and its dialogue begins anew."""
        begun: dict[str, object] = {"event": "session_started", "timestamp": now.timestamp()}
        await self._store.history.begin_anew(connection, conversation_id, version, [begun], now)
        if chat is not None:
            reply = self._wording.say(name, chat.language, chat.channel)
            await self._say(connection, conversation_id, chat, reply, f"back:{conversation_id}:{version}", now)

    async def _say(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        chat: Chat,
        reply: Reply,
        key: str,
        now: datetime,
        *,
        text: str | None = None,
        author: Author = Author.BOT,
    ) -> None:
        to = Recipient(chat.channel, chat.address, conversation_id)
        kind = Kind.AGENT if author is Author.AGENT else Kind.REPLY
        composed = compose(reply, to, key, now, kind=kind, transcript_text=text, author=author)
        speaker = await self._store.takeovers.speaker(connection, conversation_id)
        await self._store.transcript.add_lines(connection, conversation_id, composed.lines, speaker)
        await self._store.outbox.add(connection, composed.dispatches, now)
