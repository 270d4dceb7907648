"""Templates and words of the console's pages. ``words*.yml`` say everything in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console.desks import Desks
from bot.console.guard import HEADERS
from bot.conversation.arranged import Arranged
from bot.runtime import Clock
from casestore.people.quiet_hours import ATHENS
from dialogues.say import LocalizedText

FOLDER = Path(__file__).parent / "pages"
WORDS = Path(__file__).parent
_STATIC = FOLDER / "static"
_KINDS: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def load_words(folder: Path = WORDS) -> Mapping[str, LocalizedText]:
    """Of all files ``words*.yml``. Raises ``ValueError`` for a word that two of them have."""
    found: dict[str, LocalizedText] = {}
    for file in sorted(folder.glob("words*.yml")):
        more: dict[str, LocalizedText] = yaml.safe_load(file.read_text("utf-8"))
        if twice := found.keys() & more.keys():
            raise ValueError(f"words: {', '.join(sorted(twice))} in {file.name} and another file")
        found |= more
    return found


class Rendering:
    """Renders a template for one employee's language."""

    def __init__(self, desks: Arranged[Desks], clock: Clock) -> None:
        self._desks = desks
        self._clock = clock
        self._words = load_words()  # what is wrong with them is known at the start, not at the first page
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, language: str, status: int = 200, /, **values: Any) -> web.Response:
        """``name`` is a template."""
        words, now = self._words, self._clock()

        def say(key: str) -> str:
            return words[key][language] if key in words else key.partition("_")[2]

        shown = self._templates.get_template(f"{name}.html").render(
            language=language,
            t=say,
            desks=self._desks.last,
            clock=lambda at: clock_of(at, now),
            day=lambda on: f"{date.fromisoformat(on):%-d/%-m/%Y}",
            ago=lambda at: ago(at, now, say),
            length=lambda minutes: length(minutes, say),
            **values,
        )
        return web.Response(text=shown, status=status, content_type="text/html", charset="utf-8", headers=dict(HEADERS))


def clock_of(at: str, now: datetime) -> str:
    """A moment as Athens shows it: the time alone today, else with the day."""
    shown, today = datetime.fromisoformat(at).astimezone(ATHENS), now.astimezone(ATHENS)
    return f"{shown:%H:%M}" if shown.date() == today.date() else f"{shown:%-d/%-m %H:%M}"


def ago(at: str, now: datetime, say: Callable[[str], str]) -> str:
    """How long ago, in its largest unit: ``12 min``. The page goes on counting by itself."""
    passed = now - datetime.fromisoformat(at)
    for unit, name in (
        (timedelta(days=1), "unit_day"),
        (timedelta(hours=1), "unit_hour"),
        (timedelta(minutes=1), "unit_min"),
    ):
        if passed >= unit:
            return f"{passed // unit} {say(name)}"
    return say("unit_now")


def length(minutes: int | None, say: Callable[[str], str]) -> str:
    """So many minutes in words: ``2 h 5 min``; of days no minutes."""
    if minutes is None:
        return "—"
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "unit_day"), (hours, "unit_hour"), (0 if days else rest, "unit_min"))
    return " ".join(f"{count} {say(name)}" for count, name in parts if count) or f"0 {say('unit_min')}"


@cache
def static(name: str) -> tuple[bytes, str] | None:
    """A file of ours and its kind; a name that is none of ours opens nothing, whatever it says."""
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _KINDS}
    path = files.get(name)
    return None if path is None else (path.read_bytes(), _KINDS[path.suffix])
