"""What is told to whom: a table (policy.yml), read once and refused where it names what there is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.channels.facts import CHANNELS
from bot.notices.facts import ALL_KINDS, MISSING, REJECTED, REVOKED
from casestore.cases.model import WANTED, Case
from casestore.notices.model import Fact
from casestore.people.preferences import ALL, NEEDED
from casestore.people.quiet_hours import ATHENS, end_of
from casestore.queues.outbox import Priority
from connectors.connect import CASE_REGISTRIES

TABLE = Path(__file__).parent / "policy.yml"
ANY, URGENT = "any", "urgent"
_WITH_DEADLINE = (MISSING, REJECTED)


@dataclass(frozen=True, slots=True)
class Category:
    """``silence``: so long an arrival is waited for before the next channel is tried; ``None``: for ever."""

    name: str
    lane: Priority
    silence: timedelta | None
    urgent: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of changes of one kind, of cases of a procedure, to citizens who want such news."""

    kind: str
    procedure: str
    news: str
    category: str

    def fits(self, kind: str, procedure: str, news: str) -> bool:
        return kind == self.kind and self.procedure in (procedure, ANY) and self.news in (news, ANY)


@dataclass(frozen=True, slots=True)
class Policy:
    """The table. ``urgent_within``: before a deadline. ``silent_channels``: where silence means no arrival.
    ``alerts_of``: the registries to whose citizens something urgent may go that is no news of a case."""

    categories: Mapping[str, Category]
    urgent_within: timedelta
    silent_channels: frozenset[str]
    rows: tuple[Row, ...]
    alerts_of: frozenset[str] = frozenset()

    def silence(self, category: str, channel: str) -> timedelta | None:
        """So long an arrival is waited for there; ``None``: no silence says anything."""
        return self.categories[category].silence if channel in self.silent_channels else None

    def row(self, kind: str, procedure: str, news: str) -> Row | None:
        """The row that counts; ``None``: nothing is told of it."""
        return next((row for row in self.rows if row.fits(kind, procedure, news)), None)

    def told(self, facts: Iterable[Fact], procedure: str, news: str) -> dict[Fact, Category]:
        """Those of the facts that are told, and how pressing each is."""
        rows = {fact: self.row(fact.kind, procedure, news) for fact in facts}
        return {fact: self.categories[row.category] for fact, row in rows.items() if row is not None}

    def category(self, told: Mapping[Fact, Category], deadline: datetime | None, now: datetime) -> Category:
        """Of a notice of these facts: the most pressing of theirs, and urgent where little time is left."""
        if deadline is not None and now < deadline <= _days_on(now, self.urgent_within):
            return self.categories[URGENT]
        return min(told.values(), key=lambda category: (not category.urgent, category.lane))


def deadline_of(case: Case, facts: Iterable[Fact]) -> datetime | None:
    """The end of the first day on which a paper is due that these facts tell of."""
    codes = {code for fact in facts if fact.kind in _WITH_DEADLINE for code in fact.detail}
    wanted = (each for each in case.documents if each.code in codes and each.status in WANTED)
    return min((end_of(each.deadline) for each in wanted if each.deadline), default=None)


def _days_on(now: datetime, days: timedelta) -> datetime:
    """The end of the day in Athens so many days on."""
    return end_of(now.astimezone(ATHENS).date() + days)


@cache
def load_policy(file: Path = TABLE) -> Policy:
    """Raises ``ValueError`` for what the table names and there is not, ``KeyError`` for a field that is left out."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    categories = {name: _category(name, entry) for name, entry in data["categories"].items()}
    rows = tuple(Row(each["kind"], each["procedure"], each["news"], each["category"]) for each in data["rows"])
    _check({row.kind for row in rows}, (*ALL_KINDS, REVOKED))
    _check({row.news for row in rows}, (ALL, NEEDED, ANY))
    _check({*(row.category for row in rows), URGENT}, tuple(categories))
    silent = frozenset(data["silent_channels"])
    _check(silent, tuple(CHANNELS))
    alerts_of = frozenset(data["alerts_of"])
    _check(alerts_of, tuple(words.registry for words in CASE_REGISTRIES))
    return Policy(categories, timedelta(days=data["urgent_within_days"]), silent, rows, alerts_of)


def _category(name: str, entry: Mapping[str, Any]) -> Category:
    minutes = entry["silence_minutes"]
    return Category(name, Priority[entry["lane"]], timedelta(minutes=minutes) if minutes else None, entry["urgent"])


def _check(named: Iterable[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise ValueError(f"the policy of notices names what there is not: {', '.join(unknown)}")
