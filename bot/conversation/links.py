"""A link that opens a door: sent in a message of its own, easy to tap, and kept out of the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import EffectContext, Wording
from bot.messaging.compose import Recipient, compose
from casestore.conversations.transcript import Transcript
from casestore.queues.outbox import Kind, Outbox
from dialogues.turn import Reply

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

        def say(link: str) -> Reply:
            return self.wording.say(name, conversation.language, conversation.channel, link=link)

        composed = compose(
            say(url),
            Recipient(conversation.channel, conversation.address, conversation.id),
            context.key,
            now,
            kind=Kind.LINK,
            expires_at=now + lifetime,
            transcript_text=say(REDACTED_LINK).text,
        )
        await self.transcript.add_lines(connection, conversation.id, composed.lines)
        await self.outbox.add(connection, composed.dispatches, now)
