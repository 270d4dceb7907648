"""Quiet hours by Athens' clock, on the nights when it is put forward or back too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from casestore.people import public_holidays
from casestore.people.public_holidays import is_rest_day, is_working_day
from casestore.people.quiet_hours import (
    ATHENS,
    DEFAULT_QUIET,
    DEFAULT_TIMES,
    URGENT_TIMES,
    Quiet,
    QuietTimes,
    earliest,
    quiet_of,
)
from dialogues.understanding.hours import DEFAULT

MINUTE = timedelta(minutes=1)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
FORWARD, BACK = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
)  # 03:00 -> 04:00, 04:00 -> 03:00
nights = st.sampled_from([FORWARD, BACK, datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)])


def instants() -> st.SearchStrategy[datetime]:
    """Minutes of the day around a night."""
    return st.builds(lambda night, minutes: night + timedelta(minutes=minutes), nights, st.integers(-1500, 1500))


def athens(*when: int) -> datetime:
    return datetime(*when, tzinfo=ATHENS).astimezone(UTC)  # type: ignore[arg-type,misc] # year, month, ...


@given(start=times, end=times, now=instants())
@example(start=time(22), end=time(3, 30), now=FORWARD - MINUTE)  # an hour that does not come
@example(start=time(22), end=time(3, 30), now=BACK - MINUTE)  # an hour that comes twice
@example(start=time(3, 10), end=time(3, 5), now=BACK)
@example(start=time(3, 1), end=time(3), now=FORWARD - 181 * MINUTE)  # the only minute of the day does not come
@example(start=time(3, 1), end=time(0), now=BACK - MINUTE)  # back to before their beginning, for a minute
def test_it_is_the_first_minute_that_is_not_quiet(start: time, end: time, now: datetime) -> None:
    assume(start != end)
    quiet = Quiet(start, end)
    told = earliest(quiet, now)
    minute = now
    while quiet.holds(minute):
        minute += MINUTE
    assert told == minute


@given(now=instants())
def test_without_quiet_hours_now_is_as_good_as_any(now: datetime) -> None:
    assert earliest(None, now) == now


@given(start=times, end=times, now=instants(), seconds=st.integers(0, 59))
def test_it_is_never_quiet_then_and_never_before_now(start: time, end: time, now: datetime, seconds: int) -> None:
    assume(start != end)
    now += timedelta(seconds=seconds)
    told = earliest(Quiet(start, end), now)
    assert now <= told <= now + timedelta(days=2)  # a day, but for a minute that does not come
    assert not Quiet(start, end).holds(told)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (athens(2026, 11, 23, 20, 59), athens(2026, 11, 23, 20, 59)),
        (athens(2026, 11, 23, 21, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 0, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 8, 59), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 9, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 3, 28, 23, 0), athens(2026, 3, 29, 10, 0)),  # a night of an hour less, before a Sunday
        (athens(2026, 10, 24, 23, 0), athens(2026, 10, 25, 10, 0)),  # and of one more
        (athens(2026, 12, 24, 21, 30), athens(2026, 12, 25, 10, 0)),  # Christmas
        (athens(2027, 5, 4, 9, 59), athens(2027, 5, 4, 10, 0)),  # the first of May, when it falls on Holy Saturday
        (athens(2026, 11, 29, 10, 0), athens(2026, 11, 29, 10, 0)),
    ],
)
def test_the_usual_night(now: datetime, told: datetime) -> None:
    assert DEFAULT_TIMES.earliest(now) == told


@pytest.mark.parametrize("night", [FORWARD, BACK])
def test_an_hour_that_is_missing_or_repeated_moves_no_end(night: datetime) -> None:
    """Minute after minute through both clock changes: quiet is what the wall shows."""
    for minutes in range(-600, 900):
        instant = night + timedelta(minutes=minutes)
        shown = instant.astimezone(ATHENS)
        quiet = shown.hour >= 21 or shown.hour < 9 or (shown.hour < 10 and shown.weekday() == 6)
        assert DEFAULT_TIMES.holds(instant) is quiet, shown


def test_every_hour_of_five_years_is_judged_by_the_wall() -> None:
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    while instant.year < 2031:
        shown = instant.astimezone(ATHENS)
        rest = is_rest_day(shown.date())
        assert DEFAULT_TIMES.holds(instant) is (shown.hour >= 21 or shown.hour < (10 if rest else 9)), shown
        instant += timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (athens(2026, 11, 27, 20, 0), athens(2026, 11, 27, 20, 0)),  # a Friday
        (athens(2026, 11, 27, 22, 0), athens(2026, 11, 30, 9, 0)),
        (athens(2026, 11, 28, 12, 0), athens(2026, 11, 30, 9, 0)),
        (athens(2026, 4, 9, 21, 0), athens(2026, 4, 14, 9, 0)),  # Easter, from Good Friday to Monday
    ],
)
def test_only_on_working_days(now: datetime, told: datetime) -> None:
    assert QuietTimes(DEFAULT_QUIET, working_days=True).earliest(now) == told


@pytest.mark.parametrize(
    ("deadline", "told"),
    [
        (None, athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 25, 0, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 0, 0), athens(2026, 11, 23, 22, 0)),  # it would be too late: at once
        (athens(2026, 11, 23, 0, 0), athens(2026, 11, 24, 9, 0)),  # it is over: no haste
    ],
)
def test_what_would_be_told_after_its_deadline_is_told_at_once(deadline: datetime | None, told: datetime) -> None:
    assert DEFAULT_TIMES.before(athens(2026, 11, 23, 22, 0), deadline) == told


def test_the_urgent_have_bounds_of_their_own() -> None:
    assert URGENT_TIMES.earliest(athens(2026, 11, 29, 7, 0)) == athens(2026, 11, 29, 7, 0)
    assert URGENT_TIMES.earliest(athens(2026, 11, 28, 23, 0)) == athens(2026, 11, 29, 7, 0)


def test_a_day_that_is_announced_to_be_a_holiday_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    day = date(2026, 11, 24)
    assert not is_rest_day(day)
    monkeypatch.setattr(public_holidays, "OVERRIDES", {day: True})
    assert is_rest_day(day)
    assert not is_working_day(day)


@pytest.mark.parametrize(
    ("hours", "minutes", "held"),
    [
        ("13:00-16:00", [(12, 59), (13, 0), (15, 59), (16, 0)], [False, True, True, False]),
        ("22:00-08:00", [(21, 59), (22, 0), (0, 0), (7, 59), (8, 0)], [False, True, True, True, False]),
    ],
)
def test_they_hold_from_their_beginning_until_before_their_end(
    hours: str, minutes: list[tuple[int, int]], held: list[bool]
) -> None:
    quiet = quiet_of(hours)
    assert quiet is not None
    assert [quiet.holds(athens(2026, 11, 23, *minute)) for minute in minutes] == held


@given(start=times, end=times)
def test_hours_are_written_and_read(start: time, end: time) -> None:
    assume(start != end)
    assert quiet_of(str(Quiet(start, end))) == Quiet(start, end)


@pytest.mark.parametrize("text", ["", "22:00", "22:00-", "25:00-08:00", "08:00-08:00", "x-y"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the callers' own words differ, that they refuse does not)
        quiet_of(text)


def test_the_usual_hours_are_the_same_where_they_are_said() -> None:
    assert str(DEFAULT_QUIET) == "-".join(DEFAULT)
    assert quiet_of("none") is None


INSTANT = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("times", "meant", "lead", "said"),
    [
        (QuietTimes(Quiet(time(21), time(9))), athens(2026, 11, 25, 2), HOUR, athens(2026, 11, 24, 20)),
        (QuietTimes(Quiet(time(21), time(9))), athens(2026, 11, 25, 22), HOUR, athens(2026, 11, 25, 20)),
        (QuietTimes(None, rest_until=time(10)), athens(2026, 11, 29, 9), HOUR, athens(2026, 11, 28, 23)),
        (
            QuietTimes(Quiet(time(13), time(15))),
            athens(2026, 11, 25, 14),
            23 * HOUR,
            athens(2026, 11, 25, 13) - INSTANT,
        ),
        (QuietTimes(None, working_days=True), athens(2026, 11, 29, 12), HOUR, athens(2026, 11, 27, 23)),
        (QuietTimes(None), athens(2026, 11, 29, 3), HOUR, athens(2026, 11, 29, 3)),
    ],
)
def test_what_falls_into_quiet_is_said_before_it_begins(
    times: QuietTimes, meant: datetime, lead: timedelta, said: datetime
) -> None:
    assert times.around(meant, meant - timedelta(days=9), lead) == said
