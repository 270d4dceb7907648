"""How news is wanted, however it is put: «τις Κυριακές θέλω ησυχία», «ούτε μετά τις εννιά», «όλες τις ώρες».

By words near each other (wishes.yml). While alerts are talked about a few words are enough: «και το Σαββατοκύριακο
τίποτα». Only how is said here, never whether.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from dialogues.understanding.hours import DEFAULT, hours_in, times_in, with_digits
from dialogues.understanding.phrases import Phrases, phrases_of
from nlu.yaml_file import read_yaml

ALERTS = "alerts"
"""What is talked about (dialogues/topics.py) after an answer about alerts."""
_INTENTS = {
    "how": "set_preference",
    "show": "my_preferences",
    "kept": "about_alerts",
    "start": "start_notifications",
    "stop": "stop_notifications",
}
_DATE = re.compile(r"\d\s*[/-]\s*\d+\s*[/-]|\d/\d|\d{3}")
"""Digits that are no hours: a date, a number."""


class Wish(NamedTuple):
    """The intent, and how news is wanted as kind and value where it says so."""

    intent: str
    preference: tuple[str, str] | None = None


class _Tables(NamedTuple):
    said: Phrases
    within: Phrases
    hours: Phrases
    hours_within: Phrases
    work: Phrases
    only: Phrases


def wish_in(text: str, about: str) -> Wish | None:
    """The wish that the message states, and nothing else that is known here; ``about``: what is talked about."""
    if hours := _hours(text, about):
        return Wish("set_preference", ("quiet", hours))
    tables = _tables()
    found = tables.said.find(text) or (tables.within.find(text) if about == ALERTS else None)
    if found is None:
        return None
    if intent := _INTENTS.get(found):
        return Wish(intent)
    return Wish("set_preference", value_of(found))


def hours_said(text: str) -> str | None:
    """The hours that a message names, in digits or in words, as ``21:00-08:00``; ``None`` for a date or a number."""
    digits = with_digits(text)
    return None if _DATE.search(digits) else hours_in(digits)


def names_hours(text: str) -> bool:
    """Has it hours, clear or not: «10 με 12 και 2 με 4»?"""
    digits = with_digits(text)
    return not _DATE.search(digits) and (hours_in(digits) is not None or len(times_in(digits)) > 1)


def value_of(entry: str) -> tuple[str, str]:
    """A preference as the tables write it: ``quiet=default`` is the usual quiet hours."""
    kind, value = entry.split("=")
    return kind, "-".join(DEFAULT) if value == "default" else value


def _hours(text: str, about: str) -> str | None:
    """The quiet hours that are named: ``21:00-08:00``."""
    tables, digits = _tables(), with_digits(text)
    hours = None if tables.work.find(digits) else hours_said(text)
    wished = hours and (tables.hours.find(text) or (about == ALERTS and tables.hours_within.find(text)))
    if wished and hours and tables.only.find(text):  # at these hours alone: it is to be quiet at the others
        start, _, end = hours.partition("-")
        return f"{end}-{start}" if len(times_in(digits)) > 1 else None
    return hours if wished else None


@cache
def _tables() -> _Tables:
    file: dict[str, Any] = read_yaml(Path(__file__).with_name("wishes.yml"))
    lists, hours = file["lists"], file["hours"]
    return _Tables(
        phrases_of(file["said"], lists),
        phrases_of(file["within"], lists),
        phrases_of({"quiet": hours["said"]}, lists),
        phrases_of({"quiet": hours["within"]}, lists),
        phrases_of({"work": hours["work"]}, lists),
        phrases_of({"only": hours["only"]}, lists),
    )
