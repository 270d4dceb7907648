"""When a citizen is rung up: by staffed hours and by quiet hours, both, and at last by staffed hours alone."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.console.calls.rules import first_chance, may_ring
from bot.conversation.hours import load_hours
from casestore.people.quiet_hours import DEFAULT_TIMES, Quiet, QuietTimes
from tests.clock import START

HOURS = load_hours()
QUIET = st.builds(
    lambda start, end, working: QuietTimes(Quiet(time(start), time(end)) if start != end else None, None, working),
    st.integers(0, 23), st.integers(0, 23), st.booleans(),
)  # fmt: skip


@given(st.integers(0, 400 * 24 * 4), QUIET)
def test_the_first_chance_is_one_or_there_is_none(quarters: int, quiet: QuietTimes) -> None:
    now = START + timedelta(minutes=15 * quarters)
    at = first_chance(now, HOURS, quiet)
    assert at >= now
    assert HOURS.holds(at)
    if not may_ring(at, HOURS, quiet):  # all staffed hours are quiet
        assert not any(may_ring(now + timedelta(minutes=15 * n), HOURS, quiet) for n in range(4 * 24 * 4))


def test_by_default_nobody_is_rung_before_nine() -> None:
    early = START.replace(hour=6, minute=15)  # 8:15 in Athens
    assert HOURS.holds(early)
    assert not may_ring(early, HOURS, DEFAULT_TIMES)
    assert first_chance(early, HOURS, DEFAULT_TIMES) == START.replace(hour=7, minute=0)
