"""What is said of a certificate outside a turn, and how its file goes out: once for each cause, in the commit of what
it tells, and only into a chat where the citizen whom it is about is still the one proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.port import OutboundFile
from bot.conversation.effects import Wording
from bot.messaging.compose import Recipient, compose
from bot.store import Store
from casestore.certificates.links import LIFETIME, OPENINGS
from casestore.certificates.model import StoredRequest
from casestore.conversations.repository import Chat
from casestore.queues.outbox import Kind
from dialogues.catalogue import Catalogue
from dialogues.say import LocalizedText

PATH = "/d"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A paper as it is sent: its code, and its file's size in bytes."""

    code: str
    size: int


class CertificateNotes:
    """Speaks in a request's own chat, or in the one that asks for it again."""

    def __init__(
        self, *, store: Store, wording: Wording, catalogue: Catalogue, new_token: Callable[[], str], public_url: str
    ) -> None:
        self._store = store
        self._wording = wording
        self._catalogue = catalogue
        self._new_token = new_token
        self._public_url = public_url

    def title(self, kind: str) -> LocalizedText:
        return self._catalogue.services[kind].title

    async def say(
        self,
        connection: AsyncConnection,
        request: StoredRequest,
        name: str,
        now: datetime,
        **values: str | LocalizedText,
    ) -> None:
        """The response ``name`` with the certificate's title, where it was asked for."""
        conversation = request.conversation_id
        chat = await self._store.conversations.chat(conversation)
        proven = await self._store.certificate_links.proven_in(connection, conversation)
        if chat is None or proven != request.citizen_id:
            return
        values = {"title": self.title(request.kind), **values}
        said = {key: value if isinstance(value, str) else value[chat.language] for key, value in values.items()}
        reply = self._wording.say(name, chat.language, chat.channel, **said)
        key = f"cert:{request.id}:{name.removeprefix('utter_certificate_')}"
        recipient = Recipient(chat.channel, chat.address, conversation)
        composed = compose(reply, recipient, key, now, kind=Kind.NOTICE)
        await self._store.transcript.add_lines(connection, conversation, composed.lines, request.citizen_id)
        await self._store.outbox.add(connection, composed.dispatches, now)

    async def deliver(
        self,
        connection: AsyncConnection,
        request: StoredRequest,
        paper: Delivered,
        now: datetime,
        *,
        key: str,
        conversation_id: int,
        limited: bool = True,
    ) -> bool:
        """The file by a link of its own, with its code. ``False`` where no link may be made for this chat; ``limited``:
        the limit of a day counts."""
        chat = await self._store.conversations.chat(conversation_id)
        token = self._new_token()
        links = self._store.certificate_links
        if chat is None or not await links.issue(connection, request.id, conversation_id, token, now, limited=limited):
            return False
        title = self.title(request.kind)[chat.language]
        told = {"title": title, "code": paper.code, "days": str(LIFETIME.days), "count": str(OPENINGS)}
        reply = self._wording.say("utter_certificate_ready", chat.language, chat.channel, **told)
        composed = compose(
            reply,
            _recipient(chat, conversation_id),
            key,
            now,
            kind=Kind.LINK,
            expires_at=now + LIFETIME,
            file=OutboundFile(f"{self._public_url}{PATH}/{token}", f"{title}.pdf", paper.size, PDF),
        )
        await self._store.transcript.add_lines(connection, conversation_id, composed.lines, request.citizen_id)
        await self._store.outbox.add(connection, composed.dispatches, now)
        return True


def _recipient(chat: Chat, conversation_id: int) -> Recipient:
    return Recipient(chat.channel, chat.address, conversation_id)
