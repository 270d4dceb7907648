"""How things went: each report once, as columns and rows; page, chart, CSV and JSON show the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.console.supervision.board import percent
from bot.runtime import Clock
from bot.store import Store
from casestore.reports.figures import FIRST_ANSWER, NOTICES, TO_THE_END, Took, at_most
from casestore.reports.periods import BadPeriod, Period, Unit, today

USUAL = timedelta(days=13)
"""So long before today a period begins that nobody has chosen."""
_LENGTHS = ("count", "median_minutes", "most_minutes")
Value = int | None
Read = Callable[[Period], Awaitable[tuple[Sequence[str], Mapping[int, Mapping[str, Value]]]]]


@dataclass(frozen=True, slots=True)
class Report:
    """``columns`` are codes; a row is the name of its day or hour, and a value for each column (``None``: of nothing
    there is none)."""

    name: str
    period: Period
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Value, ...]], ...]

    def of(self, column: str) -> tuple[Value, ...]:
        """The values of one column."""
        number = self.columns.index(column)
        return tuple(values[number] for _, values in self.rows)

    def shape(self) -> dict[str, Any]:
        """As JSON. Field names are a protocol: docs/console.md."""
        rows = [{"from": name, **dict(zip(self.columns, values, strict=True))} for name, values in self.rows]
        period = {"first": self.period.first.isoformat(), "last": self.period.last.isoformat()}
        return {"report": self.name, **period, "by": str(self.period.unit), "columns": list(self.columns), "rows": rows}


class Reports:
    """Reads over one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._table: Mapping[str, Read] = {
            "first-answer": self._lengths(FIRST_ANSWER),
            "end": self._lengths(TO_THE_END),
            "bot": self._bot,
            "hand-overs": self._hand_overs,
            "notices": self._lengths(NOTICES),
        }
        self.names = tuple(self._table)

    async def read(self, name: str, period: Period) -> Report:
        """Raises ``KeyError`` for no such report."""
        columns, found = await self._table[name](period)
        nothing: Mapping[str, Value] = {}
        rows = tuple(
            (period.name_of(number), tuple(found.get(number, nothing).get(column, _none(column)) for column in columns))
            for number in period.bins
        )
        return Report(name, period, tuple(columns), rows)

    def period(self, query: Mapping[str, str]) -> Period:
        """What was asked for; the last days where nothing was. Raises
        :class:`casestore.reports.periods.BadPeriod`."""
        last_day = today(self._clock()).last
        try:
            last = date.fromisoformat(query["last"]) if query.get("last") else last_day
            unit = Unit(query.get("by") or Unit.DAY)
            usual = last - USUAL if unit is Unit.DAY else last
            return Period(date.fromisoformat(query["first"]) if query.get("first") else usual, last, unit)
        except (ValueError, OverflowError):
            raise BadPeriod("no such period") from None

    def quick(self) -> list[tuple[str, date, str]]:
        """Periods up to today that are often wanted: (word, first day, unit)."""
        last = today(self._clock()).last
        days = [(f"last_{days}", last - timedelta(days=days - 1), str(Unit.DAY)) for days in (7, 30, 90)]
        return [("today_by_hour", last, str(Unit.HOUR)), *days]

    def _lengths(self, what: Took) -> Read:
        async def read(period: Period) -> tuple[Sequence[str], Mapping[int, Mapping[str, Value]]]:
            found = await self._store.figures.took(what, period)
            return _LENGTHS, {
                number: {
                    "count": sum(count for _, count in lengths),
                    "median_minutes": at_most(lengths, 50),
                    "most_minutes": at_most(lengths, 90),
                }
                for number, lengths in found.items()
            }

        return read

    async def _bot(self, period: Period) -> tuple[Sequence[str], Mapping[int, Mapping[str, Value]]]:
        found = await self._store.figures.spoken(period)
        return ("spoken", "bot_alone", "bot_percent"), {
            number: {"spoken": spoken, "bot_alone": spoken - person, "bot_percent": percent(spoken - person, spoken)}
            for number, (spoken, person) in found.items()
        }

    async def _hand_overs(self, period: Period) -> tuple[Sequence[str], Mapping[int, Mapping[str, Value]]]:
        """The causes that there were, the commonest first."""
        found = await self._store.figures.asked(period)
        totals: dict[str, int] = {}
        for causes in found.values():
            for cause, count in causes.items():
                totals[cause] = totals.get(cause, 0) + count
        return sorted(totals, key=lambda cause: (-totals[cause], cause)), found


def _none(column: str) -> Value:
    """Where nothing was: so many are none, and of none there is no length and no share."""
    return None if column.endswith(("_minutes", "_percent")) else 0
