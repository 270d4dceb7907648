"""The pages of linking: plain HTML in Greek or English, one style sheet within, no scripts, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dialogues.channels import CHANNELS

FOLDER = Path(__file__).parent / "pages"
LANGUAGES = ("el", "en")


class Pages:
    """Renders; holds nothing of anybody. ``login_url`` is where a form may lead a browser besides ourselves."""

    def __init__(self, login_url: str) -> None:
        self._pages = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = (FOLDER / "page.css").read_text("utf-8")
        self._pages.globals.update(style=style, channels={name: channel.chat for name, channel in CHANNELS.items()})
        self._headers = _headers(style, login_url)

    def page(self, name: str, language: str, status: int = 200, **facts: Any) -> web.Response:
        """``name`` is a template of ``pages/``, which says everything in both languages."""
        text = self._pages.get_template(f"{name}.html").render(language=language, **facts)
        return web.Response(
            text=text, content_type="text/html", charset="utf-8", status=status, headers=dict(self._headers)
        )


def preferred(accept_language: str) -> str:
    """Greek or English, as the browser prefers; Greek when it names neither."""
    named = (part.split(";")[0].strip().lower()[:2] for part in accept_language.split(","))
    return next((language for language in named if language in LANGUAGES), LANGUAGES[0])


def _headers(style: str, login_url: str) -> Mapping[str, str]:
    own = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    door = urlsplit(login_url)
    policy = (
        "default-src 'none'",
        f"style-src 'sha256-{own}'",
        "img-src data:",
        f"form-action 'self' {door.scheme}://{door.netloc}",  # a redirect after a form counts as its action
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
