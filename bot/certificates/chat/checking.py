"""A file that was sent into a chat to be checked: fetched, looked at in the limited child, told, and never kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.certificates.chat.looking import ChatChecker, TooMany, is_ours
from bot.channels.port import Attachment, Channel, FetchError, Remedy
from bot.conversation.effects import EffectContext, EffectTable
from bot.conversation.takeover import bot_answers
from bot.limited.limits import MOST_BYTES
from bot.messaging.compose import Recipient, compose_all
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.tasks import Later, Write, nothing_to_do
from casestore.certificates.checks import CertificateChecks
from casestore.conversations.ownership import current
from casestore.conversations.repository import Chat
from casestore.queues.tasks import ClaimedTask
from dialogues.actions.documents import FILES
from dialogues.responses import Phrases
from dialogues.say import Say
from dialogues.turn import CheckFiles, Reply

LINKS_LIVE = timedelta(minutes=55)  # Viber's do for an hour


class Wanted(msgspec.Struct, frozen=True):
    """What is to be checked, and by what cause: an id of a row that went may come again. ``asks``: what is said instead
    where there is nothing of ours in it."""

    key: str
    attachment: Attachment
    asks: tuple[Reply, ...] = ()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Wanted)


class CheckEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`."""

    def __init__(self, checks: CertificateChecks) -> None:
        self._checks = checks
        self.table: EffectTable = {CheckFiles: self._check}

    async def _check(self, connection: AsyncConnection, effect: CheckFiles, context: EffectContext) -> None:
        files = [one for one in context.attachments if one.kind in FILES]
        for number, attachment in enumerate(files):
            asks = effect.asks if number == len(files) - 1 else ()
            key = f"{context.key}:{number}"
            payload = _encoder.encode(Wanted(key, attachment, asks)).decode()
            await self._checks.ask(connection, key, context.conversation.id, payload, context.now)


class CheckFileStep:
    """A step of :class:`bot.tasks.TasksJob`; what it is about is the chat."""

    def __init__(
        self,
        *,
        store: Store,
        channels: Mapping[str, Channel],
        checker: ChatChecker,
        phrases: Phrases,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._store = store
        self._channels = channels
        self._checker = checker
        self._phrases = phrases
        self._metrics = metrics
        self._clock = clock

    async def prepare(self, task: ClaimedTask, chat: Chat) -> Write:
        channel = self._channels.get(chat.channel)
        if channel is None:
            raise Later("channel off")
        wanted = _decoder.decode(self._store.certificate_checks.read(task))
        try:
            content = await channel.fetch(wanted.attachment, MOST_BYTES)
        except FetchError as error:
            if error.remedy in (Remedy.RETRY, Remedy.PAGE_OPERATOR) and self._lives(task):
                raise Later(error.code) from None
            return self._saying(task, wanted.key, chat, (self._say("utter_check_unfetched", chat),), "unfetched")
        try:
            verdict = await self._checker.verdict(content, f"chat:{task.of}")
        except TooMany:
            if self._lives(task):
                raise Later("too many") from None
            return self._saying(task, wanted.key, chat, (self._say("utter_check_slow", chat),), "slowed")
        self._metrics.verified.labels(verdict.result, verdict.basis or "none").inc()
        said = (self._checker.say(verdict, chat.language, chat.channel),)
        return self._saying(task, wanted.key, chat, said if is_ours(verdict) else wanted.asks or said, verdict.result)

    def _lives(self, task: ClaimedTask) -> bool:
        return self._clock() - task.since < LINKS_LIVE

    def _say(self, name: str, chat: Chat) -> Reply:
        return self._phrases.compose(Say(name), chat.language, chat.channel)

    def _saying(self, task: ClaimedTask, key: str, chat: Chat, replies: Sequence[Reply], result: str) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not bot_answers(await current(connection, task.of)):
                return "taken-over"  # an employee answers
            recipient = Recipient(chat.channel, chat.address, task.of)
            composed = compose_all(replies, recipient, f"{key}:checked", now)
            await self._store.transcript.add_lines(connection, task.of, composed.lines)
            await self._store.outbox.add(connection, composed.dispatches, now)
            return result

        return write

    def give_up(self, chat: Chat) -> Write:  # noqa: ARG002 - as every step
        """Never: it is told before, that its file could not be had or looked at."""
        return nothing_to_do
