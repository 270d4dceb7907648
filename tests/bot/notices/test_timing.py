"""The plan of what time brings: a table and a case in, instants out. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import yaml

from bot.notices.facts import LATE, PASSED, REMINDER
from bot.notices.timing import EARLIER, TABLE, holds, load_timings, planned
from casestore.cases.model import Case, Document, StoredCase
from casestore.notices.timed import TimedFact
from casestore.people.quiet_hours import ATHENS, DEFAULT_TIMES, Quiet, QuietTimes
from nlu.yaml_file import read_yaml
from tests.clock import START

PAPER = Document("topographic", "Τοπογραφικό", "missing", "", date(2026, 12, 5))
CASE = Case("permits", "ΑΔ-2026-000123", "building-permit", "Άδεια", "pre-approval", 3, START, documents=(PAPER,))
TIMING = load_timings().of("building-permit")


def athens(*when: int) -> datetime:
    return datetime(*when, tzinfo=ATHENS).astimezone(UTC)  # type: ignore[arg-type,misc] # year, month, ...


def plan(case: Case, now: datetime = START, since: datetime = START) -> dict[tuple[str, str, int], datetime]:
    facts = planned(load_timings().of(case.procedure), StoredCase(1, case), since, now)
    return {(f.kind, f.about, f.step): f.due_at + (EARLIER if f.kind == REMINDER else timedelta()) for f in facts}


def test_the_plan_is_by_the_wall_clock_and_leaves_out_what_is_past() -> None:
    assert plan(CASE) == {
        (REMINDER, "2026-12-05", 10): athens(2026, 11, 25, 10),
        (REMINDER, "2026-12-05", 3): athens(2026, 12, 2, 10),
        (REMINDER, "2026-12-05", 1): athens(2026, 12, 4, 10),
        (PASSED, "2026-12-05", 0): athens(2026, 12, 6, 10),
        (LATE, "pre-approval@2026-11-23", 1): athens(2027, 1, 7, 11),
    }
    assert [key[2] for key in plan(CASE, athens(2026, 12, 3, 12)) if key[0] == REMINDER] == [1]
    assert plan(replace(CASE, closed=True)) == {}
    assert plan(replace(CASE, documents=(replace(PAPER, status="submitted"),))).keys() == {
        (LATE, "pre-approval@2026-11-23", 1)
    }
    flood = replace(CASE, procedure="flood-compensation")
    assert [key[2] for key in plan(flood) if key[0] == REMINDER] == [5, 2, 1]


@pytest.mark.parametrize("changed", [date(2026, 10, 25), date(2027, 3, 28)])
def test_on_the_nights_when_clocks_change_every_time_of_day_comes_once(changed: date) -> None:
    for half_hours in range(48):
        wall = time(half_hours // 2, 30 * (half_hours % 2))
        at = replace(TIMING, remind_at=wall).reminded(changed + timedelta(days=1), 1)
        assert at.astimezone(ATHENS).date() == changed
        later = replace(TIMING, remind_at=wall).reminded(changed + timedelta(days=2), 1)
        assert timedelta(hours=22) < later - at < timedelta(hours=26)


def test_a_registrys_own_date_goes_first_and_what_sat_already_waits_for_its_period() -> None:
    assert plan(replace(CASE, expected_by=date(2026, 12, 1)))[LATE, "pre-approval@2026-11-23", 1] == athens(
        2026, 12, 2, 11
    )
    found = plan(CASE, since=START - timedelta(days=100))
    [(key, at)] = [(key, at) for key, at in found.items() if key[0] == LATE]
    assert START < at <= START + timedelta(days=30)
    assert key[2] == 3


@pytest.mark.parametrize(
    ("changes", "under_way", "now", "kinds"),
    [
        ({}, (), athens(2026, 12, 4, 10), [REMINDER]),
        ({}, (), athens(2026, 12, 6, 0), [PASSED]),
        ({}, ("topographic",), athens(2026, 12, 4, 10), []),
        ({"closed": True}, (), athens(2026, 12, 4, 10), []),
        ({"documents": (replace(PAPER, deadline=date(2026, 12, 20)),)}, (), athens(2026, 12, 4, 10), []),
        ({"documents": (replace(PAPER, status="submitted"),)}, (), athens(2026, 12, 6, 10), []),
        ({"documents": ()}, (), athens(2027, 1, 7, 11), [LATE]),
        ({"documents": (), "stage": "review"}, (), athens(2027, 1, 7, 11), []),
        ({"documents": (), "expected_by": date(2027, 6, 1)}, (), athens(2027, 1, 7, 10), []),
        ({}, (), athens(2027, 1, 7, 11), [PASSED]),  # the case waits for its citizen
    ],
)
def test_it_is_told_only_while_it_holds(
    changes: dict[str, object], under_way: tuple[str, ...], now: datetime, kinds: list[str]
) -> None:
    facts = (
        TimedFact(1, CASE.reference, REMINDER, "2026-12-05", 1, START),
        TimedFact(1, CASE.reference, PASSED, "2026-12-05", 0, START),
        TimedFact(1, CASE.reference, LATE, "pre-approval@2026-11-23", 1, START),
    )
    case = replace(CASE, **changes)  # type: ignore[arg-type] # fields by name
    found = [holds(fact, TIMING, case, under_way, now) for fact in facts]
    assert [fact.kind for fact in found if fact] == kinds


@pytest.mark.parametrize(
    ("times", "now", "told"),
    [
        (DEFAULT_TIMES, (2026, 12, 1, 10, 0), (2026, 12, 4, 10, 0)),
        (QuietTimes(Quiet(time(9), time(13))), (2026, 12, 1, 10, 0), (2026, 12, 4, 8, 0)),
        (QuietTimes(Quiet(time(9), time(13))), (2026, 12, 4, 8, 30), (2026, 12, 4, 8, 30)),
        (QuietTimes(Quiet(time(9), time(13))), (2026, 12, 4, 9, 30), (2026, 12, 4, 13, 0)),
        (QuietTimes(Quiet(time(22), time(12))), (2026, 12, 1, 13, 0), (2026, 12, 3, 21, 0)),
        (QuietTimes(None, working_days=True), (2026, 12, 1, 13, 0), (2026, 12, 4, 10, 0)),
    ],
)
def test_before_quiet_or_after_it(times: QuietTimes, now: tuple[int, ...], told: tuple[int, ...]) -> None:
    at = times.around(athens(2026, 12, 4, 10), athens(*now), TIMING.lead)
    assert at == athens(*told)


def test_in_every_hour_of_five_years_it_is_never_quiet_then_and_never_later_than_it_must_be() -> None:
    for times in (
        DEFAULT_TIMES,
        QuietTimes(Quiet(time(23), time(11))),
        QuietTimes(Quiet(time(9, 30), time(10, 30)), working_days=True),
    ):
        now = athens(2026, 1, 1, 0)
        while now.year < 2031:
            meant = now + timedelta(days=2)
            at = times.around(meant, now, TIMING.lead)
            assert not times.holds(at)
            assert now <= at
            assert at <= times.earliest(meant)
            now += timedelta(hours=31)


def test_a_table_without_a_field_is_refused(tmp_path: Path) -> None:
    table = read_yaml(TABLE)
    del table["reminders"]["apart_hours"]
    file = tmp_path / "timing.yml"
    file.write_text(yaml.safe_dump(table), "utf-8")
    with pytest.raises(KeyError):
        load_timings(file)
