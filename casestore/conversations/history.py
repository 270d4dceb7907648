"""The dialogue's memory: the events that each turn added, one sealed row a turn."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import dialogue_events
from casestore.vault import Vault

HISTORY_TURNS = 60  # turns read back; the dialogue cuts the session out of them
_VERSIONS = 20  # bits: such rows are numbered downwards, and never like another
_SEALED = "dialogue_events.events"
_NEWEST = (
    select(dialogue_events.c.events_sealed)
    .where(dialogue_events.c.conversation_id == bindparam("of"), dialogue_events.c.at > bindparam("since"))
    .order_by(dialogue_events.c.id.desc())
    .limit(HISTORY_TURNS)
)


class History:
    """Reads and writes dialogue events over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def since(self, conversation_id: int, since: datetime) -> list[dict[str, Any]]:
        """The events of the newest turns after ``since``, oldest first."""
        async with self._database.look() as connection:
            rows = (await connection.scalars(_NEWEST, {"of": conversation_id, "since": since})).all()
        turns: Iterable[list[dict[str, Any]]] = (json.loads(self._vault.open(_SEALED, row)) for row in reversed(rows))
        return [event for turn in turns for event in turn]

    async def begin_anew(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        version: int,
        events: Sequence[dict[str, Any]],
        now: datetime,
    ) -> None:
        """Keep what no message has led to: with this ``version`` of its ownership the conversation came back."""
        await self.add(connection, conversation_id, -((conversation_id << _VERSIONS) + version), events, now)

    async def add(
        self,
        connection: AsyncConnection,
        conversation_id: int,
        inbox_id: int,
        events: Sequence[dict[str, Any]],
        now: datetime,
    ) -> None:
        """Keep what one turn added. ``inbox_id``: the message that it answered."""
        row = {
            "conversation_id": conversation_id,
            "inbox_id": inbox_id,
            "events_sealed": self._vault.seal(_SEALED, json.dumps(events, ensure_ascii=False)),
            "at": now,
        }
        await connection.execute(dialogue_events.insert().values(**row))
