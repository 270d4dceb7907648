"""Dates in words: «12 Μαρτίου 2026», ``March 12, 2026``, and with a known day «αύριο», «σε 3 μέρες», «στις 15/3»."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.checks import iso_date
from nlu.fold import fold_word
from nlu.memory import remembered
from nlu.references import Reading

_MONTHS = (
    "Ιανουάριος Ιανουαρίου Ιανουάριο Γενάρης Γενάρη Ιαν January Jan",
    "Φεβρουάριος Φεβρουαρίου Φεβρουάριο Φλεβάρης Φλεβάρη Φεβ February Feb",
    "Μάρτιος Μαρτίου Μάρτιο Μάρτης Μάρτη Μαρ March Mar",
    "Απρίλιος Απριλίου Απρίλιο Απρίλης Απρίλη Απρ April Apr",
    "Μάιος Μαΐου Μάιο Μάης Μάη May",
    "Ιούνιος Ιουνίου Ιούνιο Ιούνης Ιούνη Ιουν June Jun",
    "Ιούλιος Ιουλίου Ιούλιο Ιούλης Ιούλη Ιουλ July Jul",
    "Αύγουστος Αυγούστου Αύγουστο Αυγ August Aug",
    "Σεπτέμβριος Σεπτεμβρίου Σεπτέμβριο Σεπτέμβρης Σεπτέμβρη Σεπ Σεπτ September Sept Sep",
    "Οκτώβριος Οκτωβρίου Οκτώβριο Οκτώβρης Οκτώβρη Οχτώβρη Οκτ October Oct",
    "Νοέμβριος Νοεμβρίου Νοέμβριο Νοέμβρης Νοέμβρη Νοε November Nov",
    "Δεκέμβριος Δεκεμβρίου Δεκέμβριο Δεκέμβρης Δεκέμβρη Δεκ December Dec",
)
_RELATIVE = {
    0: "σήμερα today", 1: "αύριο αυριο tomorrow", 2: "μεθαύριο", -1: "χθες χτες εχθές yesterday", -2: "προχθές προχτές",
}  # fmt: skip
_UNITS = {1: "μέρα μέρες ημέρα ημέρες day days", 7: "εβδομάδα εβδομάδες βδομάδα βδομάδες week weeks"}
_LATER = "σε in μετά"
_EARLIER = "πριν"

_DAY = r"(?P<d>\d{1,2})(?:η|ης|ή|h|hs|is|st|nd|rd|th)?"
_MONTH = r"(?P<m>[^\W\d_]{3,12})\.?"
_YEAR = r"(?P<y>(?:19|20)\d\d|['’]?\d\d(?![\d:.,/]))"
_DAY_FIRST = re.compile(
    rf"(?<![\d/.,\-:]){_DAY} *(?:of +|του +)?{_MONTH}(?:,? +(?:του +|of +)?{_YEAR})?(?!\d)", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"(?<!\w){_MONTH} +{_DAY},? +(?P<y>(?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_SPAN = re.compile(r"(?<![^\W\d_])(?P<way>[^\W\d_]+) +(?P<n>\d{1,3}) +(?P<unit>[^\W\d_]{3,})")
_AGO = re.compile(r"(?P<n>\d{1,3}) +(?P<unit>days?|weeks?) +ago", re.IGNORECASE)
_SHORT = re.compile(
    r"(?:στις|μέχρι|μεχρι|ως|έως|εως|από|απο|τις|την|stis|mexri|mehri|ews|eos|apo|tis|thn|tin|on|by|until|since)"
    r" +(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/])",
    re.IGNORECASE,
)


@cache
def _keys(words: str) -> frozenset[str]:
    return frozenset(map(fold_word, words.split()))


@cache
def _months() -> dict[str, int]:
    return {key: number for number, names in enumerate(_MONTHS, 1) for key in _keys(names)}


@remembered(4_000)
def _month(word: str) -> int | None:
    """The month a word names, whatever the script; one letter wrong is forgiven in a word of six or more."""
    key = fold_word(word)
    months = _months()
    if key in months or len(key) < 6:
        return months.get(key)
    near = process.extractOne(key, months.keys(), scorer=OSA.distance, score_cutoff=1)
    return months[near[0]] if near else None


def worded_dates(text: str, today: date | None) -> Iterator[Reading]:
    """Readings of kind ``date``. What needs a present day (no year, «αύριο») is read only when ``today`` is given."""
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        for m in pattern.finditer(text):
            month = _month(m["m"])
            value = month and _complete(int(m["d"]), month, m["y"], today)
            if value:
                end = m.end() if m["y"] else m.end("m")
                yield Reading("date", value, m.start(), end, 0.95)
    if today:
        yield from _relative(text, today)


def _complete(day: int, month: int, year: str | None, today: date | None) -> str | None:
    if year:
        return iso_date(day, month, int(year.lstrip("'’")))
    return _nearest(day, month, today) if today else None


def _nearest(day: int, month: int, today: date) -> str | None:
    """The day of this name nearest to ``today``: in January «στις 20 Δεκεμβρίου» is last year's."""
    years = (iso_date(day, month, today.year + step) for step in (-1, 0, 1))
    dates = [date.fromisoformat(value) for value in years if value]
    return min(dates, key=lambda d: abs(d - today)).isoformat() if dates else None


def _relative(text: str, today: date) -> Iterator[Reading]:
    for m in _WORD.finditer(text):
        key = fold_word(m[0])
        for days, words in _RELATIVE.items():
            if key in _keys(words):
                yield _at(today, days, m)
    for m in _SHORT.finditer(text):
        if value := _nearest(int(m["d"]), int(m["m"]), today):
            yield Reading("date", value, m.start("d"), m.end(), 0.85)
    for m in _SPAN.finditer(text):
        way = fold_word(m["way"])
        sign = 1 if way in _keys(_LATER) else -1 if way in _keys(_EARLIER) else 0
        if sign and (unit := _unit(m["unit"])):
            yield _at(today, sign * unit * int(m["n"]), m)
    for m in _AGO.finditer(text):
        yield _at(today, -(_unit(m["unit"]) or 0) * int(m["n"]), m)


def _unit(word: str) -> int | None:
    key = fold_word(word)
    return next((days for days, words in _UNITS.items() if key in _keys(words)), None)


def _at(today: date, days: int, m: re.Match[str]) -> Reading:
    return Reading("date", (today + timedelta(days=days)).isoformat(), m.start(), m.end(), 0.9)
