"""When employees are there, and how much of their time lies between two moments. Data: ``hours.yml``.

Hours are as the wall in Athens shows them, summer time and all; a length is of real time: eight hours across a change
of the clocks are eight. Ends are exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casestore.people.public_holidays import is_holiday
from casestore.people.quiet_hours import ATHENS

TABLE = Path(__file__).parent / "hours.yml"
ALWAYS = "always"
BOUND = 400  # days that are looked through: a calendar with no open minute in them is refused
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_DAY = timedelta(days=1)

Span = tuple[time, time]
Times = tuple[datetime, datetime]


class BadHours(ValueError):
    """What is wrong with a calendar."""


@dataclass(frozen=True)
class Hours:
    """Staffed hours: ``week`` from Monday on; ``half_days`` by (month, day); ``dates``, which win over all else.
    ``within``: of these hours, so long may an answer take; ``give_back``: then the bot has the conversation back."""

    week: tuple[tuple[Span, ...], ...]
    half_days: Mapping[tuple[int, int], tuple[Span, ...]] = field(default_factory=dict)
    dates: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    within: timedelta = timedelta(minutes=30)
    give_back: timedelta = timedelta(hours=16)
    always: bool = False

    def holds(self, instant: datetime) -> bool:
        """Is somebody there?"""
        return self.always or any(start <= instant < end for start, end in self._around(instant))

    def opens(self, instant: datetime) -> datetime:
        """The first staffed moment from then on (UTC)."""
        if self.holds(instant):
            return instant
        return next(start for start, _ in self._from(instant) if start > instant)

    def after(self, instant: datetime, length: timedelta) -> datetime:
        """When so much staffed time has passed since (UTC)."""
        if self.always:
            return instant + length
        left = length
        for start, end in self._from(instant):
            begins = max(start, instant)
            if begins < end and left <= end - begins:
                return begins + left
            left -= max(end - begins, timedelta())
        raise BadHours("no such time in all the days that are looked through")

    def _around(self, instant: datetime) -> Iterator[Times]:
        shown = instant.astimezone(ATHENS).date()
        yield from self._of(shown - _DAY)
        yield from self._of(shown)

    def _from(self, instant: datetime) -> Iterator[Times]:
        """Spans that end after ``instant``, in order, none twice: where two meet or overlap they are one."""
        shown, last = instant.astimezone(ATHENS).date() - _DAY, instant
        for number in range(BOUND):
            for start, end in self._of(shown + number * _DAY):
                if end > last:
                    yield max(start, last) if start < last else start, end
                    last = end

    def _of(self, day: date) -> list[Times]:
        return sorted(_times(day, span) for span in self.spans(day))

    def spans(self, day: date) -> tuple[Span, ...]:
        """Of this day."""
        if day in self.dates:
            return self.dates[day]
        if is_holiday(day):
            return ()
        usual = self.week[day.weekday()]
        return self.half_days.get((day.month, day.day), usual) if usual else ()


def _times(day: date, span: Span) -> Times:
    start, end = span
    last = day + _DAY if end <= start else day
    begins, ends = datetime.combine(day, start, ATHENS), datetime.combine(last, end, ATHENS)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def read_hours(data: Mapping[str, Any]) -> Hours:
    """From the file's data. Raises :class:`BadHours`."""
    try:
        week = tuple(_spans(data["week"][day]) for day in DAYS)
        half = {_month_day(day): _spans(spans) for day, spans in (data.get("half_days") or {}).items()}
        dates = {date.fromisoformat(str(day)): _spans(one["open"]) for day, one in (data.get("dates") or {}).items()}
        within = timedelta(minutes=data["answer_within_minutes"])
        hours = Hours(week, half, dates, within, timedelta(minutes=data["give_back_after_minutes"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadHours(f"hours: {error}") from None
    if not any(week):
        raise BadHours("hours: nobody is ever there")
    return hours


def _spans(written: Sequence[str]) -> tuple[Span, ...]:
    found = [_SPAN.fullmatch(one) for one in written]
    if not all(found):
        raise BadHours("a span is written 08:00-14:00")
    return tuple((time.fromisoformat(one[1]), time.fromisoformat(one[2])) for one in found if one)


def _month_day(written: str) -> tuple[int, int]:
    month, _, day = written.partition("-")
    return int(month), int(day)


def hours_data(which: str = "") -> Any:
    """The data of a file, or of ours where ``which`` names none. Raises ``OSError``."""
    return yaml.safe_load((Path(which) if which and which != ALWAYS else TABLE).read_text("utf-8"))


@cache
def load_hours(which: str = "") -> Hours:
    """``which``: :data:`ALWAYS`, a file, or nothing for ours. Raises :class:`BadHours`, ``OSError``."""
    return read_which(which, hours_data(which))


def read_which(which: str, data: Any) -> Hours:
    """Likewise, of this data."""
    hours = read_hours(data)
    if which == ALWAYS:
        return Hours(hours.week, within=hours.within, give_back=hours.give_back, always=True)
    return hours
