"""Every figure equals a recount, by days and hours of Athens, also where the clocks change; on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from casestore.database import Database
from casestore.notices.timed import TimedFacts
from casestore.people.quiet_hours import ATHENS
from casestore.reports.figures import FIRST_ANSWER, NOTICES, TO_THE_END, Figures, at_most, rounded
from casestore.reports.lists import NUMBERED, Lists
from casestore.reports.periods import BadPeriod, Period, Unit, midnight, today
from casestore.tables import conversations, handovers, notices, outbox, transcript
from tests.casestore.reports.town import populate

BACK, FORWARD = date(2026, 10, 25), date(2026, 3, 29)
PERIODS = [
    Period(BACK - timedelta(days=2), BACK + timedelta(days=1)),
    Period(BACK - timedelta(days=1), BACK + timedelta(days=1), Unit.HOUR),
]
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 6), st.sampled_from(Unit), st.integers(0, 7 * 86_400))
def test_every_moment_of_a_period_is_in_the_bin_of_its_wall(first: date, more: int, unit: Unit, seconds: int) -> None:
    period = Period(first, first + timedelta(days=more), unit)
    instant = period.start + timedelta(seconds=seconds)
    if instant >= period.end:
        return
    ahead = next((ahead for until, ahead in period.offsets if instant < until), 0)
    number = (int(instant.timestamp()) + ahead) // unit.seconds
    assert number == period.bin_of(instant)
    assert number in period.bins
    assert list(period.bins) == sorted(set(period.bins))
    shown = instant.astimezone(ATHENS)
    assert period.name_of(number) == f"{shown:%Y-%m-%d}" + ("" if unit is Unit.DAY else f"T{shown:%H}:00")


@pytest.mark.parametrize(("day", "hours"), [(BACK, 24), (FORWARD, 23), (date(2026, 11, 23), 24)])
def test_a_day_has_the_hours_that_its_clock_shows(day: date, hours: int) -> None:
    assert len(Period(day, day, Unit.HOUR).bins) == hours
    assert today(datetime(2026, 10, 31, 22, 30, tzinfo=UTC)).first == date(2026, 11, 1)  # half past midnight in Athens


@pytest.mark.parametrize(("days", "unit"), [(0, Unit.DAY), (185, Unit.DAY), (8, Unit.HOUR)])
def test_a_period_is_bounded(days: int, unit: Unit) -> None:
    with pytest.raises(BadPeriod):
        Period(BACK, BACK + timedelta(days=days - 1), unit)


@given(st.lists(st.integers(0, 5000), max_size=50), st.integers(1, 100))
def test_so_much_of_a_hundred(minutes: list[int], percent: int) -> None:
    lengths = sorted(Counter(minutes).items())
    found, all_of_them = at_most(lengths, percent), sorted(minutes)
    if found is None:
        assert not minutes
        return
    assert sum(one <= found for one in all_of_them) * 100 >= percent * len(minutes)
    assert sum(one < found for one in all_of_them) * 100 < percent * len(minutes)


async def rows(database: Database, statement: Any) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(statement)).all())


@pytest.mark.parametrize("seed", [1, 2])
async def test_each_figure_equals_a_recount(database: Database, seed: int) -> None:
    await populate(database, midnight(BACK - timedelta(days=3)), 6, seed)
    figures = Figures(database)
    called, lines = await rows(database, select(handovers)), await rows(database, select(transcript))
    for period in PERIODS:
        numbers = range(period.bins[0], period.bins[-1] + 1)
        wrote = {(period.bin_of(line.at), line.conversation_id) for line in lines if line.author == "citizen"}
        with_person = {
            (number, talk)
            for number, talk in wrote
            for one in called
            if one.conversation_id == talk and period.bin_of(one.asked_at) <= number
            if one.closed_at is None or period.bin_of(one.closed_at) >= number
        }
        expected = {
            number: (sum(n == number for n, _ in wrote), sum(n == number for n, _ in with_person))
            for number in numbers
            if any(n == number for n, _ in wrote)
        }
        assert await figures.spoken(period) == expected
        causes = Counter((period.bin_of(one.asked_at), one.reason) for one in called)
        found = await figures.asked(period)
        assert {(n, why): count for n, of in found.items() for why, count in of.items()} == {
            key: count for key, count in causes.items() if key[0] in numbers
        }
        told = await rows(database, select(notices))
        for what, these in ((FIRST_ANSWER, called), (TO_THE_END, called), (NOTICES, told)):
            lengths: Counter[tuple[int, int]] = Counter()
            for one in these:
                since, until = getattr(one, what.since.name), getattr(one, what.until.name)
                if until is None or (what is TO_THE_END and one.answered_at is None):
                    continue
                minutes = (int(until.timestamp()) - int(since.timestamp())) // 60
                lengths[period.bin_of(until), rounded(minutes)] += 1
            got = await figures.took(what, period)
            assert {(n, m): c for n, of in got.items() for m, c in of} == {
                k: c for k, c in lengths.items() if k[0] in numbers
            }


async def listed(lists: Lists, name: str, period: Period, key: str | None = None) -> list[int]:
    found: list[int] = []
    before = ""
    while page := await lists.rows(name, period, key, before, limit=7):
        found += [row.id for row in page]
        before = page[-1].cursor
    return found


@pytest.mark.parametrize("seed", [3, 4])
async def test_every_number_counts_its_list_and_nothing_twice(database: Database, seed: int) -> None:
    await populate(database, midnight(BACK - timedelta(days=1)), 3, seed)
    lists, period, figures = Lists(database), Period(BACK, BACK), Figures(database)
    for name in NUMBERED:
        counted, all_rows = await lists.count(name, period), await listed(lists, name, period)
        assert len(all_rows) == len(set(all_rows)) == sum(counted.values()), name
        for key, count in counted.items():
            assert len(await listed(lists, name, period, key)) == count, (name, key)
    [number] = period.bins
    spoken, person = (await figures.spoken(period))[number]
    assert sum((await lists.count("spoken", period)).values()) == spoken
    assert sum((await lists.count("bot-alone", period)).values()) == spoken - person > 0 < person
    assert await lists.count("asked", period) == (await figures.asked(period))[number]
    talks = await rows(database, select(conversations).where(conversations.c.owner == "queue"))
    assert await lists.longest() == {
        desk: min(one.waiting_since for one in talks if one.desk == desk) for desk in {one.desk for one in talks}
    }
    assert await lists.count("sitting", period) == await TimedFacts(database).sitting() != {}
    failed = await rows(database, select(outbox).where(outbox.c.state == "failed"))
    assert sum((await lists.count("failed", period)).values()) == sum(
        period.start <= one.finished_at < period.end for one in failed
    )


FILL = """
INSERT INTO transcript (conversation_id, key, author, text_sealed, at)
SELECT 1 + n % 40, 'f' || n, CASE n % 2 WHEN 0 THEN 'citizen' ELSE 'bot' END, repeat('x', 200)::bytea,
       timestamptz '2026-01-01' + n * interval '4 minutes' FROM generate_series(1, 100000) n;
