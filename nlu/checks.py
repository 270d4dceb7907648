"""Check digits and calendars: what makes a row of digits an ΑΦΜ, an ΑΜΚΑ, a date."""

from __future__ import annotations

from datetime import date

from stdnum import luhn
from stdnum.gr import vat

CENTURY_PIVOT = 40
"""Two-digit years below it are of this century: ``39`` is 2039 (a deadline), ``40`` is 1940 (a birth)."""


def is_afm(digits: str) -> bool:
    """Nine digits with the right check digit; all zeros, which would pass it, are refused."""
    return len(digits) == 9 and digits != "000000000" and bool(vat.is_valid(digits))


def is_amka(digits: str) -> bool:
    """Eleven digits: a day of a year (of any century: nothing is concluded from it), four more, Luhn."""
    if len(digits) != 11 or not luhn.is_valid(digits):
        return False
    return iso_date(int(digits[:2]), int(digits[2:4]), 2000 + int(digits[4:6])) is not None


def iso_date(day: int, month: int, year: int) -> str | None:
    """``2026-03-01``, or ``None`` where 1900 to 2099 has no such day; ``CENTURY_PIVOT`` for short years."""
    if year < 100:
        year += 2000 if year < CENTURY_PIVOT else 1900
    if not 1900 <= year <= 2099:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
