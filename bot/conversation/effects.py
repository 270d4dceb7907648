"""What a turn wants changed, carried out in the turn's own commit: once, however often the turn runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.port import Attachment
from bot.conversation.queueing import QueueNews
from bot.messaging.compose import Recipient, compose
from bot.store import Store
from casestore.conversations.repository import Conversation
from casestore.people.codes import LIFETIME
from casestore.people.identity import PROVEN, identity_at
from casestore.people.preferences import NO, WORD, YES
from casestore.queues.outbox import Kind, Priority
from dialogues.turn import CancelHandover, CodeTried, Effect, Handover, Reply, SendCode, SetConsent, SetLanguage

SMS = "sms"


class Wording(Protocol):
    """Says a named response outside a turn."""

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class EffectContext:
    """Where an effect comes from. ``key`` is unique for it (``in:7:e0``). ``attachments`` are the message's."""

    conversation: Conversation
    key: str
    now: datetime
    attachments: tuple[Attachment, ...] = ()


EffectT = TypeVar("EffectT", contravariant=True)


class EffectHandler(Protocol[EffectT]):
    """Carries out one kind of effect, in the turn's commit."""

    async def __call__(self, connection: AsyncConnection, effect: EffectT, context: EffectContext, /) -> None: ...


EffectTable = Mapping[type[Effect], EffectHandler[Any]]
"""Who carries out which kind."""


class Effects:
    """Carries out effects. ``new_code`` gives a fresh six-digit code."""

    def __init__(
        self,
        *,
        store: Store,
        wording: Wording,
        new_code: Callable[[], str],
        sms_on: bool,
        more: EffectTable | None = None,
        queue: QueueNews | None = None,
    ) -> None:
        """``more`` carries out further effects, by kind. ``queue`` tells who waits for a person how that stands."""
        self._store = store
        self._wording = wording
        self._new_code = new_code
        self._sms_on = sms_on
        self._queue = queue
        self.table: EffectTable = {
            SendCode: self._send_code,
            CodeTried: self._code_tried,
            Handover: self._handover,
            CancelHandover: self._cancel_handover,
            SetLanguage: self._set_language,
            SetConsent: self._set_consent,
            **(more or {}),
        }

    async def apply(self, connection: AsyncConnection, effect: Effect, context: EffectContext) -> None:
        await self.table[type(effect)](connection, effect, context)

    async def _send_code(self, connection: AsyncConnection, effect: SendCode, context: EffectContext) -> None:
        code = self._new_code()
        sent = effect.mobile is not None and self._sms_on
        conversation = context.conversation
        issued = await self._store.codes.issue(
            connection,
            conversation.id,
            effect.afm,
            code,
            context.now,
            sent=sent,
            mobile=effect.mobile,
            receipt=effect.receipt,
            own=(conversation.channel, conversation.address) == (SMS, effect.mobile),
        )
        await self._note(
            connection, context, "code.issued" if issued else "code.refused", "sent" if sent else "not sent"
        )
        if not issued or not sent or effect.mobile is None:
            return  # the citizen is told the same words: nobody learns from us whether a number exists
        composed = compose(
            self._wording.say("utter_code_sms", conversation.language, SMS, code=code),
            Recipient(SMS, effect.mobile),
            context.key,
            context.now,
            kind=Kind.CODE,
            priority=Priority.CODE,
            expires_at=context.now + LIFETIME,
        )
        await self._store.outbox.add(connection, composed.dispatches, context.now)

    async def _code_tried(self, connection: AsyncConnection, effect: CodeTried, context: EffectContext) -> None:
        proof = await self._store.codes.tried(connection, effect.code_id, right=effect.right, now=context.now)
        await self._note(connection, context, "code.tried", "right" if proof else "wrong")
        if proof is not None:
            citizen = await self._store.citizens.ensure_one(connection, proof.afm, context.now)
            point = context.conversation.contact_point_id
            await self._store.links.link(connection, point, citizen, PROVEN, proof.source, context.now, proof.rests_on)
            await self._note(connection, context, "link.proven", proof.source)

    async def _handover(self, connection: AsyncConnection, effect: Handover, context: EffectContext) -> None:
        talk, now = context.conversation, context.now
        queued = await self._store.handovers.ask(connection, talk.id, context.key, effect.reason, now)
        news = await self._queue.news(connection, talk.id, now) if queued and self._queue else None
        if news is None:
            return
        said = self._wording.say(news.response, talk.language, talk.channel, **cast(Mapping[str, str], news.values))
        composed = compose(said, Recipient(talk.channel, talk.address, talk.id), context.key, now)
        await self._store.transcript.add_lines(connection, talk.id, composed.lines, talk.speaker)
        await self._store.outbox.add(connection, composed.dispatches, now)

    async def _cancel_handover(
        self,
        connection: AsyncConnection,
        effect: CancelHandover,  # noqa: ARG002 - it says all by its kind
        context: EffectContext,
    ) -> None:
        await self._store.handovers.cancel(connection, context.conversation.id, context.now)
        await self._store.callbacks.cancel(connection, context.conversation.id, context.now)

    async def _set_language(self, connection: AsyncConnection, effect: SetLanguage, context: EffectContext) -> None:
        await self._store.conversations.set_language(connection, context.conversation.id, effect.language)

    async def _set_consent(self, connection: AsyncConnection, effect: SetConsent, context: EffectContext) -> None:
        point = context.conversation.contact_point_id
        await self._store.consents.add(
            connection, point, allowed=effect.allowed, source="message", key=context.key, now=context.now
        )
        speaker = (await identity_at(connection, point)).speaker
        if speaker is not None:  # theirs also when their number is another
            word = f"{context.conversation.channel}-{YES if effect.allowed else NO}"
            await self._store.preferences.add(
                connection, point, speaker, WORD, word, source="message", key=context.key, now=context.now
            )

    async def _note(self, connection: AsyncConnection, context: EffectContext, action: str, detail: str) -> None:
        key = context.conversation.recipient_key
        await self._store.audits.note(connection, action, detail, context.now, subject_key=key)
