"""What was said in conversations, line by line. Texts are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.database import Database
from casestore.tables import transcript
from casestore.vault import Vault


class Author(StrEnum):
    CITIZEN = "citizen"
    BOT = "bot"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript. ``key`` names its cause, so that it is kept once."""

    key: str
    author: Author
    text: str
    at: datetime
    response: str | None = None


class Transcript:
    """Reads and writes what was said over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def count_said(self, conversation_id: int, responses: Sequence[str], since: datetime) -> int:
        """How often one of these responses was said here ``since``."""
        said = and_(transcript.c.conversation_id == conversation_id, transcript.c.response.in_(responses))
        counted = select(func.count()).select_from(transcript).where(said, transcript.c.at > since)
        async with self._database.look() as connection:
            return int(await connection.scalar(counted) or 0)

    async def add_lines(
        self, connection: AsyncConnection, conversation_id: int, lines: Sequence[Line], citizen_id: int | None = None
    ) -> None:
        """``citizen_id``: who is known to be there now. It is in that citizen's copy, and in nobody's when none is."""
        rows = [
            {
                "conversation_id": conversation_id,
                "citizen_id": citizen_id,
                "key": line.key,
                "author": line.author,
                "response": line.response,
                "text_sealed": self._vault.seal("transcript.text", line.text),
                "at": line.at,
            }
            for line in lines
        ]
        if rows:
            await self._database.insert(connection, transcript, rows, new=True)
            await note_changed(self._database, connection, [conversation_id], lines[-1].at)

    async def lines(self, conversation_id: int, limit: int = 200) -> list[Line]:
        """The newest lines, oldest first."""
        newest = select(transcript).where(transcript.c.conversation_id == conversation_id)
        async with self._database.look() as connection:
            rows = (await connection.execute(newest.order_by(transcript.c.id.desc()).limit(limit))).all()
        return [self._line(row) for row in reversed(rows)]

    def _line(self, row: Any) -> Line:
        text = self._vault.open("transcript.text", row.text_sealed)
        return Line(row.key, Author(row.author), text, row.at, row.response)
