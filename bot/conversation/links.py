"""A link that opens a door: sent in a message of its own, easy to tap, and kept out of the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import EffectContext, Wording
from casestore.conversations.transcript import Author, Line, Transcript
from casestore.queues.outbox import Dispatch, Kind, Outbox, Priority

REDACTED_LINK = (
    "…"  # stands for the link in the transcript: what opens a door is kept nowhere in the clear, nor for long
)


@dataclass(frozen=True, slots=True)
class OneTimeLinkSender:
    """Sends links after the turn's replies."""

    transcript: Transcript
    outbox: Outbox
    wording: Wording

    async def send(
        self, connection: AsyncConnection, context: EffectContext, name: str, url: str, lifetime: timedelta
    ) -> None:
        """The response ``name`` with ``url`` in it, in the turn's commit; not sent once ``lifetime`` is over."""
        conversation, now = context.conversation, context.now

        def say(link: str) -> str:
            return self.wording.say(name, conversation.language, conversation.channel, link=link).text

        dispatch = Dispatch(
            key=context.key,
            channel=conversation.channel,
            address=conversation.address,
            body={"text": say(url), "choices": []},
            kind=Kind.LINK,
            priority=Priority.REPLY,
            conversation_id=conversation.id,
            due_at=now,
            expires_at=now + lifetime,
        )
        await self.transcript.add_lines(
            connection, conversation.id, [Line(context.key, Author.BOT, say(REDACTED_LINK), now, name)]
        )
        await self.outbox.add(connection, [dispatch], now)
