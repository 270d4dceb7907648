"""What of a case will be told because time passes, and whether it still holds when its time has come. Pure.

The plan follows from the case as it stands: a deadline that moves, a paper that arrives, a stage that changes and a
case that ends make another. When things are told is data (``timing.yml``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import yaml

from bot.notices.facts import BY_DATE, LATE, PASSED, REMINDER
from casestore.cases.model import WANTED, Case, StoredCase
from casestore.notices.model import Fact
from casestore.notices.timed import TimedFact
from casestore.people.quiet_hours import ATHENS, end_of

TABLE = Path(__file__).parent / "timing.yml"
EARLIER = timedelta(days=5)
"""So long before its time a reminder is looked at: quiet hours before which it is to go last no longer."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The data of one procedure. ``stages``: days by stage, ``days`` where none are given."""

    remind_at: time
    days_before: tuple[int, ...]
    apart: timedelta
    lead: timedelta
    passed_at: time
    days_after: int
    late_at: time
    days: int
    every: timedelta
    stages: Mapping[str, int]

    def reminded(self, deadline: date, step: int) -> datetime:
        """When a paper that is due on this day is reminded of, so many days before."""
        return _at(deadline - timedelta(days=step), self.remind_at)

    def due(self, fact: TimedFact) -> datetime:
        """When a fact about a deadline is meant to be told."""
        deadline = date.fromisoformat(fact.about)
        if fact.kind == REMINDER:
            return self.reminded(deadline, fact.step)
        return _at(deadline + timedelta(days=self.days_after), self.passed_at)

    def late(self, case: Case, since: datetime) -> datetime:
        """From when on the case sits, if nothing happens: its registry's own date is over, or its stage takes long."""
        allowed = timedelta(days=self.stages.get(case.stage, self.days))
        days = [since.astimezone(ATHENS).date() + allowed]
        days += [case.expected_by + timedelta(days=1)] if case.expected_by else []
        return _at(min(days), self.late_at)


class Timings:
    """By procedure. Raises ``KeyError`` or ``TypeError`` for a field that is left out or unknown."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        own = {code for part in data.values() for code in part.get("procedures", ())}
        self._other = _timing(data, "")
        self._of = {code: _timing(data, code) for code in own}

    def of(self, procedure: str) -> Timing:
        return self._of.get(procedure, self._other)


def planned(timing: Timing, stored: StoredCase, since: datetime, now: datetime) -> Iterator[TimedFact]:
    """All that will be told of this case if nothing changes. ``since``: when it came to its stage."""
    case = stored.case
    if case.closed:
        return
    for deadline in sorted({paper.deadline for paper in case.documents if paper.status in WANTED and paper.deadline}):
        for step in timing.days_before:
            if (at := timing.reminded(deadline, step)) > now:
                yield TimedFact(stored.citizen_id, case.reference, REMINDER, deadline.isoformat(), step, at - EARLIER)
        passed = TimedFact(stored.citizen_id, case.reference, PASSED, deadline.isoformat(), 0, now)
        if (at := timing.due(passed)) > now:
            yield TimedFact(*passed.key, at)
    yield _late(timing, stored, since, now)


def _late(timing: Timing, stored: StoredCase, since: datetime, now: datetime) -> TimedFact:
    """What sits already when it is planned is told at the end of the period it is in: it was read late, or all of its
    registry was."""
    first, about = timing.late(stored.case, since), about_stage(stored.case, since)
    periods = max(0, ceil((now - first) / timing.every))
    at = first + periods * timing.every
    return TimedFact(stored.citizen_id, stored.case.reference, LATE, about, periods + 1, at)


def about_stage(case: Case, since: datetime) -> str:
    """What a case that sits is about: its stage, and since when it is there."""
    return f"{case.stage}@{since.astimezone(ATHENS).date().isoformat()}"


def holds(fact: TimedFact, timing: Timing, case: Case, under_way: Collection[str], now: datetime) -> Fact | None:
    """What is to be told of it now, if anything is. ``under_way``: papers that were handed in and await a decision."""
    if case.closed:
        return None
    wanted = [paper for paper in case.documents if paper.status in WANTED and paper.code not in under_way]
    if fact.kind == LATE:
        since = fact.about.rpartition("@")[2]
        stays = fact.about == f"{case.stage}@{since}" and not wanted and not under_way
        is_late = timing.late(case, _at(date.fromisoformat(since), time(12))) <= now
        over = case.expected_by is not None and end_of(case.expected_by) <= now
        return Fact(case.sequence, LATE, (since, BY_DATE) if over else (since,)) if stays and is_late else None
    deadline = date.fromisoformat(fact.about)
    codes = tuple(paper.code for paper in wanted if paper.deadline == deadline)
    in_time = now < end_of(deadline) if fact.kind == REMINDER else now >= end_of(deadline)
    return Fact(case.sequence, fact.kind, codes) if codes and in_time else None


@cache
def load_timings(file: Path = TABLE) -> Timings:
    """As :class:`Timings` raises; ``ValueError`` for a time that is none."""
    return Timings(yaml.safe_load(file.read_text(encoding="utf-8")))


def _timing(data: Mapping[str, Any], procedure: str) -> Timing:
    parts = {name: {**part, **part.get("procedures", {}).get(procedure, {})} for name, part in data.items()}
    reminders, passed, late = parts["reminders"], parts["passed"], parts["late"]
    return Timing(
        remind_at=time.fromisoformat(reminders["at"]),
        days_before=tuple(reminders["days_before"]),
        apart=timedelta(hours=reminders["apart_hours"]),
        lead=timedelta(minutes=reminders["lead_minutes"]),
        passed_at=time.fromisoformat(passed["at"]),
        days_after=passed["days_after"],
        late_at=time.fromisoformat(late["at"]),
        days=late["days"],
        every=timedelta(days=late["every_days"]),
        stages=late["stages"],
    )


def _at(day: date, wall: time) -> datetime:
    """When the clock in Athens shows this (UTC)."""
    return datetime.combine(day, wall, ATHENS).astimezone(UTC)
