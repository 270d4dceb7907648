"""The effects of handing a paper in, carried out in the turn's commit."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.port import Attachment
from bot.conversation.effects import EffectContext, EffectTable
from bot.conversation.links import OneTimeLinkSender
from bot.store import Store
from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import Handed, Paper
from casestore.documents.upload_links import LIFETIME
from casestore.people.identity import identity_at
from dialogues.actions.documents import FILES
from dialogues.turn import HandIn, Reply, SendUploadLink, TakeBack, TakeFiles
from dialogues.turn import Paper as NamedPaper

PATH = "/upload"
MOST_WAITING = 20  # files of a chat that wait to be told apart: more are no paper any more


class Offered(Attachment, frozen=True):
    """An attachment as its task keeps it. ``asks``: what is said once it was looked at."""

    asks: tuple[Reply, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Offered)


def packed(attachment: Attachment, asks: tuple[Reply, ...] = ()) -> str:
    """What is known of an attachment, as its task keeps it."""
    known = Offered(attachment.kind, attachment.address, attachment.name, attachment.size, attachment.media_type, asks)
    return _encoder.encode(known).decode()


def unpacked(payload: str) -> Offered:
    """Raises :class:`ValueError` for what :func:`packed` has not packed."""
    return _decoder.decode(payload)


class DocumentEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`."""

    def __init__(
        self, *, store: Store, link_sender: OneTimeLinkSender, new_token: Callable[[], str], public_url: str
    ) -> None:
        self._store = store
        self._documents = store.documents
        self._link_sender = link_sender
        self._new_token = new_token
        self._public_url = public_url
        self.table: EffectTable = {
            TakeFiles: self._take,
            HandIn: self._hand_in,
            TakeBack: self._take_back,
            SendUploadLink: self._send_link,
        }

    async def _take(self, connection: AsyncConnection, effect: TakeFiles, context: EffectContext) -> None:
        conversation, now = context.conversation, context.now
        citizen, waiting = await self._waiting(connection, context)
        files = [one for one in context.attachments if one.kind in FILES][: MOST_WAITING - len(waiting)]
        paper = None if effect.paper is None else _of(effect.paper)
        for number, attachment in enumerate(files if citizen is not None else ()):
            key = f"{context.key}:{number}"
            asks = effect.asks if number == len(files) - 1 else ()
            handed = Handed(key, citizen or 0, conversation.id, conversation.channel, attachment.name or "", paper)
            await self._documents.offer(connection, handed, packed(attachment, asks), now)

    async def _hand_in(self, connection: AsyncConnection, effect: HandIn, context: EffectContext) -> None:
        """Under an id that follows from the cause: a turn that runs twice submits the same thing."""
        _, waiting = await self._waiting(connection, context)
        submission = self._store.vault.index("submission", context.key)
        paper = _of(effect.paper)
        await self._documents.confirm(connection, waiting, paper, context.key, submission, context.now)
        await self._note(connection, context, "document.confirmed", paper.code)

    async def _take_back(self, connection: AsyncConnection, _effect: TakeBack, context: EffectContext) -> None:
        _, waiting = await self._waiting(connection, context)
        await self._documents.move(connection, waiting, DocumentState.TAKEN_BACK, context.now)

    async def _waiting(self, connection: AsyncConnection, context: EffectContext) -> tuple[int | None, list[int]]:
        """Who is known in the chat now, by the store and not by what the turn believed, and their files that wait."""
        conversation = context.conversation
        citizen = (await identity_at(connection, conversation.contact_point_id)).citizen_id
        waiting = await self._documents.unanswered(conversation.id, citizen, context.now)
        return citizen, [one.id for one in waiting]

    async def _send_link(self, connection: AsyncConnection, effect: SendUploadLink, context: EffectContext) -> None:
        conversation, now, token = context.conversation, context.now, self._new_token()
        issued = await self._store.upload_links.issue(connection, conversation.id, effect.reference, token, now)
        await self._note(connection, context, "upload.link", "issued" if issued else "refused")
        name = "utter_upload_link" if issued else "utter_upload_link_limit"
        await self._link_sender.send(connection, context, name, f"{self._public_url}{PATH}/{token}", LIFETIME)

    async def _note(self, connection: AsyncConnection, context: EffectContext, action: str, detail: str) -> None:
        key = context.conversation.recipient_key
        await self._store.audits.note(connection, action, detail, context.now, subject_key=key)


def _of(paper: NamedPaper) -> Paper:
    return Paper(paper.registry, paper.reference, paper.code, paper.title)
