"""One message of a citizen: who is it, what is answered, and one commit for all that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from types import MappingProxyType
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.port import Inbound, InboundKind
from bot.conversation.again import Dialogue as Dialogue
from bot.conversation.again import Repeats
from bot.conversation.alarms import HeldAlarms
from bot.conversation.budget import Budgets, Held
from bot.conversation.effects import EffectContext, Effects
from bot.conversation.repeats import calls_person, is_automatic
from bot.conversation.takeover import bot_answers, kind_of_answer, still_stands
from bot.messaging.compose import Composed, Recipient, compose, compose_all
from bot.messaging.payload import unpack
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.repository import Conversation
from casestore.conversations.transcript import Author, Line
from casestore.queues.inbox import Claimed
from casestore.queues.outbox import Kind
from connectors.audit import CallCause, audit_cause
from dialogues.turn import CodeTried, Context, Message, Noticed, SendCode, SetConsent, Turn
from dialogues.understanding.interpret import preclassify
from dialogues.wording import DEFAULT_LANGUAGE, LANGUAGES

log = structlog.get_logger(__name__)

OLDEST = timedelta(days=1)  # that a message is when it comes: Viber tries for an hour
LONGEST_TEXT = 2000  # characters of a message that are understood: reading more takes longer and tells nothing more
TURN_WITHIN = 30.0  # seconds; registries have their own limits, far below
HISTORY = timedelta(hours=24)  # how far back a turn looks; the dialogue cuts its session out of it
ANSWERED, HELD = "answered", "held"  # what became of a message
NEWS = timedelta(days=7)  # after which a message is no answer to a notice any more
ON_ALERTS: Mapping[str, tuple[bool, str]] = MappingProxyType(
    {"stop_notifications": (False, "utter_stopped"), "start_notifications": (True, "utter_started")}
)
"""What a word on alerts means, and which response confirms it."""


class LinkVerifier(Protocol):
    """Says who may still be known in a conversation (:class:`bot.linking.verification.RegistryLinkVerifier`)."""

    async def verify(self, conversation: Conversation) -> Conversation: ...


class TurnHandler:
    """Handles claimed inbox rows. Raises what went wrong; the inbox worker decides about another attempt."""

    def __init__(
        self,
        *,
        store: Store,
        effects: Effects,
        dialogue: Dialogue,
        metrics: Metrics,
        clock: Clock,
        verifier: LinkVerifier | None = None,
        login: bool = False,
        budgets: Budgets | None = None,
    ) -> None:
        """``login``: the State's login is set up, and offered for linking. ``budgets``: who is answered, and how much;
        everybody without end where there is none."""
        self._store = store
        self._database = store.database
        self._inbox = store.inbox
        self._transcript = store.transcript
        self._outbox = store.outbox
        self._effects = effects
        self._dialogue = dialogue
        self._metrics = metrics
        self._clock = clock
        self._verifier = verifier
        self._login = login
        self._budgets = budgets
        self._repeats = Repeats(transcript=store.transcript, dialogue=dialogue)
        self._alarms = HeldAlarms(spending=store.spending, wording=dialogue)

    async def handle(self, claimed: Claimed) -> str:
        """Answer a message and commit, or raise with nothing changed. Says what became of it: :data:`ANSWERED`, or
        :data:`HELD`, kept without a turn's answer."""
        message = self._read(claimed)
        conversation = await self._conversation(message, self._clock())
        held = await self._held(claimed, conversation)
        if message.kind is not InboundKind.MESSAGE:
            await self._note_subscription(claimed, message, conversation, silent=held is not None)
            return ANSWERED
        if held is not None and bot_answers(conversation.ownership):
            turn, kind = await self._unanswered(message, conversation, held)
            await self._commit(claimed, message, conversation, turn, kind)
            return HELD
        with audit_cause(CallCause(protocol=f"in:{claimed.id}")):
            if self._verifier is not None:
                conversation = await self._verifier.verify(conversation)
            turn, result = (
                await self._turn(claimed, message, conversation)
                if bot_answers(conversation.ownership)
                else (self._on_alerts(message, conversation), ANSWERED)
            )
        await self._commit(claimed, message, conversation, turn)
        return result

    async def _held(self, claimed: Claimed, conversation: Conversation) -> Held | None:
        held = None if self._budgets is None else await self._budgets.held(conversation, self._clock())
        if held is not None:
            self._note_held(claimed, conversation.channel, held.reason)
        return held

    def _note_held(self, claimed: Claimed, channel: str, reason: str) -> None:
        self._metrics.held.labels(channel, reason).inc()
        log.info("inbox.held", inbox_id=claimed.id, channel=channel, reason=reason)

    async def _unanswered(self, message: Inbound, conversation: Conversation, held: Held) -> tuple[Turn, Kind]:
        """No turn: one sentence at most. A word on alerts counts all the same, and an alarm is answered."""
        alarm = await self._alarms.answer(message, conversation, self._clock()) if held.may_be_told else None
        if alarm is not None:
            return alarm, Kind.ALARM
        heard = self._on_alerts(message, conversation)
        if held.response is None:
            return replace(heard, replies=()), held.kind
        said = self._dialogue.say(held.response, conversation.language, conversation.channel)
        return replace(heard, replies=(said,)), held.kind

    def _read(self, claimed: Claimed) -> Inbound:
        return unpack(self._inbox.read(claimed))

    async def _conversation(self, message: Inbound, now: datetime) -> Conversation:
        """A new one begins in the language of the device, until its citizen writes in another."""
        language = message.language if message.language in LANGUAGES else DEFAULT_LANGUAGE
        return await self._store.conversations.at(message.channel, message.address, now, language=language)

    async def _turn(self, claimed: Claimed, message: Inbound, conversation: Conversation) -> tuple[Turn, str]:
        now = self._clock()
        history = await self._store.history.since(conversation.id, now - HISTORY)
        context = Context(
            conversation.id,
            conversation.channel,
            now,
            conversation.citizen_id,
            conversation.level,
            conversation.language,
            self._login,
            conversation.address,
            await self._noticed(conversation, now),
        )
        asked = Message(str(claimed.id), message.text[:LONGEST_TEXT], now, message.kinds)
        again = await self._repeats.seen(message, conversation.id, now)
        started = perf_counter()
        async with asyncio.timeout(TURN_WITHIN):
            turn = None if again.held else await self._repeats.turn(again, history, asked, context)
        if turn is None:
            self._note_held(claimed, conversation.channel, again.held or "repeat")
            return self._repeats.nothing_new(again, context), HELD
        if calls_person(turn) and is_automatic(message.text):
            turn = Turn((self._dialogue.say("utter_rephrase", conversation.language, conversation.channel),))
        self._metrics.turn.observe(perf_counter() - started)
        if len(message.text) <= LONGEST_TEXT:
            return turn, ANSWERED
        cut = self._dialogue.say("utter_text_cut", conversation.language, conversation.channel)
        return replace(turn, replies=(cut, *turn.replies)), ANSWERED

    async def _noticed(self, conversation: Conversation, now: datetime) -> Noticed | None:
        """The news that was told here since anybody wrote: an answer to it may come days later."""
        last = await self._store.notices.last_told_at(conversation.id, now - NEWS)
        return None if last is None else Noticed(last.reference, last.response)

    def _on_alerts(self, message: Inbound, conversation: Conversation) -> Turn:
        """An agent answers here, yet a word on alerts is not the agent's affair: it is kept, and confirmed."""
        said = preclassify(message.text, message.kinds, ())
        if said is None or said.intent not in ON_ALERTS:
            return Turn()
        allowed, name = ON_ALERTS[said.intent]
        return Turn(
            (self._dialogue.say(name, conversation.language, conversation.channel),), effects=(SetConsent(allowed),)
        )

    async def _commit(
        self,
        claimed: Claimed,
        message: Inbound,
        conversation: Conversation,
        turn: Turn,
        kind: Kind = Kind.REPLY,
    ) -> None:
        now = self._clock()
        async with self._database.write(wake=True) as connection:
            await self._inbox.done(connection, claimed, now)
            owned = await self._store.conversations.touched(connection, conversation.id, now)
            if not still_stands(conversation.ownership, owned):  # claimed during the turn: nothing of it counts
                conversation = replace(conversation, ownership=owned)
                turn = self._on_alerts(message, conversation)
            await self._keep(connection, claimed, message, conversation, turn, now, kind)

    async def _keep(
        self,
        connection: AsyncConnection,
        claimed: Claimed,
        message: Inbound,
        conversation: Conversation,
        turn: Turn,
        now: datetime,
        kind: Kind,
    ) -> None:
        cause = f"in:{claimed.id}"
        said = Line(cause, Author.CITIZEN, message.text, said_at(claimed, message, now))
        kind = kind if bot_answers(conversation.ownership) else kind_of_answer(conversation.ownership)
        answers = compose_all(turn.replies, _recipient(conversation), cause, now, kind=kind)
        lines = [said, *answers.lines]
        await self._transcript.add_lines(connection, conversation.id, lines, _whose(conversation, turn))
        if turn.events:
            await self._store.history.add(connection, conversation.id, claimed.id, turn.events, now)
        await self._outbox.add(connection, answers.dispatches, now)
        if not conversation.reachable:  # whoever writes can be written to
            await self._store.contact_points.reachable(connection, conversation.contact_point_id, reason=None)
        for n, effect in enumerate(turn.effects):
            context = EffectContext(conversation, f"{cause}:e{n}", now, message.attachments)
            await self._effects.apply(connection, effect, context)

    async def _note_subscription(
        self, claimed: Claimed, message: Inbound, conversation: Conversation, *, silent: bool
    ) -> None:
        """Subscribed or not. Said in words (a lone ΣΤΟΠ by SMS) it is a citizen's word on alerts: kept, and confirmed
        once; where the provider stopped the number itself it refuses the confirmation, which costs nothing."""
        now, allowed = self._clock(), message.kind is InboundKind.SUBSCRIBED
        said = message.text.strip()
        news = bool(said) and await self._store.consents.newest(conversation.contact_point_id) is not allowed
        name = "utter_started" if allowed else "utter_stopped"
        confirmed = news and not silent
        replies = [self._dialogue.say(name, conversation.language, conversation.channel)] if confirmed else []
        cause = f"in:{claimed.id}"
        told = compose_all(replies, _recipient(conversation), cause, now, kind=kind_of_answer(conversation.ownership))
        heard = [Line(cause, Author.CITIZEN, said, said_at(claimed, message, now))] if said else []
        lines = [*heard, *told.lines]
        async with self._database.write(wake=news) as connection:
            await self._inbox.done(connection, claimed, now)
            await self._store.contact_points.reachable(
                connection, conversation.contact_point_id, reason=None if allowed else "unsubscribed"
            )
            await self._transcript.add_lines(connection, conversation.id, lines, conversation.speaker)
            await self._outbox.add(connection, told.dispatches, now)
            if news:
                await self._effects.apply(
                    connection, SetConsent(allowed), EffectContext(conversation, f"{cause}:e0", now)
                )

    async def give_up(self, claimed: Claimed, error: str) -> None:
        """Bury a message that cannot be answered: it stays for the operator, and the citizen is told honestly."""
        now = self._clock()
        try:
            message = self._read(claimed)
        except ValueError:  # not even readable: there is nobody to tell
            async with self._database.write() as connection:
                await self._inbox.bury(connection, claimed, now, error)
            return
        conversation = await self._conversation(message, now)
        sorry = self._dialogue.say("utter_trouble", conversation.language, conversation.channel)
        kind = kind_of_answer(conversation.ownership)
        told = compose(sorry, _recipient(conversation), f"in:{claimed.id}:sorry", now, kind=kind)
        if not bot_answers(conversation.ownership) or await self._held(claimed, conversation) is not None:
            told = Composed()  # a person has it, and answers
        said = Line(f"in:{claimed.id}", Author.CITIZEN, message.text, said_at(claimed, message, now))
        async with self._database.write(wake=True) as connection:
            await self._inbox.bury(connection, claimed, now, error)
            await self._transcript.add_lines(connection, conversation.id, [said, *told.lines], conversation.speaker)
            await self._outbox.add(connection, told.dispatches, now)
            await self._store.handovers.ask(connection, conversation.id, f"in:{claimed.id}", "gave-up", now)


def said_at(claimed: Claimed, message: Inbound, now: datetime) -> datetime:
    """When it was said, as the provider tells it; one that is off by days says nothing, and then it is when it came.

    Answers bear the time of their commit, by which a hand-over is found to be of the same turn.
    """
    return message.at if claimed.received_at - OLDEST <= message.at <= now else claimed.received_at


def _recipient(conversation: Conversation) -> Recipient:
    return Recipient(conversation.channel, conversation.address, conversation.id)


def _whose(conversation: Conversation, turn: Turn) -> int | None:
    """Whose the lines of this turn are. Where somebody proves who they are, that may be another than was known until
    then, who must not find the other's tax number and cases in a copy: such lines are nobody's."""
    proving = any(isinstance(effect, SendCode | CodeTried) for effect in turn.effects)
    return None if proving else conversation.speaker
