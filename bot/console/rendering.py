"""Templates and words of the console's pages. ``words.yml`` says everything in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.console.desks import load_desks
from bot.console.guard import HEADERS
from bot.runtime import Clock
from casestore.people.quiet_hours import ATHENS
from dialogues.say import LocalizedText

FOLDER = Path(__file__).parent / "pages"
WORDS = Path(__file__).parent / "words.yml"
_STATIC = FOLDER / "static"
_KINDS: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def load_words(file: Path = WORDS) -> Mapping[str, LocalizedText]:
    found: dict[str, LocalizedText] = yaml.safe_load(file.read_text("utf-8"))
    return found


class Rendering:
    """Renders a template for one employee's language."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, language: str, status: int = 200, /, **values: Any) -> web.Response:
        """``name`` is a template."""
        words, now = load_words(), self._clock()

        def say(key: str) -> str:
            return words[key][language] if key in words else key.partition("_")[2]

        shown = self._templates.get_template(f"{name}.html").render(
            language=language,
            t=say,
            desks=load_desks(),
            clock=lambda at: clock_of(at, now),
            day=lambda on: f"{date.fromisoformat(on):%-d/%-m/%Y}",
            ago=lambda at: ago(at, now, say),
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


@cache
def static(name: str) -> tuple[bytes, str] | None:
    """A file of ours and its kind; a name that is none of ours opens nothing, whatever it says."""
    files = {path.name: path for path in _STATIC.iterdir() if path.suffix in _KINDS}
    path = files.get(name)
    return None if path is None else (path.read_bytes(), _KINDS[path.suffix])
