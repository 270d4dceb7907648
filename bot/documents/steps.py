"""What is done about a document, step by step: fetched, checked, submitted. Each finds out what it leads to with no
transaction open, and returns what is to be kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.port import Channel, FetchError, Remedy
from bot.documents.checks.verdict import Refusal, Refused
from bot.documents.effects import unpacked
from bot.documents.inspection import Inspector, ScannerDown
from bot.documents.notes import DocumentNotes
from bot.documents.words import WHY
from bot.limited.limits import MOST_BYTES
from bot.runtime import Clock
from bot.tasks import NOT_WANTED, Later, Step, Write, nothing_to_do
from casestore.documents.lifecycle import OPEN, DocumentState
from casestore.documents.model import StoredDocument
from casestore.documents.repository import Documents
from casestore.documents.tasks import DocumentTasks
from casestore.queues.tasks import ClaimedTask
from dialogues.turn import Reply

LINKS_LIVE = timedelta(minutes=55)  # Viber's do for an hour
_GONE = frozenset({"http:403", "http:404", "http:410"})
_WHY_NOT_FETCHED: Mapping[str, Refusal] = MappingProxyType(
    {"media:too-large": Refusal.TOO_LARGE, **dict.fromkeys(_GONE, Refusal.GONE)}
)

DocumentStep = Step[StoredDocument]


class Refuser:
    """Refuses a file and says why in its chat."""

    def __init__(self, documents: Documents, notes: DocumentNotes) -> None:
        self._documents = documents
        self._notes = notes

    def refusal(self, document: StoredDocument, reason: Refusal) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            refused = DocumentState.REFUSED
            if not await self._documents.move(connection, [document.id], refused, now, reason=reason):
                return NOT_WANTED
            await self._notes.say(connection, document, "utter_paper_refused", now, why=WHY[reason])
            return reason

        return write


class Seen(Protocol):
    """A file that is one of ours: a certificate, perhaps sent to be checked and not to be handed in."""

    @property
    def say(self) -> Callable[[str, str], Reply]:
        """What it is, for a language and a channel."""

    @property
    def holds(self) -> bool:
        """May it be handed in all the same?"""


Look = Callable[[bytes, str], Awaitable[Seen | None]]
"""Looks at a file of a chat; ``None``: it has nothing of ours."""


class FetchStep:
    """From the provider's own hosts, while its link lives. What it shows is told first, then asked which paper it is;
    what was issued here and does not hold is not taken at all."""

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        documents: Documents,
        tasks: DocumentTasks,
        refuser: Refuser,
        notes: DocumentNotes,
        look: Look,
        clock: Clock,
    ) -> None:
        self._channels = channels
        self._notes = notes
        self._look = look
        self._tasks = tasks
        self._documents = documents
        self._refuser = refuser
        self._clock = clock

    async def prepare(self, task: ClaimedTask, document: StoredDocument) -> Write:
        if document.state is not DocumentState.OFFERED:
            return nothing_to_do
        channel = self._channels.get(document.origin)
        if channel is None:
            raise Later("channel off")
        offered = unpacked(self._tasks.read(task))
        try:
            content = await channel.fetch(offered, MOST_BYTES)
        except FetchError as error:
            return self._not_fetched(task, document, error, offered.asks)
        seen = await self._look(content, f"chat:{document.conversation_id}")
        if seen is not None and not seen.holds:
            return self._taken_back(document, seen)
        sealed = await self._documents.sealed(document.key, content)

        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._documents.fetched(connection, document, sealed, now):
                return NOT_WANTED
            await self._told(connection, document, seen, now)
            await self._notes.tell(connection, document, lambda *_: offered.asks, "asks", now)
            return "fetched"

        return write

    def _taken_back(self, document: StoredDocument, seen: Seen) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._documents.move(connection, [document.id], DocumentState.TAKEN_BACK, now):
                return NOT_WANTED
            await self._told(connection, document, seen, now)
            return "does-not-hold"

        return write

    async def _told(
        self, connection: AsyncConnection, document: StoredDocument, seen: Seen | None, now: datetime
    ) -> None:
        if seen is not None:
            await self._notes.tell(connection, document, lambda *voice: [seen.say(*voice)], "seen", now)

    def _not_fetched(
        self, task: ClaimedTask, document: StoredDocument, error: FetchError, asks: Sequence[Reply]
    ) -> Write:
        """Asked meanwhile: an answer may come before the file does."""
        passes = error.remedy in (Remedy.RETRY, Remedy.PAGE_OPERATOR)
        if passes and self._clock() - task.since < LINKS_LIVE:

            async def meanwhile(connection: AsyncConnection, now: datetime) -> str:
                await self._notes.tell(connection, document, lambda *_: asks, "asks", now)
                return error.code

            raise Later(error.code, meanwhile)
        return self._refuser.refusal(document, _WHY_NOT_FETCHED.get(error.code, Refusal.UNREACHABLE))

    def give_up(self, document: StoredDocument) -> Write:
        return self._refuser.refusal(document, Refusal.UNREACHABLE)


class CheckStep:
    """In the limited child process. What it makes of the file takes the place of what came."""

    def __init__(self, *, inspector: Inspector, documents: Documents, refuser: Refuser, notes: DocumentNotes) -> None:
        self._inspector = inspector
        self._documents = documents
        self._refuser = refuser
        self._notes = notes

    async def prepare(self, task: ClaimedTask, document: StoredDocument) -> Write:  # noqa: ARG002 - as every step
        if document.state is not DocumentState.RECEIVED:
            return nothing_to_do
        try:
            verdict = await self._inspector.inspect(await self._documents.content_of(document))
        except ScannerDown as down:
            raise Later(f"scanner: {down.reason}") from None
        if isinstance(verdict, Refused):
            return self._refuser.refusal(document, verdict.reason)
        sealed = await self._documents.sealed(
            document.key,
            verdict.content,
            media_type=verdict.media_type,
            pages=verdict.pages,
            blurred=verdict.blurred,
        )

        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._documents.checked(connection, document, sealed, now):
                return NOT_WANTED
            if verdict.blurred and document.confirmed_at is None:
                await self._notes.say(connection, document, "utter_paper_blurred", now)
            return "checked"

        return write

    def give_up(self, document: StoredDocument) -> Write:
        return self._refuser.refusal(document, Refusal.UNCHECKED)


def still_on_their_way(files: list[StoredDocument]) -> bool:
    """Is any of them neither checked nor out of it?"""
    return any(file.state in OPEN and file.state is not DocumentState.CHECKED for file in files)
