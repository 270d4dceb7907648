"""Pages for a citizen's browser: plain HTML in Greek or English, one style sheet within, nothing from elsewhere, kept
by no browser. All work without scripts; the one that a feature may have is within its page as well.

``templates/`` holds what all pages share; a feature has its own templates, which extend ``base.html``, and its words.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialogues.say import LocalizedText

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("el", "en")
SAFETY: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorry:
    """Why somebody does not get what they came for, and what they can do: ``hint``, and the words for the chat."""

    status: int
    heading: LocalizedText
    reason: LocalizedText
    hint: LocalizedText
    say: LocalizedText


class Pages:
    """Renders the templates of ``folder``; holds nothing of anybody. ``style`` is a sheet of that folder besides the
    common one, ``script`` a module of it that a template may hold (``script``) and that may ask ourselves, ``forms_to``
    an address that a form may lead a browser to besides ourselves.

    ``values`` and ``filters`` are what the templates can use. ``headers`` go with every answer that is for one browser.
    """

    def __init__(
        self,
        folder: Path,
        *,
        style: str = "",
        script: str = "",
        forms_to: str = "",
        values: Mapping[str, Any] = MappingProxyType({}),
        filters: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
    ) -> None:
        self._templates = Environment(
            loader=FileSystemLoader([folder, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        sheets = [TEMPLATES / "page.css", *([folder / style] if style else [])]
        css = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
        program = (folder / script).read_text("utf-8") if script else ""
        self._templates.globals.update(values, style=css, script=program)
        self._templates.filters.update(filters)
        self.headers: Mapping[str, str] = MappingProxyType(
            {"Content-Security-Policy": _policy(css, program, forms_to), **SAFETY}
        )

    def page(self, name: str, language: str, status: int = 200, /, **values: Any) -> web.Response:
        """``name`` is a template, which says everything in both languages."""
        text = self._templates.get_template(f"{name}.html").render(language=language, **values)
        return web.Response(
            text=text, content_type="text/html", charset="utf-8", status=status, headers=dict(self.headers)
        )

    def sorry(self, sorry: Sorry, language: str) -> web.Response:
        """What the feature has to add to it is in its ``sorry_more.html``."""
        return self.page("sorry", language, sorry.status, sorry=sorry)


def language_of(request: web.Request) -> str:
    """The browser's language (:func:`preferred`)."""
    return preferred(request.headers.get("Accept-Language", ""))


def preferred(accept_language: str) -> str:
    """Greek or English, whichever is named first; Greek when neither is."""
    named = (part.split(";")[0].strip().lower()[:2] for part in accept_language.split(","))
    return next((language for language in named if language in LANGUAGES), LANGUAGES[0])


def _policy(css: str, program: str, forms_to: str) -> str:
    running = (f"script-src {_own(program)}", "connect-src 'self'") if program else ()
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_own(css)}",
            *running,
            "img-src data:",
            f"form-action 'self'{_origin(forms_to)}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def _own(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _origin(url: str) -> str:
    """For ``form-action``: a redirect after a form counts as its action."""
    place = urlsplit(url)
    return f" {place.scheme}://{place.netloc}" if url else ""
