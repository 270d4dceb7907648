"""Staffed hours: several spans a day, past midnight, holidays, half days, and both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.hours import ALWAYS, BadHours, Hours, load_hours, read_hours

ATHENS = ZoneInfo("Europe/Athens")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = timedelta(hours=1)


def hours(*spans: str, days: int = 5, **more: Any) -> Hours:
    week = {day: list(spans) if number < days else [] for number, day in enumerate(DAYS)}
    return read_hours({"week": week, "answer_within_minutes": 30, "give_back_after_minutes": 960, **more})


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ATHENS).astimezone(UTC)


NINE = hours("09:00-17:00")
TWICE = hours("08:00-14:00", "17:00-20:00")
NIGHT = hours("21:00-02:00", days=7)
ROUND = hours("00:00-00:00", days=7, dates={})


@pytest.mark.parametrize(
    ("which", "since", "length", "until"),
    [
        (NINE, "2026-11-20T16:30", HOUR, "2026-11-23T09:30"),  # Friday to Monday
        (NINE, "2026-04-09T16:30", HOUR, "2026-04-14T09:30"),  # Holy Thursday to the Tuesday of Easter
        (NINE, "2026-11-21T12:00", HOUR, "2026-11-23T10:00"),  # begun on a Saturday
        (TWICE, "2026-11-23T13:30", HOUR, "2026-11-23T17:30"),
        (TWICE, "2026-11-23T19:30", HOUR, "2026-11-24T08:30"),
        (NIGHT, "2026-11-23T23:30", 2 * HOUR, "2026-11-24T01:30"),
        (NIGHT, "2026-11-23T01:30", HOUR, "2026-11-23T21:30"),
        (NINE, "2026-03-27T09:00", 8 * HOUR, "2026-03-27T17:00"),
        (NINE, "2026-03-27T16:00", 9 * HOUR, "2026-03-30T17:00"),  # across the change to summer time
        (NINE, "2026-10-23T16:00", 9 * HOUR, "2026-10-26T17:00"),  # and back
        (NIGHT, "2026-10-24T21:00", 6 * HOUR, "2026-10-25T22:00"),
    ],
)
def test_a_length_of_staffed_time(which: Hours, since: str, length: timedelta, until: str) -> None:
    assert which.after(at(since), length) == at(until)


def test_a_half_day_ends_at_noon_and_an_override_wins_over_all() -> None:
    both = hours(
        "09:00-17:00", half_days={"12-24": ["09:00-12:00"]}, dates={"2027-05-04": {"open": [], "why": "1 May"}}
    )
    assert both.holds(at("2026-12-24T11:59"))
    assert not both.holds(at("2026-12-24T12:00"))
    assert both.opens(at("2026-12-24T12:00")) == at("2026-12-28T09:00")
    assert both.opens(at("2027-05-03T17:00")) == at("2027-05-05T09:00")
    opened = hours("09:00-17:00", dates={"2026-12-25": {"open": ["10:00-11:00"], "why": "storm"}})
    assert opened.opens(at("2026-12-25T00:00")) == at("2026-12-25T10:00")


def test_ends_are_exclusive_and_a_day_round_the_clock_has_no_gap() -> None:
    assert NINE.holds(at("2026-11-23T09:00"))
    assert not NINE.holds(at("2026-11-23T17:00"))
    begin = at("2026-07-01T00:00")
    assert all(ROUND.holds(begin + n * timedelta(minutes=1)) for n in range(0, 3 * 1440, 7))
    assert ROUND.after(begin, 240 * HOUR) == begin + 240 * HOUR


@pytest.mark.parametrize(
    "data",
    [
        {"week": {day: [] for day in DAYS}, "answer_within_minutes": 1, "give_back_after_minutes": 1},
        {"week": {day: ["8-14"] for day in DAYS}, "answer_within_minutes": 1, "give_back_after_minutes": 1},
        {"week": {"monday": []}},
        {"week": {day: ["08:00-25:00"] for day in DAYS}, "answer_within_minutes": 1, "give_back_after_minutes": 1},
    ],
)
def test_a_calendar_that_cannot_be_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadHours):
        read_hours(data)


def test_ours_can_be_read_and_the_demo_is_always_staffed() -> None:
    assert load_hours().opens(at("2026-11-21T12:00")) == at("2026-11-23T08:00")
    assert load_hours(ALWAYS).holds(at("2026-11-22T03:00"))
    assert load_hours(ALWAYS).after(at("2026-11-22T03:00"), HOUR) == at("2026-11-22T04:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)),  # noqa: DTZ001 (made of UTC below)
    st.sampled_from([NINE, TWICE, NIGHT, ROUND]),
    st.integers(1, 3000),
)
def test_time_goes_forward_and_adds_up(naive: datetime, which: Hours, minutes: int) -> None:
    since, length = naive.replace(tzinfo=UTC), timedelta(minutes=minutes)
    until = which.after(since, length)
    assert until >= since + length
    assert which.after(which.after(since, length / 2), length / 2) == until
    assert which.holds(until - timedelta(microseconds=1))
    assert which.opens(since) >= since