INSERT INTO handovers (conversation_id, key, reason, asked_at, answered_at, closed_at)
SELECT 1 + n % 40, 'g' || n, 'asked', t, t + interval '5 minutes', t + interval '1 hour'
FROM (SELECT n, timestamptz '2026-01-01' + n * interval '20 minutes' t FROM generate_series(1, 20000) n) x;
INSERT INTO notices (citizen_id, reference, category, state, created_at, not_before, told_at, settled_at)
SELECT 1, 'r', 'stage', 'told', t, t, t + interval '5 minutes', t + interval '6 minutes'
FROM (SELECT timestamptz '2026-01-01' + n * interval '20 minutes' t FROM generate_series(1, 20000) n) x;
INSERT INTO outbox (key, channel, recipient_key, address_sealed, body_sealed, kind, priority, state, attempts, doubts,
                    created_at, due_at, status_rank, finished_at)
SELECT 'p' || n, 'sms', 'r', 'x', 'x', 'reply', 1, CASE n % 50 WHEN 0 THEN 'failed' ELSE 'sent' END, 1, 0, t, t, 0, t
FROM (SELECT n, timestamptz '2026-01-01' + n * interval '10 minutes' t FROM generate_series(1, 40000) n) x;
"""


async def test_a_year_is_never_read_for_a_week(migrated_postgresql_url: str) -> None:
    """No figure and no number walks a table: what it reads is its period's, through an index."""
    database = Database(migrated_postgresql_url)
    try:
        await populate(database, midnight(BACK), 1, 5)
        async with database.write() as connection:
            for statement in filter(str.strip, FILL.split(";")):
                await connection.exec_driver_sql(statement)
        await database.measure(transcript, handovers, notices, outbox, conversations)
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
            asked.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        figures, lists, week = (
            Figures(database),
            Lists(database),
            Period(date(2026, 9, 28), date(2026, 10, 4), Unit.HOUR),
        )
        await figures.spoken(week)
        await figures.asked(week)
        for what in (FIRST_ANSWER, TO_THE_END, NOTICES):
            assert await figures.took(what, week)
        for name in NUMBERED:
            await lists.count(name, week)
            await lists.rows(name, week)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        assert len(asked) >= 5 + 2 * len(NUMBERED)
        async with database.read() as connection:
            for statement, parameters in asked:
                plan = "\n".join(
                    r[0] for r in await connection.exec_driver_sql(f"EXPLAIN {statement}", tuple(parameters))
                )
                for table in ("transcript", "handovers", "notices", "outbox"):
                    assert f"Seq Scan on {table}" not in plan, plan
    finally:
        await database.close()
