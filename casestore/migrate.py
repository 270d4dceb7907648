"""Brings a database to today's schema. Migrations are in ``casestore/migrations/versions``, one per change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from casestore.database import Database
from casestore.tables import meta
from casestore.vault import Vault

INDEX_KEY = "index-key"


class WrongKeyRing(Exception):
    """The database's blind indexes were made with a secret that is not the oldest of SECRET_KEY."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def _head() -> str | None:
    """The newest migration. Finding it imports them all, so it is asked for once."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def knows_revision(revision: str) -> bool:
    """Is it one of this version's, today's or an older one?"""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    if _revision(connection) != _head():
        command.upgrade(_config(connection), "head")


async def migrate(database: Database) -> None:
    """Upgrade to the newest schema. Safe to call from several processes at once."""
    if database.is_sqlite:
        async with database.write() as connection:
            await connection.run_sync(_upgrade)
        return
    async with database.write() as connection:
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7203311)")
        await connection.run_sync(_upgrade)


async def is_current(database: Database) -> bool:
    """Does the database have today's schema?"""
    async with database.read() as connection:
        return await connection.run_sync(_revision) == _head()


async def check_key_ring(database: Database, vault: Vault) -> None:
    """Remember the index key at first use; raise :class:`WrongKeyRing` when it is another one."""
    async with database.write() as connection:
        await connection.execute(
            database.insert_new(meta).values(name=INDEX_KEY, value=vault.index_fingerprint),
        )
        known = await connection.scalar(select(meta.c.value).where(meta.c.name == INDEX_KEY))
    if known != vault.index_fingerprint:
        raise WrongKeyRing(
            "SECRET_KEY: its last (oldest) secret is not the one this database was begun with. "
            "Put new secrets in front and keep the oldest at the end."
        )
