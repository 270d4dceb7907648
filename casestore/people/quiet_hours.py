"""Times in which no notice is sent, by the clock on the wall in Athens, summer time and all: the one definition.

Hours are kept as the wall shows them, never as hours of UTC. Answers to what a citizen writes know no quiet hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from casestore.people.public_holidays import is_rest_day, is_working_day

ATHENS = ZoneInfo("Europe/Athens")
NO_QUIET = "none"
_DAYS = range(-1, 12)  # further than any row of holidays and weekends reaches
_HOUR, _INSTANT = timedelta(hours=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From ``start`` until before ``end``, across midnight where ``end`` is the earlier. They differ."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours without a beginning or an end")

    def holds(self, instant: datetime) -> bool:
        """Does the clock in Athens show one of these hours?"""
        shown = instant.astimezone(ATHENS).time()
        if self.start < self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class QuietTimes:
    """When a notice waits: in the hours of ``nightly``, on Sundays and public holidays before ``rest_until``, and where
    only ``working_days`` are wanted on all other days."""

    nightly: Quiet | None
    rest_until: time | None = None
    working_days: bool = False

    def holds(self, instant: datetime) -> bool:
        """Is it quiet then?"""
        if self.nightly is not None and self.nightly.holds(instant):
            return True
        shown = instant.astimezone(ATHENS)
        if self.rest_until is not None and shown.time() < self.rest_until and is_rest_day(shown.date()):
            return True
        return self.working_days and not is_working_day(shown.date())

    def earliest(self, now: datetime) -> datetime:
        """The first instant from ``now`` on that is not quiet (UTC)."""
        if not self.holds(now):
            return now
        return min(end for end in self._ends(now) if end > now and not self.holds(end))

    def before(self, now: datetime, deadline: datetime | None) -> datetime:
        """The same, but ``now`` where quiet would last beyond the deadline: then it is told too early rather than too
        late."""
        at = self.earliest(now)
        return now if deadline is not None and now < deadline <= at else at

    def around(self, meant: datetime, now: datetime, lead: timedelta) -> datetime:
        """When to say what was ``meant`` for an instant, if that is quiet: ``lead`` before the quiet begins, or now if
        that is past and it is not quiet yet, or else after it."""
        if not self.holds(meant):
            return meant
        begins = self._beginning(meant)
        before = begins - lead if not self.holds(begins - lead) else begins - _INSTANT
        if now <= before:
            return before
        return now if now < begins and not self.holds(now) else self.earliest(max(meant, now))

    def _beginning(self, instant: datetime) -> datetime:
        """Since when it has been quiet."""
        shown = instant.astimezone(ATHENS).date()
        walls = {time(0), self.nightly.start if self.nightly else time(0)}
        days = (shown - timedelta(days=day) for day in range(12))
        begins = {start for day in days for wall in walls for start in _instants(day, wall)}
        return max(
            (start for start in begins if start <= instant and self.holds(start) and not self.holds(start - _INSTANT)),
            default=instant,
        )

    def _ends(self, now: datetime) -> Iterator[datetime]:
        """When quiet may end around ``now``: at an end of ours, which comes twice in the night when clocks go back
        (PEP 495: ``fold``), with a day, and when the clock jumps over an end or back before a beginning."""
        today = now.astimezone(ATHENS).date()
        walls = {time(0), self.rest_until or time(0), self.nightly.end if self.nightly else time(0)}
        for day in _DAYS:
            for wall in walls:
                yield from _instants(today + timedelta(days=day), wall)
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        for _ in range(25):  # clocks are changed at a full hour
            hour += _HOUR
            if hour.astimezone(ATHENS).utcoffset() != (hour - _HOUR).astimezone(ATHENS).utcoffset():
                yield hour


DEFAULT_QUIET = Quiet(time(21), time(9))
"""What holds for notices until the citizen says otherwise."""
REST_UNTIL = time(10)
"""On Sundays and public holidays nothing comes earlier, until the citizen says otherwise."""
URGENT_QUIET = Quiet(time(23), time(7))
"""The same for what cannot wait: a deadline within a day, civil protection."""
DEFAULT_TIMES = QuietTimes(DEFAULT_QUIET, REST_UNTIL)
URGENT_TIMES = QuietTimes(URGENT_QUIET)


def quiet_of(text: str) -> Quiet | None:
    """``21:00-09:00`` as hours, :data:`NO_QUIET` as ``None``. Raises ``ValueError``."""
    if text == NO_QUIET:
        return None
    start, _, end = text.partition("-")
    return Quiet(time.fromisoformat(start), time.fromisoformat(end))


def earliest(quiet: Quiet | None, now: datetime) -> datetime:
    """The first instant from ``now`` on that is not in these hours (UTC)."""
    return QuietTimes(quiet).earliest(now)


def end_of(day: date) -> datetime:
    """When this day is over in Athens (UTC)."""
    return datetime.combine(day + timedelta(days=1), time(0), ATHENS).astimezone(UTC)


def _instants(day: date, wall: time) -> tuple[datetime, datetime]:
    shown = datetime.combine(day, wall, ATHENS)
    return shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
