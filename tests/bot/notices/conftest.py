"""What the machines of this room begin with: a loop of their own, and a database that each example finds empty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from casestore.columns import metadata
from casestore.database import Database


@pytest.fixture
def loop_and_database(database_url: str) -> Iterator[tuple[asyncio.Runner, Database]]:
    with asyncio.Runner() as runner:
        database = Database(database_url)
        yield runner, database
        runner.run(database.close())


async def wipe(database: Database) -> None:
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in ("meta", "alembic_version"):
                await connection.execute(delete(table))
