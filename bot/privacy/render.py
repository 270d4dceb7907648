"""The pages of a copy, in the frame of linking's pages: no scripts, nothing from elsewhere, kept by no browser."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.linking.render import FOLDER as FRAME
from bot.privacy.words import FIELDS, KINDS, VALUES, YES_NO
from dialogues.athens import ATHENS
from dialogues.catalogue import Catalogue

FOLDER = Path(__file__).parent / "pages"
_FREE = frozenset({"text", "note", "title", "address"})  # as somebody wrote it
_STYLE = "\n".join((folder / name).read_text("utf-8") for folder, name in ((FRAME, "page.css"), (FOLDER, "copy.css")))
_OWN = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode("ascii")
_POLICY = (
    "default-src 'none'",
    f"style-src 'sha256-{_OWN}'",
    "img-src data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(_POLICY),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
)


class Pages:
    """Renders; holds nothing of anybody."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._pages = Environment(
            loader=FileSystemLoader([FOLDER, FRAME]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.globals.update(style=_STYLE, kinds=KINDS)
        self._pages.filters.update(shown=shown, field=field, data_url=data_url, columns=self._columns)

    def page(self, name: str, language: str, status: int = 200, **facts: Any) -> web.Response:
        """``name`` is a template of ``pages/``, which says everything in both languages."""
        text = self._pages.get_template(f"{name}.html").render(language=language, **facts)
        return web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=dict(HEADERS))

    def _columns(self, row: Mapping[str, Any], fields: Sequence[str], language: str) -> list[tuple[str, str]]:
        """(name, text) of what there is to read in a row."""
        found = [(name, row.get(name)) for name in fields if row.get(name) not in (None, "")]
        return [(name, self._text(row, name, value, language)) for name, value in found]

    def _text(self, row: Mapping[str, Any], name: str, value: Any, language: str) -> str:
        if name in _FREE:
            return str(value)
        stage = self._catalogue.stage(row["procedure"], value) if name == "stage" else None
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
