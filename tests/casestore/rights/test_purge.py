"""How what is old goes: in small batches, by several workers, found through an index, told with its reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.metrics import Metrics
from bot.privacy.retention import EVERY, RetentionJob
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.rights.purge import Purger
from casestore.rights.retention import DAY, RETENTION_RULES, YEAR, RetentionRule
from casestore.tables import (
    codes,
    metadata,
    transcript,
)
from tests.casestore.fixture import StoreFixture
from tests.clock import START, FakeClock

AFM = "123456783"
BY_NAME = {rule.name: rule for rule in RETENTION_RULES}


async def test_batches_are_small_and_a_sweep_walks_the_whole_table(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    for _ in range(7):
        await fixture.say(conversation, "κάτι")
        await fixture.code(conversation, AFM)
    small = Purger(fixture.database, batch=3)
    now = START + YEAR
    first = await small.purge_batch(BY_NAME["transcript"], now)
    assert (first.rows, first.after) == (3, 0)
    assert await small.all(BY_NAME["transcript"], now) == 11
    assert await small.all(BY_NAME["codes"], now) == 7  # those beyond the limit of an hour are kept too
    assert await fixture.count(transcript) == await fixture.count(codes) == 0


async def test_two_workers_at_once_let_each_row_go_once(fixture: StoreFixture, database: Database) -> None:
    conversation = await fixture.at("viber", "tGVu")
    for _ in range(9):
        await fixture.say(conversation, "κάτι")
    both = [Purger(database, batch=2) for _ in range(3)]
    gone = await asyncio.gather(*(each.all(BY_NAME["transcript"], START + YEAR) for each in both))
    assert sum(gone) >= await fixture.count(transcript) == 0


async def test_the_job_does_it_every_hour_and_counts(fixture: StoreFixture) -> None:
    await fixture.say(await fixture.at("viber", "tGVu"), "κάτι")
    clock, metrics = FakeClock(START + 3 * DAY), Metrics()
    job = RetentionJob(store=fixture.store, metrics=metrics, clock=clock)

    def counted(kind: str) -> float:
        return metrics.registry.get_sample_value("counter_let_go_rows_total", {"kind": kind}) or 0.0

    await run_until_idle([job])
    assert (counted("dialogue"), counted("inbox-text"), counted("transcript")) == (1, 1, 0)
    assert await job.step() is False
    await fixture.say(await fixture.at("viber", "tGVu"), "κάτι")
    assert await job.step() is False  # not before its hour
    clock.forward(EVERY.total_seconds())
    await run_until_idle([job])
    assert counted("dialogue") == 2
    clock.now += YEAR
    await run_until_idle([job])
    assert (counted("transcript"), await fixture.count(transcript)) == (4, 0)


def test_every_kind_has_a_period_and_a_reason_and_every_text_an_end() -> None:
    assert len({rule.name for rule in RETENTION_RULES}) == len(RETENTION_RULES)
    assert all(rule.period > timedelta(0) and rule.why for rule in RETENTION_RULES)
    ends = {rule.table.name for rule in RETENTION_RULES}
    texts = {table.name for table in metadata.tables.values() if any(c.name.endswith("_sealed") for c in table.c)}
    assert texts - ends == {"required_documents"}  # they go with their case


@pytest.mark.parametrize(
    "rule", [rule for rule in RETENTION_RULES if not rule.full_scan], ids=lambda rule: str(rule.name)
)
async def test_what_is_old_is_found_through_an_index(fixture: StoreFixture, rule: RetentionRule) -> None:
    """Also in a table of one page the planner says what it would do, once whole scans are made dear."""
    due = select(rule.table.c.id).where(rule.due(START)).order_by(rule.age).limit(10)
    sql = str(due.compile(fixture.database.engine.sync_engine, compile_kwargs={"literal_binds": False}))
    async with fixture.database.read() as connection:
        if fixture.database.is_sqlite:
            plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("2026",) * sql.count("?"))).all()
        else:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
            compiled = due.compile(fixture.database.engine.sync_engine, compile_kwargs={"literal_binds": True})
            plan = (await connection.exec_driver_sql(f"EXPLAIN {compiled}")).all()
    assert "ix_" in str(plan)
    assert "SCAN TABLE" not in str(plan)


def test_every_period_is_told_with_its_reason() -> None:
    page = (Path(__file__).parents[3] / "docs/privacy.md").read_text("utf-8")
    for rule in RETENTION_RULES:
        told = f"| `{rule.name}` | `{rule.table.name}` | {rule.period.days} days from `{rule.age.name}` |"
        [line] = [line for line in page.splitlines() if line.startswith(told)]
        assert line.endswith(f"| {rule.why} |")
        assert line.count("emptied") == bool(rule.empty)
