"""What was said: transcript, dialogue events, hand-overs. Texts are sealed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import conversations, dialogue_events, handovers, transcript
from casestore.vault import Vault

HISTORY_TURNS = 60  # turns read back; the dialogue cuts the session out of them


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

    async def history(self, conversation_id: int, since: datetime) -> list[dict[str, Any]]:
        """The dialogue events of the newest turns after ``since``, oldest first."""
        events = dialogue_events.c
        newest = select(events.events_sealed).where(events.conversation_id == conversation_id, events.at > since)
        async with self._database.read() as connection:
            rows = (await connection.scalars(newest.order_by(events.id.desc()).limit(HISTORY_TURNS))).all()
        turns: Iterable[list[dict[str, Any]]] = (json.loads(self._open(sealed)) for sealed in reversed(rows))
        return [event for turn in turns for event in turn]

    def _open(self, sealed: bytes) -> str:
        return self._vault.open("dialogue_events.events", sealed)

    async def add_events(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        inbox_id: int,
        events: Sequence[dict[str, Any]],
        now: datetime,
    ) -> None:
        row = {
            "conversation_id": conversation_id,
            "inbox_id": inbox_id,
            "events_sealed": self._vault.seal("dialogue_events.events", json.dumps(events, ensure_ascii=False)),
            "at": now,
        }
        await connection.execute(dialogue_events.insert().values(**row))

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
            await connection.execute(self._database.insert_new(transcript), rows)

    async def lines(self, conversation_id: int, limit: int = 200) -> list[Line]:
        """The newest lines, oldest first."""
        newest = select(transcript).where(transcript.c.conversation_id == conversation_id)
        async with self._database.read() as connection:
            rows = (await connection.execute(newest.order_by(transcript.c.id.desc()).limit(limit))).all()
        return [
            Line(
                row.key, Author(row.author), self._vault.open("transcript.text", row.text_sealed), row.at, row.response
            )
            for row in reversed(rows)
        ]

    async def touch(self, connection: AsyncConnection, conversation_id: int, now: datetime, **values: Any) -> None:
        """Note that something was said now, and set ``language`` or ``owner`` where given."""
        here = conversations.c.id == conversation_id
        await connection.execute(update(conversations).where(here).values(last_at=now, **values))

    async def hand_over(
        self, connection: AsyncConnection, conversation_id: int, key: str, reason: str, now: datetime
    ) -> None:
        """Record that a person is wanted; asking again while one request is open adds none."""
        waiting = select(func.count()).select_from(handovers)
        waiting = waiting.where(handovers.c.conversation_id == conversation_id, handovers.c.closed_at.is_(None))
        if not await connection.scalar(waiting):
            row = {"conversation_id": conversation_id, "key": key, "reason": reason, "asked_at": now}
            await connection.execute(self._database.insert_new(handovers).values(**row))
