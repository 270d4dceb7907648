"""A PostgreSQL database: copied by ``pg_dump``, put together by ``pg_restore`` beside the one it replaces.

The swap is two renames in one transaction. For it the role must own the database and may make databases.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from casestore.backups.manifest import BackupFailed, BackupRefused

_NAME = 32  # characters: with what is added, PostgreSQL's 63
_KEPT = frozenset({"PATH", "HOME", "LD_LIBRARY_PATH"})
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = $1 AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_HAS_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_KNOWN = "SELECT (SELECT version_num FROM alembic_version), (SELECT value FROM meta WHERE name = 'index-key')"


class PostgresqlPlace:
    """The database at this address."""

    def __init__(self, url: URL, pg_dump: str | None) -> None:
        self._url = url
        self._pg_dump = pg_dump
        self._name = url.database or ""
        self._beside = f"{self._name[:_NAME]}_restoring"

    async def copy_to(self, part: Path) -> tuple[str, str]:
        """What ``pg_dump`` copies and what is said of it are of one snapshot."""
        async with _connected(self._url) as connection:
            program = await _program(self._pg_dump, "pg_dump", connection)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                if await connection.fetchval("SELECT to_regclass('alembic_version') IS NULL"):
                    raise BackupRefused("the database is empty: there is nothing to back up")
                revision, key_ring = await connection.fetchrow(_KNOWN)
                snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
                given = ("--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={part}")
                await _run(program, self._url, *given)
        return str(revision), str(key_ring)

    async def is_empty(self) -> bool:
        async with _connected(self._maintenance()) as connection:
            if not await self._is_there(connection, self._name):
                return True
        async with _connected(self._url) as connection:
            return not await connection.fetchval(_HAS_TABLES)

    async def refuse_in_use(self) -> None:
        async with _connected(self._maintenance()) as connection:
            if others := await connection.fetchval(_OTHERS, self._name):
                raise BackupRefused(f"the database is in use ({others} connections): stop `work` and `serve` first")

    async def put_beside(self, file: Path) -> URL:
        beside = self._url.set(database=self._beside)
        async with _connected(self._maintenance()) as connection:
            program = await _program(self._pg_dump, "pg_restore", connection)
            await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(self._beside)} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {_quoted(self._beside)} TEMPLATE template0 ENCODING 'UTF8'")
        given = ("--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--single-transaction")
        await _run(program, beside, *given, f"--dbname={self._beside}", str(file))
        return beside

    async def take_its_place(self, now: datetime) -> str | None:
        await self.refuse_in_use()
        async with _connected(self._maintenance()) as connection, connection.transaction():
            kept = None
            if await self._is_there(connection, self._name):
                kept = f"{self._name[:_NAME]}_replaced_{now:%Y%m%dt%H%M%S%f}"
                await connection.execute(f"ALTER DATABASE {_quoted(self._name)} RENAME TO {_quoted(kept)}")
            await connection.execute(f"ALTER DATABASE {_quoted(self._beside)} RENAME TO {_quoted(self._name)}")
        return kept

    def _maintenance(self) -> URL:
        """From here a database is made and renamed: not from within."""
        return self._url.set(database="template1" if self._name == "postgres" else "postgres")

    @staticmethod
    async def _is_there(connection: Any, name: str) -> bool:
        return bool(await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name))


@asynccontextmanager
async def _connected(url: URL) -> AsyncIterator[Any]:
    try:
        connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    except asyncpg.PostgresError as error:
        raise BackupFailed(f"the database {url.database} cannot be opened ({type(error).__name__})") from None
    try:
        yield connection
    except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError, asyncpg.WrongObjectTypeError) as error:
        raise BackupRefused(f"PostgreSQL refuses it: {error}") from None
    finally:
        await connection.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def _program(pg_dump: str | None, name: str, connection: Any) -> str:
    """Where it is: beside the ``pg_dump`` that is given, else in PATH. Never older than the server."""
    given = None if pg_dump is None else str(Path(pg_dump).with_name(name)) if name != "pg_dump" else pg_dump
    found = shutil.which(given or name)
    if found is None:
        raise BackupRefused(f"there is no {given or name}: install PostgreSQL's client programs, or set PG_DUMP")
    started = await asyncio.create_subprocess_exec(found, "--version", stdout=PIPE, stderr=DEVNULL)
    told = (await started.communicate())[0].decode(errors="replace")
    version = re.search(r"\) (\d+)", told)
    ours, theirs = int(version[1]) if version else 0, connection.get_server_version().major
    if ours < theirs:
        raise BackupRefused(f"{found} is of PostgreSQL {ours}, and the server of {theirs}: set PG_DUMP to one as new")
    return found


async def _run(program: str, url: URL, *arguments: str) -> None:
    """The password goes by the environment: arguments are seen by everybody on the machine."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("PG")}
    given = {**kept, **environment(url), "LC_ALL": "C"}
    started = await asyncio.create_subprocess_exec(
        program, *arguments, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, env=given
    )
    try:
        said = (await started.communicate())[1].decode(errors="replace")
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()
    if started.returncode:
        # its errors quote rows: the kind of each is told, and no value
        first = next((line for line in said.splitlines() if "error:" in line), "")
        told = re.sub(r"(DETAIL|CONTEXT|Command was).*", "", first)[:200]
        if url.password:
            told = told.replace(str(url.password), "***")
        raise BackupFailed(f"{Path(program).name} ended with {started.returncode}: {told}")


def environment(url: URL) -> Mapping[str, str]:
    """How PostgreSQL's programs are told of an address."""
    host = url.host or url.query.get("host")
    told = {
        "PGHOST": host,
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("ssl") or url.query.get("sslmode"),
    }
    return {name: str(value) for name, value in told.items() if value}
