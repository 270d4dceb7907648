"""What is said into a chat about a document outside a turn: when it was refused, looks blurred, was submitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import Wording
from bot.conversation.takeover import bot_answers
from bot.messaging.compose import Recipient, compose, compose_all
from bot.store import Store
from casestore.conversations.ownership import current
from casestore.documents.model import Paper, StoredDocument
from casestore.queues.outbox import Kind
from dialogues.say import LocalizedText
from dialogues.turn import Reply

SayIn = Callable[[str, str], Sequence[Reply]]
"""Messages for a language and a channel."""


class DocumentNotes:
    """Said once for each cause, in the commit of what it tells."""

    def __init__(self, store: Store, wording: Wording) -> None:
        self._store = store
        self._wording = wording

    async def say(
        self,
        connection: AsyncConnection,
        document: StoredDocument,
        name: str,
        now: datetime,
        **values: str | LocalizedText,
    ) -> None:
        """The response ``name``, in the conversation's language. Nobody is written to whose address is gone."""
        chat = await self._store.conversations.chat(document.conversation_id)
        if chat is None:
            return
        said = {key: value if isinstance(value, str) else value[chat.language] for key, value in values.items()}
        reply = self._wording.say(name, chat.language, chat.channel, **said)
        recipient = Recipient(chat.channel, chat.address, document.conversation_id)
        composed = compose(
            reply, recipient, f"doc:{document.id}:{name.removeprefix('utter_paper_')}", now, kind=Kind.NOTICE
        )
        await self._store.transcript.add_lines(
            connection, document.conversation_id, composed.lines, document.citizen_id
        )
        await self._store.outbox.add(connection, composed.dispatches, now)

    async def tell(
        self, connection: AsyncConnection, document: StoredDocument, say: SayIn, name: str, now: datetime
    ) -> None:
        """What ``say`` puts into words, once for this ``name``; nothing where an employee answers."""
        chat = await self._store.conversations.chat(document.conversation_id)
        if chat is None or not bot_answers(await current(connection, document.conversation_id)):
            return
        recipient = Recipient(chat.channel, chat.address, document.conversation_id)
        composed = compose_all(say(chat.language, chat.channel), recipient, f"doc:{document.id}:{name}", now)
        await self._store.transcript.add_lines(
            connection, document.conversation_id, composed.lines, document.citizen_id
        )
        await self._store.outbox.add(connection, composed.dispatches, now)

    async def about(
        self,
        connection: AsyncConnection,
        document: StoredDocument,
        paper: Paper,
        name: str,
        now: datetime,
        **values: str,
    ) -> None:
        """The same of a paper."""
        await self.say(connection, document, name, now, papers=paper.title, reference=paper.reference, **values)
