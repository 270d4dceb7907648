"""Days and hours as the wall in Athens shows them. Pure.

A bin is a number: so many days, or hours, of that clock since 1970. In the night in which the clocks go back two hours
of time share one; in the other night one is empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from casestore.people.quiet_hours import ATHENS

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a clock on a wall)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


class Unit(StrEnum):
    DAY = "day"
    HOUR = "hour"

    @property
    def seconds(self) -> int:
        return 86_400 if self is Unit.DAY else 3_600

    @property
    def most_days(self) -> int:
        """So long a period may be: what it is counted by is kept for half a year."""
        return 184 if self is Unit.DAY else 7


class BadPeriod(ValueError):
    """It ends before it begins, or is too long."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the day ``first`` to the day ``last``, both in it. Raises :class:`BadPeriod`."""

    first: date
    last: date
    unit: Unit = Unit.DAY

    def __post_init__(self) -> None:
        days = (self.last - self.first).days + 1
        if not 1 <= days <= self.unit.most_days or not 2000 <= self.first.year < 2100:
            raise BadPeriod("from 1 to so many days")

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return midnight(self.last + _DAY)

    @property
    def bins(self) -> tuple[int, ...]:
        """All of its bins, in order, none twice."""
        if self.unit is Unit.DAY:
            days = (self.last - self.first).days + 1
            return tuple(self.bin_of(midnight(self.first + number * _DAY)) for number in range(days))
        hours = int((self.end - self.start) / _HOUR)
        return tuple(sorted({self.bin_of(self.start + number * _HOUR) for number in range(hours)}))

    def bin_of(self, instant: datetime) -> int:
        return int((_wall(instant) - _EPOCH).total_seconds()) // self.unit.seconds

    def name_of(self, number: int) -> str:
        """``2026-11-23``, or ``2026-11-23T14:00``."""
        shown = _EPOCH + timedelta(seconds=number * self.unit.seconds)
        return shown.date().isoformat() if self.unit is Unit.DAY else shown.isoformat(timespec="minutes")

    @property
    def offsets(self) -> tuple[tuple[datetime, int], ...]:
        """(until when, by how many seconds Athens is ahead of UTC), in order; the last goes on."""
        found: list[tuple[datetime, int]] = []
        instant = self.start
        while instant < self.end:
            following = instant + _HOUR
            if _ahead(following) != _ahead(instant) or following >= self.end:
                found.append((following, _ahead(instant)))
            instant = following
        return tuple(found)


def today(now: datetime) -> Period:
    """The day that it is in Athens."""
    day = now.astimezone(ATHENS).date()
    return Period(day, day)


def midnight(day: date) -> datetime:
    """When it begins (UTC)."""
    return datetime.combine(day, time(), ATHENS).astimezone(UTC)


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(ATHENS).replace(tzinfo=None)


def _ahead(instant: datetime) -> int:
    shown = instant.astimezone(ATHENS).utcoffset()
    return int(shown.total_seconds()) if shown is not None else 0
