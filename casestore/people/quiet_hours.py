"""Hours of a citizen's day in which no notice is sent, by the clock on the wall in Athens, summer time and all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

ATHENS = ZoneInfo("Europe/Athens")
NO_QUIET = "none"
_DAYS = (0, 1, 2)  # the day after tomorrow, where tomorrow the only minute to write in does not come
_HOUR = timedelta(hours=1)


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


DEFAULT_QUIET = Quiet(time(22), time(8))
"""What holds for notices until the citizen says otherwise. Answers to what a citizen writes know no quiet hours."""


def quiet_of(text: str) -> Quiet | None:
    """``22:00-08:00`` as hours, :data:`NO_QUIET` as ``None``. Raises ``ValueError``."""
    if text == NO_QUIET:
        return None
    start, _, end = text.partition("-")
    return Quiet(time.fromisoformat(start), time.fromisoformat(end))


def earliest(quiet: Quiet | None, now: datetime) -> datetime:
    """The first instant from ``now`` on that is not quiet (UTC)."""
    if quiet is None or not quiet.holds(now):
        return now
    return min(end for end in _ends(quiet, now) if end > now and not quiet.holds(end))


def _ends(quiet: Quiet, now: datetime) -> Iterator[datetime]:
    """When these hours may end around ``now``: at their end, which comes twice in the night when clocks go back
    (PEP 495: ``fold``), and when the clock jumps over it or back before their beginning."""
    today = now.astimezone(ATHENS).date()
    for day in _DAYS:
        wall = datetime.combine(today + timedelta(days=day), quiet.end, ATHENS)
        yield from (wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC))
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(25):  # clocks are changed at a full hour
        hour += _HOUR
        if hour.astimezone(ATHENS).utcoffset() != (hour - _HOUR).astimezone(ATHENS).utcoffset():
            yield hour
