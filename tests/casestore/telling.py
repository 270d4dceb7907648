"""A database that writes down which transactions tell the workers: SQLite has none to tell, and nothing shows it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database


class Telling(Database):
    """``told`` has one flag for each transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.told: list[bool] = []

    @asynccontextmanager
    async def write(self, *, wake: bool = False) -> AsyncIterator[AsyncConnection]:
        self.told.append(wake)
        async with super().write(wake=wake) as connection:
            yield connection
