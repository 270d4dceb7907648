"""Mass notices over one database: planned, approved by another, moved on. Whom they are for: members.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.broadcasts.model import BROADCAST_MOVES, Broadcast, BroadcastState, Role
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import sources
from casestore.tables import broadcast_texts, broadcasts

_COLUMNS = [broadcasts.c[name] for name in Broadcast.__dataclass_fields__]
_LIVE = in_state(broadcasts.c.state, BroadcastState.RUNNING, BroadcastState.PAUSED)
Texts = Mapping[Role, Mapping[str, str]]
"""By role and language."""


class Broadcasts:
    """Reads and writes mass notices."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, connection: AsyncConnection, texts: Texts, **values: Any) -> int:
        """One whose people are still to be written down. ``values`` are columns. Its id."""
        made = broadcasts.insert().values(state=BroadcastState.PLANNING, **values).returning(broadcasts.c.id)
        broadcast_id = int((await connection.execute(made)).scalar_one())
        rows = [
            {"broadcast_id": broadcast_id, "role": role, "language": language, "text": text}
            for role, said in texts.items()
            for language, text in said.items()
        ]
        await connection.execute(broadcast_texts.insert(), rows)
        return broadcast_id

    async def texts(self, connection: AsyncConnection, broadcast_id: int) -> dict[Role, dict[str, str]]:
        """What it says."""
        said = select(broadcast_texts).where(broadcast_texts.c.broadcast_id == broadcast_id)
        found: dict[Role, dict[str, str]] = {role: {} for role in Role}
        for row in await connection.execute(said):
            found[Role(row.role)][row.language] = row.text
        return found

    async def get(self, connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
        """As it stands."""
        return next(iter(await self._found(connection, broadcasts.c.id == broadcast_id)), None)

    async def hold(self, connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
        """The same, locked to the end of the transaction: before any of its notices."""
        rows = select(*_COLUMNS).where(broadcasts.c.id == broadcast_id).with_for_update()
        row = (await connection.execute(rows)).first()
        return None if row is None else _broadcast(row)

    async def share(self, connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
        """As it stands, and does to the end of the transaction; others may share it, and nobody holds it meanwhile."""
        rows = select(*_COLUMNS).where(broadcasts.c.id == broadcast_id).with_for_update(read=True)
        row = (await connection.execute(rows)).first()
        return None if row is None else _broadcast(row)

    async def all(self) -> list[Broadcast]:
        """The newest first."""
        async with self._database.read() as connection:
            return (await self._found(connection, true()))[::-1]

    async def live(self) -> list[Broadcast]:
        """Those that run or are paused, the oldest first."""
        async with self._database.read() as connection:
            return await self._found(connection, _LIVE)

    async def with_words(self, connection: AsyncConnection, words_key: str, since: datetime) -> list[Broadcast]:
        """Those that say the same and were planned since then; nobody else asks meanwhile."""
        await self._database.alone(connection, "broadcasts/words")
        same = and_(broadcasts.c.words_key == words_key, broadcasts.c.created_at > since)
        counts = broadcasts.c.state != BroadcastState.PLANNING
        return await self._found(connection, and_(same, counts, broadcasts.c.corrects.is_(None)))

    async def correction_of(self, connection: AsyncConnection, broadcast_id: int) -> Broadcast | None:
        """The one that corrects this one, once there is one."""
        return next(iter(await self._found(connection, broadcasts.c.corrects == broadcast_id)), None)

    async def move(
        self, connection: AsyncConnection, broadcast_id: int, state: BroadcastState, **values: Any
    ) -> Broadcast | None:
        """Bring it to this state and write these columns; ``None`` if that is no move it may make."""
        may = in_state(broadcasts.c.state, *sources(BROADCAST_MOVES, state))
        moved = update(broadcasts).where(broadcasts.c.id == broadcast_id, may).values(state=state, **values)
        if (await connection.execute(moved)).rowcount != 1:
            return None
        return await self.get(connection, broadcast_id)

    async def change(self, connection: AsyncConnection, broadcast_id: int, **values: Any) -> None:
        """Write columns of one that is held."""
        await connection.execute(update(broadcasts).where(broadcasts.c.id == broadcast_id).values(**values))

    async def seen(self, connection: AsyncConnection, broadcast_id: int, now: datetime) -> None:
        """A worker sees it running."""
        latest = func.coalesce(broadcasts.c.seen_at, now) <= now
        of_running = and_(broadcasts.c.id == broadcast_id, in_state(broadcasts.c.state, BroadcastState.RUNNING))
        await connection.execute(update(broadcasts).where(of_running, latest).values(seen_at=now))

    async def _found(self, connection: AsyncConnection, which: ColumnElement[bool]) -> list[Broadcast]:
        rows = await connection.execute(select(*_COLUMNS).where(which).order_by(broadcasts.c.id))
        return [_broadcast(row) for row in rows]


def _broadcast(row: Any) -> Broadcast:
    return Broadcast(**{**row._mapping, "state": BroadcastState(row.state)})
