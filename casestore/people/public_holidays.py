"""The public holidays of Greece: by the calendar of the package ``holidays``, put right by what is announced."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

OVERRIDES: Mapping[date, bool] = MappingProxyType({})
"""Days that the Government Gazette makes a holiday (``True``) or an ordinary day against that calendar."""
_SUNDAY, _SATURDAY = 6, 5


@cache
def _calendar() -> Container[date]:
    import holidays  # half a second, which the web side has no use for

    return holidays.country_holidays("GR")


def is_holiday(day: date) -> bool:
    """Is it a public holiday?"""
    return OVERRIDES.get(day, day in _calendar())


def named(first: date, last: date, language: str) -> list[tuple[date, str]]:
    """The public holidays between two days, both in it, with their names in ``el`` or ``en``."""
    import holidays

    years = range(first.year, last.year + 1)
    calendar = holidays.country_holidays("GR", years=years, language="el" if language == "el" else "en_US")
    ours = {day: "" for day, holds in OVERRIDES.items() if holds}
    found = {day: name for day, name in {**ours, **calendar}.items() if first <= day <= last and is_holiday(day)}
    return sorted(found.items())


def is_rest_day(day: date) -> bool:
    """A Sunday or a public holiday."""
    return day.weekday() == _SUNDAY or is_holiday(day)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no public holiday."""
    return day.weekday() < _SATURDAY and not is_holiday(day)
