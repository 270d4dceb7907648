"""Notices on both databases: a fact in one of them, an end that stays, a log that is kept for its period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from bot.store import Store
from casestore.database import Database
from casestore.notices.model import NOTICE_MOVES, Fact, LogEvent, Notice, NoticeState, Progress, progress_of
from casestore.queues.lifecycle import OutboxState, final
from casestore.rights.retention import RETENTION_RULES
from casestore.tables import notice_facts, notice_log, notices
from casestore.vault import Vault
from tests.clock import START

AFM, CASE = "123456783", "ΑΔ-2026-000123"


@pytest.fixture
def store(database: Database, vault: Vault) -> Store:
    return Store.over(database, vault)


async def made(store: Store, *facts: Fact) -> Notice:
    async with store.database.write() as connection:
        citizen = await store.citizens.ensure_one(connection, AFM, START)
        notice = await store.notices.make(
            connection, citizen, CASE, category="case", deadline=None, not_before=START, now=START
        )
        await store.notices.add_facts(connection, notice, facts, START)
    return notice


async def settle(store: Store, notice: Notice, state: NoticeState, reason: str | None = None) -> bool:
    async with store.database.write() as connection:
        return await store.notices.settle(connection, notice, state, START, reason)


async def test_a_fact_is_in_one_notice(store: Store) -> None:
    fact = Fact(4, "missing", ("topographic", "title-deed"))
    first = await made(store, fact)
    with pytest.raises(IntegrityError):
        await made(store, fact)
    async with store.database.read() as connection:
        assert await store.notices.facts(connection, first.id) == (fact,)
        assert await store.notices.known_facts(connection, first.citizen_id, CASE, 4) == {"missing"}
        assert await connection.scalar(select(func.count()).select_from(notices)) == 1


async def test_what_was_not_let_through_takes_in_more_and_what_was_does_not(store: Store) -> None:
    notice = await made(store, Fact(4, "stage"))
    async with store.database.write() as connection:
        assert await store.notices.open_for(connection, notice.citizen_id, CASE) == notice
        await store.notices.change(connection, notice.id, told_at=START)
        assert await store.notices.open_for(connection, notice.citizen_id, CASE) is None
        assert await store.notices.last_told(connection, notice.citizen_id, CASE) == START


async def test_an_end_stays_but_that_it_arrived_counts_however_late(store: Store) -> None:
    notice = await made(store)
    assert await settle(store, notice, NoticeState.UNKNOWN, "unreachable")
    assert not await settle(store, notice, NoticeState.SKIPPED, "no-consent")
    assert await settle(store, notice, NoticeState.TOLD)
    assert not await settle(store, notice, NoticeState.FAILED)
    lines = await store.notice_records.lines(reference=CASE)
    assert [(line.event, line.reason) for line in lines] == [(LogEvent.UNKNOWN, "unreachable")]
    assert final(NOTICE_MOVES) == {NoticeState.TOLD, NoticeState.SKIPPED}


@pytest.mark.parametrize(
    ("state", "rank", "reason", "progress"),
    [
        (OutboxState.OPEN, 0, None, Progress.WAITING),
        (OutboxState.SENT, 1, None, Progress.SENT),
        (OutboxState.SENT, 3, None, Progress.DELIVERED),
        (OutboxState.SENT, 4, None, Progress.SEEN),
        (OutboxState.FAILED, 0, "twilio:30003", Progress.FAILED),
        (OutboxState.FAILED, 0, "in-doubt", Progress.UNKNOWN),
        (OutboxState.SKIPPED, 0, "quiet", Progress.SKIPPED),
    ],
)
def test_how_far_a_send_has_come(state: OutboxState, rank: int, reason: str | None, progress: Progress) -> None:
    assert progress_of(state, rank, reason) is progress
    assert progress.arrived is (progress in (Progress.DELIVERED, Progress.SEEN))


async def test_after_a_year_it_goes_with_its_facts_and_its_log_and_never_while_it_is_open(store: Store) -> None:
    ended, _open = await made(store, Fact(4, "stage")), await made(store, Fact(5, "stage"))
    await settle(store, ended, NoticeState.SKIPPED, "no-consent")
    [rule] = [rule for rule in RETENTION_RULES if rule.name == "notices"]
    assert await store.purger.all(rule, START + timedelta(days=364)) == 0
    assert await store.purger.all(rule, START + timedelta(days=366)) == 1
    async with store.database.read() as connection:
        counts = [
            await connection.scalar(select(func.count()).select_from(table))
            for table in (notices, notice_facts, notice_log)
        ]
    assert counts == [1, 1, 1]


async def test_the_log_is_of_one_case_or_of_one_citizen(store: Store, vault: Vault) -> None:
    await made(store, Fact(4, "stage"))
    key = vault.index("afm", AFM)
    [line] = await store.notice_records.lines(citizen_key=key)
    assert (line.reference, line.event, line.reason, line.citizen_key) == (CASE, LogEvent.NOTED, "stage", key)
    assert await store.notice_records.lines(citizen_key="0" * 32) == []
    assert await store.notice_records.lines(reference="ΑΔ-2026-000999") == []
