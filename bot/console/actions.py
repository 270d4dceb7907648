"""What employees do with conversations: each act is one commit, or nothing. Knows no HTTP."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.console.desks import Desks
from bot.console.speaking import Speaking
from bot.conversation.arranged import Arranged
from bot.runtime import Clock
from bot.store import Store
from casestore.conversations.ownership import BOT, Ownership
from casestore.queues.withdrawal import bot_in_flight
from casestore.staff.model import Member, Right
from casestore.staff.moves import Move
from casestore.staff.notes import NOTE
from casestore.staff.takeovers import Request
from casestore.staff.talks import ShownLine, Talk

LONGEST = 2000  # characters of an answer, a note, a draft
LONGEST_SNOOZE = timedelta(days=14)
FLIGHT_WITHIN = 3.0  # seconds that a claim waits for what is in a sender's hands
_LOOK_EVERY = 0.02
_KEPT = "\n\t\u200d\ufe0f"  # with what joins emoji


class NotFound(LookupError):
    """There is no such conversation, or not for this employee."""


class BadRequest(ValueError):
    """What is asked for makes no sense; the text says why."""


class AgentActions:
    """The acts, over one store."""

    def __init__(self, store: Store, speaking: Speaking, desks: Arranged[Desks], clock: Clock) -> None:
        self._store = store
        self._speaking = speaking
        self._desks = desks
        self._clock = clock

    async def talk(self, conversation_id: int, who: Member) -> Talk:
        """Raises :class:`NotFound`."""
        found = await self._store.talks.find(conversation_id, who, self._clock())
        if found is None:
            raise NotFound
        return found

    async def move(self, conversation_id: int, who: Member, request: Request) -> Ownership:
        """Raises :class:`casestore.conversations.ownership.NotOwned`, :class:`NotFound`, :class:`BadRequest`."""
        await self.talk(conversation_id, who)
        now = self._clock()
        chat = await self._store.conversations.chat(conversation_id)
        async with self._store.database.write(wake=True) as connection:
            moved = await self._store.takeovers.move(connection, conversation_id, request, who, now)
            if moved.owner == BOT:
                await self._speaking.bot_is_back(connection, conversation_id, chat, moved.version, now)
        if request.move is Move.CLAIM:
            await self._nothing_in_flight(conversation_id)
        return moved

    async def _nothing_in_flight(self, conversation_id: int) -> None:
        """What a sender had let through before the claim is over when the claim is answered for."""
        try:
            async with asyncio.timeout(FLIGHT_WITHIN):
                while await bot_in_flight(self._store.database, conversation_id, self._clock()):  # noqa: ASYNC110 (another process ends it)
                    await asyncio.sleep(_LOOK_EVERY)
        except TimeoutError:
            return  # its sender has died, or its provider hangs: it will not be sent again

    async def request(
        self, move: Move, version: int, who: Member, to: str, text: str, *, reason: bool = False
    ) -> Request:
        """A move as it was asked for, ``to`` a desk or a colleague. Raises :class:`BadRequest`."""
        if reason and not text.strip():
            raise BadRequest("reason")
        if move is not Move.TRANSFER:
            return Request(move, version, text=text.strip())
        return await self._transfer(version, who, to.strip().lower(), text.strip())

    async def _transfer(self, version: int, who: Member, to: str, text: str) -> Request:
        if to in self._desks.last:
            return Request(Move.REROUTE, version, desk=to, text=text)
        found = await self._store.accounts.find(to)
        if found is None or found.member.disabled or not found.member.may(Right.ANSWER):
            raise BadRequest("to")
        if found.member.demo and not who.demo:
            raise BadRequest("to")
        return Request(Move.TRANSFER, version, to=found.member, text=text)

    async def snooze(self, conversation_id: int, who: Member, version: int, until: datetime | None) -> None:
        """Raises as :meth:`move`."""
        now = self._clock()
        if until is not None and not now < until <= now + LONGEST_SNOOZE:
            raise BadRequest("until")
        await self.talk(conversation_id, who)
        async with self._store.database.write(wake=True) as connection:
            await self._store.takeovers.snooze(connection, conversation_id, who, version, until, now)

    async def reply(self, conversation_id: int, who: Member, version: int, text: str, key: str) -> int:
        """Send it, once for each ``key``; the number of its line. Raises as :meth:`move`."""
        await self.talk(conversation_id, who)
        text, cause = clean(text), self._cause(conversation_id, who, key)
        if line := await self._store.talks.line_of(cause):
            return _same(line, text)
        chat = await self._store.conversations.chat(conversation_id)
        if chat is None:
            raise BadRequest("address")
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            await self._store.takeovers.answered(connection, conversation_id, who, version, now)
            if not await self._store.takeovers.is_said(connection, cause):
                await self._store.takeovers.note(connection, conversation_id, "reply.sent", who, now)
            await self._speaking.answer(connection, conversation_id, chat, who, text, cause, now)
            await self._store.staff_notes.keep_draft(connection, conversation_id, who.id, "", now)
        line = await self._store.talks.line_of(cause)
        if line is None:
            raise NotFound
        return _same(line, text)

    def _cause(self, conversation_id: int, who: Member, key: str) -> str:
        if not 1 <= len(key) <= 200 or not key.isascii():
            raise BadRequest("Idempotency-Key")
        return f"agent:{conversation_id}:{who.id}:{self._store.vault.index('reply-key', key)}"

    async def note(self, conversation_id: int, who: Member, text: str) -> None:
        """For colleagues. Raises as :meth:`move`."""
        await self.talk(conversation_id, who)
        async with self._store.database.write(wake=True) as connection:
            now = self._clock()
            await self._store.staff_notes.add(connection, conversation_id, who.id, NOTE, clean(text), now)
            await self._store.takeovers.note(connection, conversation_id, "note.added", who, now)

    async def draft(self, conversation_id: int, who: Member, text: str) -> None:
        """Keep what is not sent yet; nothing, where it is empty."""
        await self.talk(conversation_id, who)
        if len(text) > LONGEST:
            raise BadRequest("text")
        async with self._store.database.write() as connection:
            await self._store.staff_notes.keep_draft(connection, conversation_id, who.id, text, self._clock())

    async def preview(self, talk: Talk, who: Member, text: str) -> str:
        """As the citizen would read it."""
        async with self._store.database.read() as connection:
            return await self._speaking.introduced(connection, talk.id, talk.language, who, text)


def clean(text: str) -> str:
    """As it may be kept and sent. Raises :class:`BadRequest` where nothing is left, or too much."""
    text = "".join(letter for letter in text if letter in _KEPT or letter.isprintable()).strip()
    if not 1 <= len(text) <= LONGEST:
        raise BadRequest("text")
    return text


def _same(line: ShownLine, text: str) -> int:
    """One key is one answer: another text under it is refused."""
    if line.text != text:
        raise BadRequest("Idempotency-Key")
    return line.sequence
