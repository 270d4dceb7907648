"""The one way to say something: a reply becomes rows of the outbox and a line of the transcript, for one commit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.facts import CHANNELS
from bot.channels.port import OutboundFile
from bot.messaging.payload import OutboundBody
from casestore.conversations.transcript import Author, Line
from casestore.queues.outbox import Dispatch, Kind, Priority
from dialogues.turn import Reply


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom. Without a conversation (the mobile that a code goes to) nothing is kept in a transcript."""

    channel: str
    address: str
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """What is to be committed together."""

    dispatches: tuple[Dispatch, ...] = ()
    lines: tuple[Line, ...] = ()


def compose(
    reply: Reply,
    recipient: Recipient,
    key: str,
    now: datetime,
    *,
    kind: Kind = Kind.REPLY,
    priority: Priority = Priority.REPLY,
    expires_at: datetime | None = None,
    transcript_text: str | None = None,
    file: OutboundFile | None = None,
    author: Author = Author.BOT,
) -> Composed:
    """One reply, in as many parts as its channel needs, due now.

    ``key`` names the cause: the line and the first part have it, the second part is ``<key>:1``.
    ``transcript_text`` stands in the transcript instead of a text that must not be kept.
    """
    facts = CHANNELS[recipient.channel]
    dispatches = tuple(
        Dispatch(
            key=f"{key}:{number}" if number else key,
            channel=recipient.channel,
            address=recipient.address,
            body=OutboundBody.of(part).encode(),
            kind=kind,
            priority=priority,
            conversation_id=recipient.conversation_id,
            due_at=now,
            expires_at=expires_at,
            parts=facts.parts(part),
        )
        for number, part in enumerate(facts.compose(reply, file))
    )
    if recipient.conversation_id is None:
        return Composed(dispatches)
    text = reply.text if transcript_text is None else transcript_text
    return Composed(dispatches, (Line(key, author, text, now, reply.name or None),))


def compose_all(
    replies: Iterable[Reply], recipient: Recipient, cause: str, now: datetime, *, kind: Kind = Kind.REPLY
) -> Composed:
    """The replies to one message, under ``<cause>:0``, ``<cause>:1`` and so on."""
    each = [compose(reply, recipient, f"{cause}:{number}", now, kind=kind) for number, reply in enumerate(replies)]
    return Composed(
        tuple(dispatch for composed in each for dispatch in composed.dispatches),
        tuple(line for composed in each for line in composed.lines),
    )
