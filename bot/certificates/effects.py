"""The effects of asking for certificates, carried out in the turn's commit."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.certificates.notes import CertificateNotes, Delivered
from bot.conversation.effects import EffectContext, EffectTable, Wording
from bot.messaging.compose import Recipient, compose
from bot.store import Store
from casestore.certificates.model import Asked, StoredRequest
from casestore.people.identity import PROVEN, identity_at
from dialogues.catalogue import Catalogue
from dialogues.catalogue.certificates import SECRET
from dialogues.turn import CancelCertificate, RequestCertificate, SendCertificate


class CertificateEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`."""

    def __init__(self, *, store: Store, catalogue: Catalogue, notes: CertificateNotes, wording: Wording) -> None:
        self._store = store
        self._catalogue = catalogue
        self._notes = notes
        self._wording = wording
        self.table: EffectTable = {
            RequestCertificate: self._request,
            SendCertificate: self._send,
            CancelCertificate: self._cancel,
        }

    async def _request(self, connection: AsyncConnection, effect: RequestCertificate, context: EffectContext) -> None:
        """Under an id that follows from the cause: a turn that runs twice asks for the same thing."""
        citizen = await self._proven(connection, context)
        details = dict(effect.details)
        asked = Asked(
            key=context.key,
            citizen_id=citizen,
            conversation_id=context.conversation.id,
            kind=effect.kind,
            registry=self._catalogue.issued[effect.kind].registry,
            request=self._store.vault.index("certificate-request", context.key),
            details={name: value for name, value in details.items() if name not in SECRET},
            secrets={name: value for name, value in details.items() if name in SECRET},
        )
        made = await self._store.certificate_requests.ask(connection, asked, context.now)
        await self._note(connection, context, "certificate.asked", effect.kind if made else "refused")

    async def _send(self, connection: AsyncConnection, effect: SendCertificate, context: EffectContext) -> None:
        """By a new link, into the chat that asks: whose paper it is, the link itself looks at."""
        citizen = await self._proven(connection, context)
        request = await self._store.certificate_requests.find(effect.request)
        if request is None or request.citizen_id != citizen or request.size is None:
            return
        conversation, now = context.conversation, context.now
        paper = Delivered(request.code or "", request.size)
        sent = await self._notes.deliver(
            connection, request, paper, now, key=context.key, conversation_id=conversation.id
        )
        await self._note(connection, context, "certificate.link", "issued" if sent else "refused")
        if not sent:
            await self._say(connection, "utter_certificate_link_limit", request, context)

    async def _say(
        self, connection: AsyncConnection, name: str, request: StoredRequest, context: EffectContext, **values: str
    ) -> None:
        """After the turn's own answer."""
        conversation = context.conversation
        reply = self._wording.say(name, conversation.language, conversation.channel, **values)
        recipient = Recipient(conversation.channel, conversation.address, conversation.id)
        composed = compose(reply, recipient, context.key, context.now)
        await self._store.transcript.add_lines(connection, conversation.id, composed.lines, request.citizen_id)
        await self._store.outbox.add(connection, composed.dispatches, context.now)

    async def _cancel(self, connection: AsyncConnection, effect: CancelCertificate, context: EffectContext) -> None:
        citizen = await self._proven(connection, context)
        done = await self._store.certificate_requests.cancel(connection, effect.request, citizen, context.now)
        await self._note(connection, context, "certificate.cancelled", "done" if done else "too late")
        if done:
            return
        request = await self._store.certificate_requests.find(effect.request)
        if request is not None and request.citizen_id == citizen:  # the turn said that it was cancelled
            title = self._notes.title(request.kind)[context.conversation.language]
            await self._say(connection, "utter_certificate_cancel_missed", request, context, title=title)

    @staticmethod
    async def _proven(connection: AsyncConnection, context: EffectContext) -> int:
        """Who is proven is what the store says now, not what the turn believed: else it is held again. So too where
        the turn was one's and another is proven now."""
        known = await identity_at(connection, context.conversation.contact_point_id)
        if known.citizen_id is None or known.level < PROVEN:
            raise LookupError("nobody is proven here")
        if context.conversation.level >= PROVEN and context.conversation.citizen_id != known.citizen_id:
            raise LookupError("another is proven here")
        return known.citizen_id

    async def _note(self, connection: AsyncConnection, context: EffectContext, action: str, detail: str) -> None:
        key = context.conversation.recipient_key
        await self._store.audits.note(connection, action, detail, context.now, subject_key=key)
