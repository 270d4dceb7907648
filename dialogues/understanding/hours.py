"""Hours of the day as they are typed: «22-8», «από τις 10 το βράδυ ως τις 7:30», «11pm to 7am», «μετά τις 10»."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import islice
from types import MappingProxyType

from nlu.fold import fold

DEFAULT = ("21:00", "09:00")
"""What is meant where only one end, or none, is said; as :data:`casestore.people.quiet_hours.DEFAULT_QUIET`."""
_LONGEST = 16 * 60  # minutes; a longer rest was meant from the evening on: «ησυχία 10-8»
_NOON, _DAY = 12 * 60, 24 * 60

_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "βράδυ": "evening", "βραδάκι": "evening", "νύχτα": "evening", "μεσάνυχτα": "evening",
        "απόγευμα": "afternoon", "μεσημέρι": "afternoon", "πρωί": "morning", "ξημερώματα": "morning",
        "night": "evening", "evening": "evening", "afternoon": "afternoon", "morning": "morning",
    }
)  # fmt: skip
_SHORT: Mapping[str, str] = MappingProxyType({"μμ": "afternoon", "πμ": "morning", "pm": "afternoon", "am": "morning"})
"""These count as they stand: folded, «πμ» is ``pm`` and «μμ» is «μου»."""
_GLUED = r"(?:[apαπμ]\.?[mμ]|to|ως|εως|έως|os)\b"
_TIME = re.compile(rf"(?<![\d:.])([01]?\d|2[0-4])(?:[:.]([0-5]\d))?(?![\d:]|\.\d)(?!(?!{_GLUED})[^\W\d_])")
"""No digit that stands for a letter: «8elw»."""
_DOTTED = re.compile(r"\b([πpaΠPA])\.?\s?([μmΜM])\b\.?")  # π.μ., p.m.
_DENIED = re.compile(
    r"^\W*(?:όχι|οχι|oxi|ochi|not|no)\s+(?:από|απο|apo|from|στις|stis|at)\b[^,.;]*[,.;](?=.*\d)",
    re.IGNORECASE | re.DOTALL,
)
"""«Όχι από τις 9, από τις 11»: the hours that are not meant."""
_WORD = re.compile(r"[^\W\d_]+")
_MOST_TIMES = 2  # from when, and until when
_NEAR = 3  # words after a number among which its part of the day stands
_NUMBERS = (
    "", "μία μια one", "δύο two", "τρεις three", "τέσσερις τέσσερεις four", "πέντε five", "έξι six", "εφτά επτά seven",
    "οχτώ οκτώ eight", "εννιά εννέα nine", "δέκα ten", "έντεκα ένδεκα eleven", "δώδεκα twelve",
)  # fmt: skip
_ARTICLES = "τις στις η από ως έως μέχρι πριν μετά from until till to at after before and"
"""What stands before an hour in words: any other «μία» is no hour."""
_NO_HOURS = frozenset({"το", "to", "έχει", "εχει", "exei"})
"""These sound like «two» and «έξι»."""
_AFTER, _BEFORE = ("μετά", "after"), ("πριν", "before", "ως", "έως", "ώς", "μέχρι", "until", "till")
_FROM = ("από", "from")


def hours_in(text: str) -> str | None:
    """The hours that a message names, as ``22:00-08:00``; ``None`` where it names none, or they make no sense."""
    text = _DENIED.sub("", _DOTTED.sub(r"\1\2", text))
    found = times_in(text)
    if len(found) > _MOST_TIMES:
        return None
    ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    times = [_minutes(match, text[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    if len(times) == 1:
        before = [fold(word) for word in _WORD.findall(text[: found[0].start()].lower())]
        return _from_one(times[0], before)
    if len(times) != 2:
        return None
    (start, told), (end, _) = times
    if not told and start < _NOON and (end - start) % _DAY > _LONGEST:
        start += _NOON
    return _said(start % _DAY, end % _DAY)


def times_in(text: str) -> list[re.Match[str]]:
    """The numbers that may be hours, of many the first three."""
    return list(islice(_TIME.finditer(text), _MOST_TIMES + 1))


def without_hours(text: str) -> str:
    """The message without its numbers and their parts of the day."""
    bare = _TIME.sub(" ", _DOTTED.sub(r"\1\2", text))
    return " ".join(word for word in _WORD.findall(bare.lower()) if _part(word) is None)


def with_digits(text: str) -> str:
    """The message with its hours in digits: «από τις εννιά ως τις οκτώ» is «από τις 9 ως τις 8»."""
    before = ""
    words: list[str] = []
    for word in text.split():
        key = fold(word)
        hour = _hours().get(key) if before in _before_hours() and word.lower() not in _NO_HOURS else None
        words.append(str(hour) if hour else word)
        before = key
    return " ".join(words)


def _minutes(match: re.Match[str], after: str) -> tuple[int, bool]:
    """Minutes since midnight, and whether the part of the day was said."""
    minutes = int(match[1]) * 60 + int(match[2] or 0)
    near = map(_part, _WORD.findall(after.lower())[:_NEAR])
    part = next((part for part in near if part), None)
    noon = part == "afternoon" or (part == "evening" and minutes >= 5 * 60)
    if part and minutes // 60 == 12:  # twelve at night is midnight, at noon it is noon
        return (minutes if part == "afternoon" else minutes - _NOON), True
    return (minutes + _NOON if noon and minutes < _NOON else minutes), part is not None


def _from_one(time: tuple[int, bool], before: list[str]) -> str | None:
    """«μετά τις 10», «πριν τις 9»: the other end is the usual one."""
    minutes, told = time
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in DEFAULT)
    if told and 5 * 60 <= minutes < _NOON and any(fold(word) in before for word in _FROM):
        return _said(start, minutes)  # news from eight in the morning on
    if any(fold(word) in before for word in _AFTER + _FROM):
        evening = minutes if told or minutes >= _NOON or minutes < 5 * 60 else minutes + _NOON
        return _said(evening % _DAY, end)
    if any(fold(word) in before for word in _BEFORE):
        return _said(start, minutes % _DAY)
    return None


def _said(start: int, end: int) -> str | None:
    if start == end:
        return None
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _part(word: str) -> str | None:
    return _SHORT.get(word) or _keys().get(fold(word))


@cache
def _hours() -> dict[str, int]:
    return {fold(word): hour for hour, words in enumerate(_NUMBERS) for word in words.split()}


@cache
def _before_hours() -> frozenset[str]:
    return frozenset(fold(word) for word in _ARTICLES.split())


@cache
def _keys() -> dict[str, str]:
    return {fold(word): part for word, part in _PARTS.items()}
