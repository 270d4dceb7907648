"""What a backup and a restore need of a kind of database: a copy of it, and to put one in its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from sqlalchemy.engine import URL, make_url

from casestore.backups.manifest import BackupRefused
from casestore.backups.postgresql import PostgresqlPlace
from casestore.backups.sqlite_file import SqlitePlace


class DatabasePlace(Protocol):
    """The database at one address, seen from outside. A copy is put together beside it, and takes its place at once."""

    async def copy_to(self, part: Path) -> tuple[str, str]:
        """A consistent copy while everything runs; (schema revision, key ring's fingerprint)."""

    async def is_empty(self) -> bool:
        """Is nothing there to lose? What cannot be read is not empty."""

    async def refuse_in_use(self) -> None:
        """Raises :class:`casestore.backups.manifest.BackupRefused` while another process has it open."""

    async def put_beside(self, file: Path) -> URL:
        """A backup's content in a database beside this one, in place of what an earlier try has left there."""

    async def take_its_place(self, now: datetime) -> str | None:
        """What is beside is the database from here on. Where the one before is kept; ``None``: there was none."""


def address(url: str) -> URL:
    """Of a database, taken apart."""
    return make_url(url)


def place_of(url: URL, pg_dump: str | None) -> DatabasePlace:
    """``pg_dump``: where that program is; looked for in ``PATH`` if not said."""
    if url.get_backend_name() == "sqlite":
        return SqlitePlace(Path(url.database or ""), url)
    return PostgresqlPlace(url, pg_dump)


KINDS: Mapping[str, str] = MappingProxyType({"sqlite": "an SQLite file", "postgresql": "a PostgreSQL database"})


def refuse_other_kind(kind: str, url: URL) -> None:
    """A backup of one kind is not put into the other."""
    if kind != url.get_backend_name():
        raise BackupRefused(f"the backup is of {KINDS.get(kind, kind)}, and DATABASE_URL names another kind")
