"""The pages of a copy: how its kinds, columns and values are shown."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.privacy.words import FIELDS, KINDS, VALUES, YES_NO
from bot.web.pages import Pages
from dialogues.athens import ATHENS
from dialogues.catalogue import Catalogue

FOLDER = Path(__file__).parent / "pages"
_FREE = frozenset({"text", "note", "title", "address"})  # as somebody wrote it


def copy_pages(catalogue: Catalogue) -> Pages:
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "field": field,
        "data_url": data_url,
        "columns": Columns(catalogue),
    }
    return Pages(FOLDER, style="copy.css", values={"kinds": KINDS}, filters=filters)


@dataclass(frozen=True, slots=True)
class Columns:
    """Of a row, (name, text) of what there is to read in it."""

    catalogue: Catalogue

    def __call__(self, row: Mapping[str, Any], fields: Sequence[str], language: str) -> list[tuple[str, str]]:
        found = [(name, row.get(name)) for name in fields if row.get(name) not in (None, "")]
        return [(name, self._text(row, name, value, language)) for name, value in found]

    def _text(self, row: Mapping[str, Any], name: str, value: Any, language: str) -> str:
        if name in _FREE:
            return str(value)
        stage = self.catalogue.stage(row["procedure"], value) if name == "stage" else None
        return stage.title[language] if stage else shown(value, language)


def field(name: str, language: str) -> str:
    """A column's name as a citizen would say it; a name that has no words yet as it is."""
    return FIELDS.get(name, {}).get(language, name.replace("_", " "))


def shown(value: Any, language: str) -> str:
    """A value to be read: times by Athens' clock, yes and no in words."""
    if isinstance(value, bool):
        return YES_NO[value][language]
    if isinstance(value, datetime):
        return f"{value.astimezone(ATHENS):%d/%m/%Y %H:%M}"
    if not isinstance(value, str):
        return str(value)
    return VALUES[value][language] if value in VALUES else _time(value) or value


def _time(text: str) -> str | None:
    """An instant or a day in ISO, written as people here write it."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"{instant:%d/%m/%Y}" if len(text) == len("2026-11-23") else f"{instant.astimezone(ATHENS):%d/%m/%Y %H:%M}"


def data_url(text: str) -> str:
    """The file within the page: nothing is fetched for it, so the link need not work twice."""
    return "data:application/json;base64," + base64.b64encode(text.encode()).decode("ascii")
