"""Opens call-backs: for a citizen in the chat, in their turn's commit, and for an employee. And tells what became of
them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.console.calls.rules import due_at, first_chance
from bot.conversation.arranged import Arranged, refresh
from bot.conversation.effects import EffectContext, EffectTable, Wording
from bot.conversation.hours import Hours
from bot.conversation.queueing import shown
from bot.messaging.compose import Recipient, compose
from bot.store import Store
from casestore.calls.model import CallBack, CallBackState, Limited, Outcome
from casestore.people.quiet_hours import ATHENS
from casestore.queues.outbox import Kind
from dialogues.say import Say
from dialogues.turn import AskCallBack

NOTED, OPEN_ALREADY, LATE = "utter_callback_noted", "utter_callback_open", "utter_callback_late"
NO_NUMBER, NOBODY, OFTEN = "utter_callback_no_number", "utter_callback_nobody", "utter_callback_often"


class AskingForCalls:
    """Over one store."""

    def __init__(self, store: Store, wording: Wording, hours: Arranged[Hours]) -> None:
        self._store = store
        self._wording = wording
        self._arranged = hours
        self.table: EffectTable = {AskCallBack: self._ask}

    async def _ask(self, connection: AsyncConnection, _effect: AskCallBack, context: EffectContext) -> None:
        """The turn itself says nothing: its only word is what this commit has brought about."""
        talk, now = context.conversation, context.now
        said = await self._answer(connection, context)
        reply = self._wording.say(
            said.response, talk.language, talk.channel, **{k: str(v) for k, v in said.values.items()}
        )
        composed = compose(reply, Recipient(talk.channel, talk.address, talk.id), context.key, now)
        await self._store.transcript.add_lines(connection, talk.id, composed.lines, talk.speaker)
        await self._store.outbox.add(connection, composed.dispatches, now)

    async def _answer(self, connection: AsyncConnection, context: EffectContext) -> Say:
        talk, now = context.conversation, context.now
        await refresh(self._store, self._arranged, connection=connection)
        if not await self._store.accounts.any_can_answer(connection):
            return Say(NOBODY)
        if talk.speaker is None or not await self._store.callbacks.number(talk.speaker):
            return Say(NO_NUMBER)
        asked = await self._store.callbacks.open_of(connection, talk.speaker)
        if asked is not None:
            by = due_at(asked, self._arranged.last)
            return Say(OPEN_ALREADY, {"by": shown(by)}) if now < by else Say(LATE)
        try:
            await self.open(connection, talk.speaker, talk.id, context.key, now)
        except Limited:
            return Say(OFTEN)
        return Say(NOTED, {"by": shown(due_at(now, self._arranged.last))})

    async def open(
        self,
        connection: AsyncConnection,
        citizen_id: int,
        conversation_id: int,
        key: str,
        now: datetime,
        *,
        opened_by: str = "",
        about: str = "",
    ) -> bool:
        """``False``: one is open already. Raises :class:`casestore.calls.model.Limited`."""
        wanted, _, _ = await self._store.preferences.of_citizen(connection, citizen_id)
        next_at = first_chance(now, self._arranged.last, wanted.times())
        opened = await self._store.callbacks.ask(
            connection, citizen_id, conversation_id, key, now, next_at=next_at, opened_by=opened_by, about=about
        )
        if opened:
            subject = await self._store.takeovers.subject(connection, conversation_id)
            await self._store.audits.note(
                connection, "callback.opened", "employee" if opened_by else "citizen", now,
                subject_key=subject, actor=opened_by or "bot",
            )  # fmt: skip
        return opened

    async def tell(
        self, connection: AsyncConnection, one: CallBack, state: CallBackState, outcome: Outcome | None, now: datetime
    ) -> None:
        """What became of it, in the conversation where it was asked for; nothing, where the citizen knows."""
        said = _word(one, state, outcome, now)
        chat = None if said is None else await self._store.conversations.chat(one.conversation_id)
        if said is None or chat is None:
            return
        speaker = await self._store.takeovers.speaker(connection, one.conversation_id)
        if speaker != one.citizen_id:  # somebody else is there now
            return
        values = {name: str(value) for name, value in said.values.items()}
        reply = self._wording.say(said.response, chat.language, chat.channel, **values)
        key = f"callback:{one.id}:{one.attempts}:{state}"
        to = Recipient(chat.channel, chat.address, one.conversation_id)
        composed = compose(reply, to, key, now, kind=Kind.NOTICE)
        await self._store.transcript.add_lines(connection, one.conversation_id, composed.lines, speaker)
        await self._store.outbox.add(connection, composed.dispatches, now)


def _word(one: CallBack, state: CallBackState, outcome: Outcome | None, now: datetime) -> Say | None:
    if state is CallBackState.WAITING and outcome is not None:
        return Say("utter_callback_missed", {"at": f"{now.astimezone(ATHENS):%H:%M}"})
    if state is CallBackState.UNREACHED:
        return Say("utter_callback_unreached", {"count": one.attempts + 1})
    if state is CallBackState.FAILED:
        return Say(NO_NUMBER if outcome in (Outcome.NO_NUMBER, Outcome.WRONG_NUMBER) else "utter_callback_failed")
    return None
