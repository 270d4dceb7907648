"""Expected against seen: which provider, which registry has fallen silent. What is expected is data (expected.yml)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.registries.recorder import feed_of
from bot.store import Store
from casestore.watch.expectations import Heard

TABLE = Path(__file__).parent / "expected.yml"
RECEIPTS, EVENTS, FEEDS = "receipts", "events", "feeds"


@dataclass(frozen=True, slots=True)
class Silence:
    """What of whom was to be heard, and whether nothing was: ``what`` is receipts, events or feeds; ``of`` a channel or
    a registry. Of a feed the figures are the seconds it may take, and those since it was read to its end."""

    what: str
    of: str
    expected: int
    seen: int
    silent: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """The data of ``expected.yml``."""

    since: timedelta
    until: timedelta
    receipts: int
    window: timedelta
    before: tuple[timedelta, ...]
    events: int
    feed: timedelta
    times: int


class Listening:
    """Counts what was heard. ``registries``: those that are read; ``every``: the pause between two readings."""

    def __init__(self, store: Store, expected: Expected, registries: Collection[str], every: timedelta) -> None:
        self._store = store
        self._expected = expected
        self._registries = registries
        self._may_take = max(expected.feed, expected.times * every)

    async def silences(self, now: datetime) -> list[Silence]:
        """All that is expected of anybody, silent or not."""
        data, counts = self._expected, self._store.expectations
        receipts = await counts.receipts(now - data.since, now - data.until)
        events = await counts.events(now, data.window, data.before)
        return [
            *_heard(RECEIPTS, receipts, data.receipts),
            *_heard(EVENTS, events, data.events),
            *self._feeds(await self._store.cursors.caught_up(), now),
        ]

    def _feeds(self, caught_up: Mapping[str, datetime], now: datetime) -> list[Silence]:
        """One that was never read to its end is at its first reading."""
        read = {name: caught_up[feed_of(name)] for name in self._registries if feed_of(name) in caught_up}
        return [
            Silence(
                FEEDS,
                name,
                int(self._may_take.total_seconds()),
                int((now - at).total_seconds()),
                now - at > self._may_take,
            )
            for name, at in read.items()
        ]


def _heard(what: str, counts: Mapping[str, Heard], at_least: int) -> list[Silence]:
    return [
        Silence(what, of, heard.expected, heard.seen, heard.expected >= at_least and not heard.seen)
        for of, heard in sorted(counts.items())
    ]


@cache
def load_expected(file: Path = TABLE) -> Expected:
    """Raises ``KeyError`` for a field that is left out."""
    data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    receipts, events, feeds = data[RECEIPTS], data[EVENTS], data[FEEDS]
    return Expected(
        since=timedelta(minutes=receipts["from"]),
        until=timedelta(minutes=receipts["until"]),
        receipts=receipts["at_least"],
        window=timedelta(hours=events["hours"]),
        before=tuple(timedelta(days=days) for days in events["days_ago"]),
        events=events["at_least"],
        feed=timedelta(minutes=feeds["minutes"]),
        times=feeds["times"],
    )
