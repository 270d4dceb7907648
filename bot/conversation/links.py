"""A link that opens a door: sent in a message of its own, easy to tap, and kept out of the transcript."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import Cause, Wording
from casestore.conversations.transcript import Line, Talk
from casestore.queues.outbox import Dispatch, Outbox, Priority

HIDDEN = "…"  # stands for the link in the transcript: what opens a door is kept nowhere in the clear, nor for long


@dataclass(frozen=True, slots=True)
class Doors:
    """Sends links after the turn's replies."""

    talk: Talk
    outbox: Outbox
    wording: Wording

    async def send(self, connection: AsyncConnection, cause: Cause, name: str, url: str, lifetime: timedelta) -> None:
        """The response ``name`` with ``url`` in it, in the turn's commit; not sent once ``lifetime`` is over."""
        here, now = cause.conversation, cause.now

        def say(link: str) -> str:
            return self.wording.say(name, here.language, here.channel, link=link).text

        dispatch = Dispatch(
            key=cause.key,
            channel=here.channel,
            address=here.address,
            body={"text": say(url), "choices": []},
            kind="link",
            priority=Priority.REPLY,
            conversation_id=here.id,
            due_at=now,
            expires_at=now + lifetime,
        )
        await self.talk.add_lines(connection, here.id, [Line(cause.key, "bot", say(HIDDEN), now, name)])
        await self.outbox.add(connection, [dispatch], now)
