"""What is done about a document, step by step: fetched, checked, submitted. Each finds out what it leads to with no
transaction open, and returns what is to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

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


class FetchStep:
    """From the provider's own hosts, while its link lives."""

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        documents: Documents,
        tasks: DocumentTasks,
        refuser: Refuser,
        clock: Clock,
    ) -> None:
        self._channels = channels
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
        try:
            content = await channel.fetch(unpacked(self._tasks.read(task)), MOST_BYTES)
        except FetchError as error:
            return self._not_fetched(task, document, error)
        sealed = await self._documents.sealed(document.key, content)

        async def write(connection: AsyncConnection, now: datetime) -> str:
            return "fetched" if await self._documents.fetched(connection, document, sealed, now) else NOT_WANTED

        return write

    def _not_fetched(self, task: ClaimedTask, document: StoredDocument, error: FetchError) -> Write:
        passes = error.remedy in (Remedy.RETRY, Remedy.PAGE_OPERATOR)
        if passes and self._clock() - task.since < LINKS_LIVE:
            raise Later(error.code)
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
