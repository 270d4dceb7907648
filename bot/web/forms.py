"""Forms that only a page of ours can send, and only the browser that got it.

A form is read as bytes and as UTF-8, whatever charset its sender claims: the library's own reading decodes it in any
codec of Python's, some of which take a second for 60 KB.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

from bot.web.body import READ_WITHIN, read_body
from bot.web.browser import BrowserCookie, from_elsewhere
from casestore.vault import Vault

MAX_FORM = 1024  # bytes; ours has one field
FIELD = "form"  # of the token
_TYPE = "application/x-www-form-urlencoded"


async def read_form(request: web.Request, *, limit: int = MAX_FORM, within: float = READ_WITHIN) -> Mapping[str, str]:
    """The fields of a form, of two alike the last; none where the body is of another type, which is not read then.

    Raises :class:`bot.web.body.RequestRefused` for a body over ``limit`` bytes, and for one that cannot be read.
    """
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _TYPE:
        return {}
    body = await read_body(request, limit=limit, within=within)
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


@dataclass(frozen=True, slots=True)
class FormGuard:
    """``purpose`` keeps one feature's tokens from opening another's forms."""

    vault: Vault
    cookie: BrowserCookie
    purpose: str
    within: float = READ_WITHIN

    def token(self, secret: str, subject: str) -> str:
        """What a page puts into its form, for the browser with this secret and for this subject."""
        return self.vault.index(self.purpose, f"{secret}:{subject}")

    async def accepts(self, request: web.Request, subject: str) -> bool:
        """Is this form from a page of ours, sent by the browser that got it? Nothing is read of who has no cookie.

        Raises :class:`bot.web.body.RequestRefused` as :func:`read_form`.
        """
        secret = self.cookie.read(request)
        if not secret or from_elsewhere(request):
            return False
        sent = (await read_form(request, within=self.within)).get(FIELD, "")
        return hmac.compare_digest(sent.encode(), self.token(secret, subject).encode())
