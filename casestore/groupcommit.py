"""Many callers, one commit: what arrives while a commit is under way shares the next one.

Durability costs one wait for the disk per commit, not per row. A caller returns when *its* row is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from casestore.database import StoreDown

Row = TypeVar("Row")


class GroupCommit(Generic[Row]):
    """``write`` commits a batch of at most ``limit`` rows or raises.

    A batch that fails is tried again row by row, so that one impossible row harms nobody else; each caller gets its own
    row's error. A database that is away fails the whole batch at once.
    """

    def __init__(self, write: Callable[[Sequence[Row]], Awaitable[None]], *, limit: int = 200) -> None:
        self._write = write
        self._limit = limit
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def put(self, row: Row) -> None:
        """Returns when the row is committed; raises what ``write`` raised for it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush())
        await done

    async def _flush(self) -> None:
        batch: list[tuple[Row, asyncio.Future[None]]] = []
        try:
            while self._waiting:
                await asyncio.sleep(0)  # whoever is ready now comes along: a commit for one costs as much as for thirty
                batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
                await self._commit(batch)
        finally:
            self._flusher = None
            for _, done in (*batch, *self._waiting):
                done.cancel()  # stopped half way: nobody shall wait for what will not be told (no effect once settled)
            self._waiting.clear()

    async def _commit(self, batch: Sequence[tuple[Row, asyncio.Future[None]]]) -> None:
        error = await self._try([row for row, _ in batch])
        if error is None or len(batch) == 1 or isinstance(error, StoreDown):
            _settle(batch, error)
            return
        for one in batch:
            _settle([one], await self._try([one[0]]))

    async def _try(self, rows: Sequence[Row]) -> Exception | None:
        try:
            await self._write(rows)
        except Exception as error:  # noqa: BLE001 (handed to the callers, each of whom raises it)
            return error
        return None


def _settle(batch: Sequence[tuple[object, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in batch:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
