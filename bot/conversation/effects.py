"""What a turn wants changed, carried out in the turn's own commit: once, however often the turn runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.conversations.transcript import Talk
from casestore.people.codes import LIFETIME, Codes
from casestore.people.identity import PROVEN, Conversation, People
from casestore.queues.outbox import Dispatch, Outbox, Priority
from dialogues.turn import CodeTried, Effect, Handover, Reply, SendCode, SetConsent, SetLanguage

SMS = "sms"


class Wording(Protocol):
    """Says a named response outside a turn."""

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """Where an effect comes from. ``key`` is unique for it (``in:7:e0``)."""

    conversation: Conversation
    key: str
    now: datetime


class Effects:
    """Carries out effects. ``draw`` gives a fresh six-digit code."""

    def __init__(
        self,
        people: People,
        codes: Codes,
        talk: Talk,
        outbox: Outbox,
        audits: AuditTrail,
        wording: Wording,
        draw: Callable[[], str],
        *,
        sms_on: bool,
        more: Mapping[type, Any] | None = None,
    ) -> None:
        """``more`` carries out further effects, by kind."""
        self._people = people
        self._codes = codes
        self._talk = talk
        self._outbox = outbox
        self._audits = audits
        self._wording = wording
        self._draw = draw
        self._sms_on = sms_on
        self._table: dict[type, Any] = {
            SendCode: self._send_code,
            CodeTried: self._code_tried,
            Handover: self._handover,
            SetLanguage: self._set_language,
            SetConsent: self._set_consent,
            **(more or {}),
        }

    async def apply(self, connection: AsyncConnection, effect: Effect, cause: Cause) -> None:
        await self._table[type(effect)](connection, effect, cause)

    async def _send_code(self, connection: AsyncConnection, effect: SendCode, cause: Cause) -> None:
        code = self._draw()
        sent = effect.mobile is not None and self._sms_on
        here = cause.conversation
        issued = await self._codes.issue(
            connection, here.id, effect.afm, code, cause.now, sent=sent, mobile=effect.mobile
        )
        await self._note(connection, cause, "code.issued" if issued else "code.refused", "sent" if sent else "not sent")
        if not issued or not sent or effect.mobile is None:
            return  # the citizen is told the same words: nobody learns from us whether a number exists
        reply = self._wording.say("utter_code_sms", here.language, SMS, code=code)
        dispatch = Dispatch(
            key=cause.key,
            channel=SMS,
            address=effect.mobile,
            body={"text": reply.text, "choices": []},
            kind="code",
            priority=Priority.AGENT,
            conversation_id=None,
            due_at=cause.now,
            expires_at=cause.now + LIFETIME,
        )
        await self._outbox.add(connection, [dispatch], cause.now)

    async def _code_tried(self, connection: AsyncConnection, effect: CodeTried, cause: Cause) -> None:
        proof = await self._codes.tried(connection, effect.code_id, right=effect.right, now=cause.now)
        await self._note(connection, cause, "code.tried", "right" if proof else "wrong")
        if proof is not None:
            citizen = await self._people.citizen(connection, proof.afm, cause.now)
            point = cause.conversation.contact_point_id
            await self._people.link(connection, point, citizen, PROVEN, proof.source, cause.now, proof.rests_on)
            await self._note(connection, cause, "link.proven", proof.source)

    async def _handover(self, connection: AsyncConnection, effect: Handover, cause: Cause) -> None:
        await self._talk.hand_over(connection, cause.conversation.id, cause.key, effect.reason, cause.now)

    async def _set_language(self, connection: AsyncConnection, effect: SetLanguage, cause: Cause) -> None:
        await self._talk.touch(connection, cause.conversation.id, cause.now, language=effect.language)

    async def _set_consent(self, connection: AsyncConnection, effect: SetConsent, cause: Cause) -> None:
        point = cause.conversation.contact_point_id
        await self._people.consent(
            connection, point, allowed=effect.allowed, source="message", key=cause.key, now=cause.now
        )

    async def _note(self, connection: AsyncConnection, cause: Cause, action: str, detail: str) -> None:
        key = cause.conversation.recipient_key
        await self._audits.note(connection, action, detail, cause.now, subject_key=key)
