"""Documents that citizens hand in. What their states are and what may follow what: ``lifecycle.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.documents.lifecycle import DOCUMENT_MOVES, ENDED, OPEN, WITHOUT_CONTENT, DocumentState, Step
from casestore.documents.model import ASKED_FOR, Handed, Paper, SealedContent, StoredDocument, document_of
from casestore.documents.tasks import DocumentTasks
from casestore.files import Files
from casestore.filevault import FileVault
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import sources
from casestore.tables import documents
from casestore.vault import Vault

_TITLE = 300  # characters of a paper's title that the table holds
_NAME = "documents.name"


class Documents:
    """Reads and writes documents over one database; ``files`` keeps their content."""

    def __init__(self, database: Database, vault: Vault, files: Files, tasks: DocumentTasks) -> None:
        self._database = database
        self._vault = vault
        self._sealing = FileVault(vault)
        self._files = files
        self._tasks = tasks

    # Coming in

    async def offer(self, connection: AsyncConnection, handed: Handed, address: str, now: datetime) -> None:
        """Its provider has it at ``address`` (any text, sealed here): it is to be fetched."""
        made = await self._insert(connection, handed, DocumentState.OFFERED, now)
        if made is not None:
            await self._tasks.put(connection, made, Step.FETCH, now, address)

    async def keep(
        self, connection: AsyncConnection, handed: Handed, content: SealedContent, now: datetime
    ) -> int | None:
        """It came whole; what is not checked yet will be. Its id; ``None`` where the same cause has made it before."""
        is_checked = content.media_type is not None
        state = DocumentState.CHECKED if is_checked else DocumentState.RECEIVED
        made = await self._insert(connection, handed, state, now, **_facts(content))
        if made is not None:
            await self._files.save(connection, made, content.kept, now)
            if not is_checked:
                await self._tasks.put(connection, made, Step.CHECK, now)
        return made

    async def _insert(
        self, connection: AsyncConnection, handed: Handed, state: DocumentState, now: datetime, **facts: object
    ) -> int | None:
        row = {
            "key": handed.key,
            "citizen_id": handed.citizen_id,
            "conversation_id": handed.conversation_id,
            "origin": handed.origin,
            "state": state,
            "name_sealed": self._vault.seal(_NAME, handed.name),
            "created_at": now,
            **_columns(handed.paper),
            **facts,
        }
        insert = self._database.insert_new(documents).values(**row).returning(documents.c.id)
        made: int | None = await connection.scalar(insert)
        return made

    async def fetched(
        self, connection: AsyncConnection, document: StoredDocument, content: SealedContent, now: datetime
    ) -> bool:
        """``False`` where it is not wanted any more."""
        if not await self.move(connection, [document.id], DocumentState.RECEIVED, now, **_facts(content)):
            return False
        await self._files.save(connection, document.id, content.kept, now)
        await self._tasks.put(connection, document.id, Step.CHECK, now)
        return True

    async def checked(
        self, connection: AsyncConnection, document: StoredDocument, content: SealedContent, now: datetime
    ) -> bool:
        """What came is replaced by what may be handed in. ``False`` where it is not wanted any more."""
        if not await self.move(connection, [document.id], DocumentState.CHECKED, now, **_facts(content)):
            return False
        await self._files.save(connection, document.id, content.kept, now)
        return True

    # Which paper it is

    async def confirm(
        self,
        connection: AsyncConnection,
        which: Sequence[int],
        paper: Paper,
        bundle: str,
        submission: str,
        now: datetime,
    ) -> int:
        """These files are this paper, together, and go to its registry. How many of them were still ours to hand in."""
        free = and_(documents.c.id.in_(which), documents.c.confirmed_at.is_(None), in_state(documents.c.state, *OPEN))
        values = {"bundle": bundle, "submission": submission, "confirmed_at": now, **_columns(paper)}
        taken = update(documents).where(free).values(**values).returning(documents.c.id)
        ids = sorted(await connection.scalars(taken))
        if ids:
            await self._tasks.put(connection, ids[-1], Step.SUBMIT, now)
        return len(ids)

    async def unanswered(self, conversation_id: int, citizen_id: int | None, now: datetime) -> list[StoredDocument]:
        """What this citizen sent into this chat and has not said yet what it is: a chat may have been another's."""
        if citizen_id is None:
            return []
        asked = and_(
            documents.c.conversation_id == conversation_id,
            documents.c.citizen_id == citizen_id,
            documents.c.confirmed_at.is_(None),
            documents.c.created_at > now - ASKED_FOR,
            in_state(documents.c.state, *OPEN),
        )
        return await self._all(asked)

    # Moving on

    async def move(
        self, connection: AsyncConnection, which: Sequence[int], state: DocumentState, now: datetime, **values: object
    ) -> int:
        """Those of them that may go there, do. How many."""
        legal = documents.c.state.in_(sources(DOCUMENT_MOVES, state))
        ended = {"finished_at": now} if state in ENDED else {}
        moved = update(documents).where(documents.c.id.in_(which), legal)
        moved = moved.values(state=state, **ended, **values).returning(documents.c.id)
        ids = list(await connection.scalars(moved))
        if state in WITHOUT_CONTENT:
            await self._files.drop(connection, ids)
        return len(ids)

    async def judged(
        self, connection: AsyncConnection, reference: str, code: str, state: DocumentState, now: datetime
    ) -> int:
        """The registry says what became of this paper. How many of our files that concerns."""
        of_paper = and_(
            documents.c.reference == reference,
            documents.c.code == code,
            in_state(documents.c.state, DocumentState.SUBMITTED),
        )
        ids = list(await connection.scalars(select(documents.c.id).where(of_paper)))
        return await self.move(connection, ids, state, now) if ids else 0

    # Reading

    async def find(self, document_id: int) -> StoredDocument | None:
        found = await self._all(documents.c.id == document_id)
        return found[0] if found else None

    async def of_bundle(self, bundle: str) -> list[StoredDocument]:
        """The files of one paper, in the order in which they came."""
        return await self._all(documents.c.bundle == bundle)

    async def of_citizen(self, citizen_id: int, since: datetime) -> list[StoredDocument]:
        """Those that were confirmed after ``since``, the oldest first."""
        return await self._all(and_(documents.c.citizen_id == citizen_id, documents.c.confirmed_at > since))

    async def under_way(self, connection: AsyncConnection, citizen_id: int, reference: str) -> frozenset[str]:
        """Codes of this case's papers that its citizen has handed in here, and on which nobody has decided yet."""
        theirs = and_(documents.c.citizen_id == citizen_id, documents.c.reference == reference)
        given = and_(theirs, documents.c.confirmed_at.is_not(None))
        undecided = in_state(documents.c.state, *OPEN, DocumentState.SUBMITTED)
        return frozenset(await connection.scalars(select(documents.c.code).where(given, undecided)))

    async def _all(self, which: ColumnElement[bool]) -> list[StoredDocument]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(documents).where(which).order_by(documents.c.id))
            return [document_of(row) for row in rows]

    async def name_of(self, document_id: int) -> str:
        """As its citizen named the file. Raises ``LookupError``."""
        async with self._database.read() as connection:
            sealed = await connection.scalar(select(documents.c.name_sealed).where(documents.c.id == document_id))
        if sealed is None:
            raise LookupError("no such document")
        return self._vault.open(_NAME, sealed)

    # The content

    async def sealed(
        self,
        key: str,
        content: bytes,
        *,
        media_type: str | None = None,
        pages: int | None = None,
        blurred: bool = False,
    ) -> SealedContent:
        """To be kept for the document of this key. Beside the loop: sealing 20 MB takes a twentieth of a second. With
        no transaction open, for where it is kept may be far away. Raises :class:`casestore.files.FilesDown`.
        """
        sealed = await asyncio.to_thread(self._sealing.seal, key, content)
        return SealedContent(await self._files.put(sealed), len(content), media_type, pages, blurred)

    async def content_of(self, document: StoredDocument) -> bytes:
        """Raises ``LookupError`` where it is gone, :class:`casestore.vault.SealBroken`,
        :class:`casestore.files.FilesDown`."""
        sealed = await self._files.load(self._database, document.id)
        if sealed is None:
            raise LookupError("its content is gone")
        return await asyncio.to_thread(self._sealing.open, document.key, sealed)

    async def sweep(self, older_than: float) -> int:
        """See :meth:`casestore.files.Files.sweep`."""
        return await self._files.sweep(self._database, older_than)


def _columns(paper: Paper | None) -> dict[str, object]:
    if paper is None:
        return {}
    title = paper.title[:_TITLE]
    return {"registry": paper.registry, "reference": paper.reference, "code": paper.code, "title": title}


def _facts(content: SealedContent) -> dict[str, object]:
    facts = {"media_type": content.media_type, "pages": content.pages, "blurred": content.blurred}
    return {"size": content.size, **facts}
