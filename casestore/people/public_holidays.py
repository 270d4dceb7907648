"""The public holidays of Greece: by the calendar of the package ``holidays``, put right by what is announced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import holidays

OVERRIDES: Mapping[date, bool] = MappingProxyType({})
"""Days that the Government Gazette makes a holiday (``True``) or an ordinary day against that calendar."""
_GREECE = holidays.country_holidays("GR")
_SUNDAY, _SATURDAY = 6, 5


def is_holiday(day: date) -> bool:
    """Is it a public holiday?"""
    return OVERRIDES.get(day, day in _GREECE)


def is_rest_day(day: date) -> bool:
    """A Sunday or a public holiday."""
    return day.weekday() == _SUNDAY or is_holiday(day)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no public holiday."""
    return day.weekday() < _SATURDAY and not is_holiday(day)
