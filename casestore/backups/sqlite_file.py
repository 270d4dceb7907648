"""An SQLite file: copied while everything runs, and replaced by another under the same name."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from casestore.backups.manifest import BackupFailed, BackupRefused, sync

_WAIT = 10.0  # seconds for a lock
_ENDS = ("-wal", "-shm")
_KNOWN = "SELECT (SELECT version_num FROM alembic_version), (SELECT value FROM meta WHERE name = 'index-key')"


class SqlitePlace:
    """The database in this file. ``beside`` is where another is put together."""

    def __init__(self, file: Path, url: URL) -> None:
        self._file = file
        self._beside = file.with_name(f"{file.name}-restoring")
        self._url = url

    async def copy_to(self, part: Path) -> tuple[str, str]:
        """``VACUUM INTO``: one reading transaction, and nothing of what was erased is in the copy's free pages."""
        if not self._file.exists():
            raise BackupRefused("DATABASE_URL: there is no such file")
        with _telling("the database"), closing(_open(self._file)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        return _checked(part)

    async def is_empty(self) -> bool:
        if not self._file.exists() or not self._file.stat().st_size:
            return True
        try:
            with closing(_open(self._file)) as connection:
                return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        except sqlite3.Error:
            return False

    async def refuse_in_use(self) -> None:
        """Leaving WAL is granted to the only one that has the file open. What is damaged cannot be asked."""
        if self._file.exists():
            with closing(_open(self._file, 1.0)) as connection:
                try:
                    connection.execute("PRAGMA journal_mode=DELETE").fetchone()
                except sqlite3.OperationalError as error:
                    if "locked" in str(error):
                        raise BackupRefused("the database is in use: stop `work` and `serve` first") from None
                except sqlite3.DatabaseError:
                    return

    async def put_beside(self, file: Path) -> URL:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            for path in _with_ends(self._beside):
                path.unlink(missing_ok=True)
            shutil.copyfile(file, self._beside)
            self._beside.chmod(0o600)
        except OSError as error:
            raise BackupFailed(f"{self._beside} cannot be written ({error.strerror})") from None
        _checked(self._beside)
        return self._url.set(database=str(self._beside))

    async def take_its_place(self, now: datetime) -> str | None:
        """By one rename: killed before it the old one is there, after it the new one."""
        await self.refuse_in_use()
        with closing(_open(self._beside)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # all in the one file that is renamed
        kept = None
        if self._file.exists() and self._file.stat().st_size:
            kept = self._file.with_name(f"{self._file.name}-replaced-{now:%Y%m%dT%H%M%S%f}")
            kept.hardlink_to(self._file)
            for path, end in zip(_with_ends(self._file)[1:], _ENDS, strict=True):
                if path.exists():  # of a damaged one: its log must not be taken for the new one's
                    path.rename(kept.with_name(f"{kept.name}{end}"))
        sync(self._beside)
        self._beside.replace(self._file)
        self._beside.with_name(f"{self._beside.name}-writers").unlink(missing_ok=True)
        sync(self._file.parent)
        return None if kept is None else str(kept)


def _open(file: Path, wait: float = _WAIT) -> sqlite3.Connection:
    """Never makes a file."""
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=rw", uri=True, timeout=wait, isolation_level=None)


def _with_ends(file: Path) -> list[Path]:
    return [file, *(file.with_name(f"{file.name}{end}") for end in _ENDS)]


def _checked(file: Path) -> tuple[str, str]:
    """(Revision, fingerprint) of a copy that is whole."""
    with _telling("the copy"), closing(_open(file)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise BackupFailed("the copy is not whole: the database itself is damaged")
        if connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('alembic_version', 'meta')"
        ).fetchone() != (2,):
            raise BackupRefused("the database is empty: there is nothing to back up")
        revision, key_ring = connection.execute(_KNOWN).fetchone()
    return str(revision), str(key_ring)


@contextmanager
def _telling(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupFailed(f"{what} cannot be read: {error.sqlite_errorname}") from None
