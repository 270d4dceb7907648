"""The sandbox State's pages: one set of templates, plain HTML without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.sandbox.books import BOOKS, DOCUMENT_WORDS, OUTCOME_WORDS
from connectors.sandbox.paperwork import DETAIL_WORDS, STATE_WORDS

FOLDER = Path(__file__).parent / "pages"
PAGES = web.AppKey("pages", Environment)
_ATHENS = ZoneInfo("Europe/Athens")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # without any, a browser would call its own forms' origin null: see guard.py
    "X-Content-Type-Options": "nosniff",
}


def environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["day"] = lambda day: f"{day:%d/%m/%Y}" if day else "—"
    pages.filters["moment"] = lambda at: f"{at.astimezone(_ATHENS):%d/%m/%Y, %H:%M}"
    pages.globals.update(
        books=BOOKS,
        document_words=DOCUMENT_WORDS,
        outcome_words=OUTCOME_WORDS,
        detail_words=DETAIL_WORDS,
        state_words=STATE_WORDS,
    )
    return pages


def page(request: web.Request, name: str, status: int = 200, **facts: Any) -> web.Response:
    text = request.app[PAGES].get_template(name).render(facts)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status, headers=_HEADERS)
