"""The audit log is a chain: what is changed, taken out or put in is found. On both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Delete, Insert, Update, delete, select, update

from casestore.audit import KEPT, AuditTrail
from casestore.database import Database
from casestore.tables import audit, meta
from casestore.vault import Vault
from tests.clock import START
from tests.conftest import TEST_SECRET

ROWS = 12


@pytest.fixture
async def trail(database: Database, vault: Vault) -> AuditTrail:
    """Rows of an older kind, then two to a commit, from tasks that run at once, and calls that end later."""
    trail = AuditTrail(database, vault)
    async with database.write() as connection:
        old = {"at": START, "actor": "bot", "action": "old", "detail": ""}
        await connection.execute(audit.insert().values(**old))
        await connection.execute(set_head("0::1:"))  # as the migration leaves it

    async def two(number: int) -> None:
        async with database.write() as connection:
            for part in range(2):
                await trail.note(connection, f"act-{number}", f"{part}", START, subject_key=f"{number}")

    async def call(number: int) -> None:
        row = await trail.begin_call(
            actor="bot", action="efka/cases", detail="in:1", transaction_id=f"t{number}", subject="", now=START
        )
        await trail.complete_call(row, outcome="ok", call_sequence_id="7", elapsed=0.5)

    await asyncio.gather(*(two(number) for number in range(4)), *(call(number) for number in range(4)))
    return trail


async def test_a_log_that_nobody_touched_is_whole(trail: AuditTrail) -> None:
    found = await trail.verify(START)
    assert (found.rows, found.before, found.broken) == (ROWS, 1, None)
    number, _, chain = found.newest.partition(":")
    assert (await trail.verify(START, (int(number), chain))).broken is None
    assert (await trail.verify(START, (int(number) + 1, chain))).broken == int(number) + 1


def set_head(value: str) -> Update:
    return update(meta).where(meta.c.name == "audit-head").values(value=value)


@pytest.mark.parametrize("head", ["earlier", "0::1:", "0::13:", None])
async def test_its_end_cannot_be_taken_away_with_its_head(
    trail: AuditTrail, database: Database, head: str | None
) -> None:
    async with database.write() as connection:
        await connection.execute(delete(audit).where(audit.c.id > 5))
        chain = await connection.scalar(select(audit.c.chain).where(audit.c.id == 5))
        forged = f"5:{chain}:1:{'0' * 32}" if head == "earlier" else head
        await connection.execute(set_head(forged) if forged else delete(meta).where(meta.c.name == "audit-head"))
    assert (await trail.verify(START)).broken is not None
    async with database.write() as connection:
        await trail.note(connection, "act", "after", START)
    assert (await trail.verify(START)).broken is not None


async def test_it_cannot_be_made_older_than_its_chain(trail: AuditTrail, database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(update(audit).values(chain=None))
        await connection.execute(delete(meta).where(meta.c.name == "audit-head"))
    assert (await trail.verify(START)).broken is not None


async def test_who_writes_meanwhile_breaks_nothing(trail: AuditTrail, database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await trail.note(connection, "act", f"{number}", START)

    checks = (trail.verify(START) for _ in range(6))
    found = await asyncio.gather(*(write(number) for number in range(20)), *checks)
    assert [check.broken for check in found if check] == [None] * 6


@pytest.mark.parametrize(
    ("tampering", "row"),
    [
        (update(audit).where(audit.c.id == 5).values(actor="somebody"), 5),
        (update(audit).where(audit.c.id == 5).values(subject_key="another"), 5),
        (update(audit).where(audit.c.id == 5).values(chain=None), 5),
        (delete(audit).where(audit.c.id == 5), 6),
        (delete(audit).where(audit.c.id == 2), 3),
        (delete(audit).where(audit.c.id == ROWS + 1), ROWS + 1),
        (audit.insert().values(at=START, actor="bot", action="forged", detail="", chain="0" * 32), ROWS + 2),
    ],
    ids=["actor", "subject", "unchained", "gone", "the first gone", "the newest gone", "forged"],
)
async def test_what_is_tampered_with_is_found(
    trail: AuditTrail, database: Database, tampering: Update | Delete | Insert, row: int
) -> None:
    async with database.write() as connection:
        await connection.execute(tampering)
    assert (await trail.verify(START)).broken == row


async def test_another_key_does_not_fit(trail: AuditTrail, database: Database) -> None:
    assert (await AuditTrail(database, Vault([TEST_SECRET + "!"])).verify(START)).broken == 2


async def test_what_retention_let_go_of_is_not_missed(trail: AuditTrail, database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(delete(audit).where(audit.c.id < 6))
    assert (await trail.verify(START)).broken == 6
    found = await trail.verify(START + KEPT + timedelta(days=1))
    assert (found.rows, found.before, found.broken) == (ROWS - 4, 0, None)


async def test_what_is_rolled_back_leaves_no_row_and_no_gap(trail: AuditTrail, database: Database) -> None:
    with pytest.raises(RuntimeError):
        await fails(trail, database)
    async with database.write() as connection:
        await trail.note(connection, "act", "after", START)
    found = await trail.verify(START)
    assert (found.rows, found.before, found.broken) == (ROWS + 1, 1, None)


async def fails(trail: AuditTrail, database: Database) -> None:
    async with database.write() as connection:
        await trail.note(connection, "act", "never", START)
        raise RuntimeError
