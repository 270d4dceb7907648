"""What a supervisor writes into the forms of desks, hours and ready answers, as data, and back. Pure.

Each raises ``ValueError`` with the name of a word that says what is wrong; whether all of it makes sense, :mod:`bot.
conversation.arranged` says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from bot.conversation.hours import DAYS

LANGUAGES = ("el", "en")
LONGEST_NAME, LONGEST_TITLE, LONGEST_TEXT = 60, 80, 1000
MOST_ANSWERS, MOST_DESKS, MOST_DATES = 200, 40, 200
_MOST_MINUTES = 28 * 24 * 60
_CLOSED = "-"
Form = Mapping[str, str]


# Desks


def desks_from(form: Form, data: Mapping[str, Mapping[str, str]], used: Collection[str]) -> dict[str, dict[str, str]]:
    """``used``: those that cannot go."""
    found: dict[str, dict[str, str]] = {}
    for code in data:
        if form.get(f"gone_{code}"):
            if code in used:
                raise ValueError("desk_used")
            continue
        found[code] = _names(form, code)
    if code := form.get("code", "").strip().lower():
        if code in data:
            raise ValueError("desk_there")
        found[code] = _names(form, "new")
    if len(found) > MOST_DESKS:
        raise ValueError("too_many")
    return found


def _names(form: Form, code: str) -> dict[str, str]:
    return {language: _line(form.get(f"{language}_{code}", ""), LONGEST_NAME) for language in LANGUAGES}


# Ready answers


def canned_from(form: Form, data: Sequence[Mapping[str, Any]], desks: Collection[str], new_id: str) -> list[Any]:
    """One of them as it was written, or gone, among the others as they are."""
    wanted = form.get("id", "")
    if form.get("gone"):
        return [one for one in data if one["id"] != wanted]
    answer: dict[str, Any] = {"id": wanted or new_id}
    answer["title"] = {language: _line(form.get(f"title_{language}", ""), LONGEST_TITLE) for language in LANGUAGES}
    answer["text"] = {language: _text(form.get(f"text_{language}", "")) for language in LANGUAGES}
    answer["desks"] = [desk for desk in desks if form.get(f"desk_{desk}")]
    if len(answer["desks"]) == len(desks):
        answer["desks"] = []
    if not wanted and len(data) >= MOST_ANSWERS:
        raise ValueError("too_many")
    known = any(one["id"] == wanted for one in data)
    if wanted and not known:
        raise ValueError("answer_gone")
    return [answer if one["id"] == wanted else one for one in data] + ([] if known else [answer])


# Hours


def hours_from(form: Form) -> dict[str, Any]:
    return {
        "week": {day: _spans(form.get(day, "")) for day in DAYS},
        "half_days": {day: spans for day, spans, _ in _lines(form.get("half_days", ""), r"\d\d-\d\d", reason=False)},
        "dates": {
            day: {"open": spans, "why": why}
            for day, spans, why in _lines(form.get("dates", ""), r"\d{4}-\d\d-\d\d", reason=True)
        },
        "answer_within_minutes": _minutes(form.get("answer_within_minutes", "")),
        "give_back_after_minutes": _minutes(form.get("give_back_after_minutes", "")),
    }


def hours_shown(data: Mapping[str, Any]) -> dict[str, str]:
    """The values of the form's fields."""
    half = [f"{day} {_written(spans)}" for day, spans in (data.get("half_days") or {}).items()]
    dates = [f"{day} {_written(one['open'])} {one.get('why', '')}".strip() for day, one in _dates(data).items()]
    return {
        **{day: ", ".join(data["week"][day]) for day in DAYS},
        "half_days": "\n".join(half),
        "dates": "\n".join(dates),
        "answer_within_minutes": str(data["answer_within_minutes"]),
        "give_back_after_minutes": str(data["give_back_after_minutes"]),
    }


def _dates(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {str(day): one for day, one in sorted((data.get("dates") or {}).items(), key=lambda one: str(one[0]))}


def _written(spans: Sequence[str]) -> str:
    return ",".join(spans) or _CLOSED


def _spans(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]


def _lines(written: str, day: str, *, reason: bool) -> list[tuple[str, list[str], str]]:
    """``DAY 08:00-12:00,17:00-20:00 why``, one a line; ``-`` for closed."""
    bad = "bad_date" if reason else "bad_half_day"
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if len(lines) > MOST_DATES:
        raise ValueError("too_many")
    found: list[tuple[str, list[str], str]] = []
    for line in lines:
        parts = re.fullmatch(rf"({day})\s+(\S+)(?:\s+(.*))?", line)
        if parts is None or not _is_day(parts[1]) or bool((parts[3] or "").strip()) is not reason:
            raise ValueError(bad)
        found.append((parts[1], [] if parts[2] == _CLOSED else _spans(parts[2]), _line(parts[3] or "", 200, least=0)))
    return found


def _is_day(written: str) -> bool:
    """A date, or a month and a day of some year."""
    try:
        date.fromisoformat(written if len(written) > 5 else f"2024-{written}")
    except ValueError:
        return False
    return True


def _minutes(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 7 and 1 <= int(written) <= _MOST_MINUTES):
        raise ValueError("bad_minutes")
    return int(written)


def _line(written: str, longest: int, *, least: int = 1) -> str:
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in written).split())
    if not least <= len(text) <= longest:
        raise ValueError("bad_name")
    return text


def _text(written: str) -> str:
    kept = (letter for letter in written.replace("\r\n", "\n") if letter == "\n" or letter.isprintable())
    text = "".join(kept).strip()
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise ValueError("bad_text")
    return text


# What changed

Change = tuple[str, str, str]
"""(what, as it was, as it is); empty where it was, or is, not there."""


def changes(before: Any, after: Any) -> list[Change]:
    """What is different, by its place."""
    old, new = _flat(before), _flat(after)
    places = [*old, *(place for place in new if place not in old)]
    return [(place, old.get(place, ""), new.get(place, "")) for place in places if old.get(place) != new.get(place)]


def _flat(data: Any, place: str = "") -> dict[str, str]:
    if isinstance(data, Mapping):
        parts: Sequence[tuple[str, Any]] = [(str(key), value) for key, value in data.items() if key != "id"]
    elif isinstance(data, list) and any(isinstance(one, Mapping) for one in data):
        parts = [(str(one["id"]), one) for one in data]
    else:
        return {place: ", ".join(map(str, data)) if isinstance(data, list) else str(data)}
    return {
        inner: text
        for key, value in parts
        for inner, text in _flat(value, f"{place} · {key}" if place else key).items()
    }
