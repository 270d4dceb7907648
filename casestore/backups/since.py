"""What has happened since a backup, as the database knows it that is being replaced: who was erased, who was told what.

People are known by the blind indexes of one key ring; the numbers of rows are another database's and mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError

from casestore.backups.manifest import BackupFailed, BackupRefused
from casestore.database import Database
from casestore.migrate import INDEX_KEY
from casestore.notices.timed import TimedState
from casestore.tables import audit, citizens, contact_points, meta, notice_facts, notices, outbox, timed_facts

ERASED = "citizen.erased"
FactKey = tuple[str, str, int, str]
"""Of a change that was told: the citizen's ``afm_key``, the case's reference, the sequence, the kind."""
TimedKey = tuple[str, str, str, str, int]
_FACT = (citizens.c.afm_key, notice_facts.c.reference, notice_facts.c.sequence, notice_facts.c.kind)
_TIMED = (citizens.c.afm_key, *(timed_facts.c[name] for name in ("reference", "kind", "about", "step")))
_NOTICE = [notices.c[name] for name in ("id", "category", "state", "reason", "response", "created_at", "told_at")]


@dataclass(frozen=True, slots=True)
class PastErasure:
    """An erasure as the audit trail has it. ``subject_key``: the address at which it was asked for. ``known``: it
    reached all that is a citizen's, and not this chat alone."""

    at: datetime
    subject_key: str
    known: bool


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A change that was let through to a provider, and the notice that told of it. ``sealed``: its citizen's number."""

    key: FactKey
    detail: str
    at: datetime
    sealed: bytes
    notice: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Since:
    """``emptied``: the addresses of which nothing but the blind index is left. ``last_send``: the number of the newest
    row of the outbox; ``None``: nobody knows."""

    erasures: tuple[PastErasure, ...] = ()
    emptied: frozenset[str] = frozenset()
    told: tuple[ToldFact, ...] = ()
    timed: Mapping[TimedKey, datetime] = field(default_factory=dict)
    last_send: int | None = None


NOTHING_KNOWN = Since()


async def read_since(url: str, fingerprint: str) -> Since:
    """All of it that this database knows, also of before the backup. It is read and not changed.

    Raises :class:`BackupRefused` where it is another ring's, :class:`BackupFailed` where it cannot be read.
    """
    database = _opened(url)
    try:
        async with database.read() as connection:
            ring = await connection.scalar(select(meta.c.value).where(meta.c.name == INDEX_KEY))
            if ring != fingerprint:
                raise BackupRefused("--erasures-from: that database was begun with another SECRET_KEY")
            done = select(audit.c.at, audit.c.subject_key, audit.c.detail).where(audit.c.action == ERASED)
            erasures = [
                PastErasure(row.at, row.subject_key, row.detail == "known")
                for row in await connection.execute(done.order_by(audit.c.id))
                if row.subject_key
            ]
            empty = select(contact_points.c.address_key).where(func.length(contact_points.c.address_sealed) == 0)
            emptied = frozenset(await connection.scalars(empty))
            facts = select(*_FACT, notice_facts.c.detail, notice_facts.c.at, citizens.c.afm_sealed, *_NOTICE)
            joined = facts.join_from(notice_facts, notices, notices.c.id == notice_facts.c.notice_id)
            joined = joined.join(citizens, citizens.c.id == notice_facts.c.citizen_id)
            let_through = joined.where(notices.c.told_at.is_not(None)).order_by(notice_facts.c.id)
            told = [_told(tuple(row)) for row in await connection.execute(let_through)]
            noted = select(*_TIMED, timed_facts.c.due_at).join_from(timed_facts, citizens)
            past = await connection.execute(noted.where(timed_facts.c.state == TimedState.NOTED))
            last_send = await connection.scalar(select(func.max(outbox.c.id))) or 0
            timed = {(row[0], row[1], row[2], row[3], row[4]): row[5] for row in past}
    except (DBAPIError, OSError) as error:
        why = "cannot be read, or has another schema"
        raise BackupFailed(f"--erasures-from: that database {why} ({type(error).__name__})") from None
    finally:
        await database.close()
    return Since(tuple(erasures), emptied, tuple(told), timed, last_send)


def _opened(url: str) -> Database:
    """Never makes a file."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            raise BackupFailed("--erasures-from: there is no such file")
        return Database(url, pool=1)
    except (ArgumentError, InvalidRequestError, ImportError, ValueError):
        raise BackupRefused("--erasures-from: URL as in DATABASE_URL, self or none") from None


def _told(row: tuple[Any, ...]) -> ToldFact:
    notice = dict(zip((column.name for column in _NOTICE), row[7:], strict=True))
    return ToldFact((row[0], row[1], row[2], row[3]), row[4], row[5], row[6], notice)
