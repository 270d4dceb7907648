"""Who may call the sandbox State's services: one pair, and the tokens it is given for (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable

from aiohttp import web

from connectors.sandbox.faults import told

_LIFE = 900.0  # seconds
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ked"'}


class Tokens:
    """Who may call, and the tokens given out. ``ticks`` are monotonic seconds."""

    def __init__(self, client_id: str, client_secret: str, ticks: Callable[[], float], life: float = _LIFE) -> None:
        self._pair = f"{client_id}:{client_secret}".encode()
        self._ticks = ticks
        self._life = life
        self._until: dict[str, float] = {}
        self.issued = 0

    async def issue(self, request: web.Request) -> web.Response:
        """``POST /oauth/token``."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if not hmac.compare_digest(_basic(request), self._pair):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = secrets.token_urlsafe(24)
        self._until[token] = self._ticks() + self._life
        self.issued += 1
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self._life}
        return web.json_response(told(request, answer))

    def good(self, request: web.Request) -> bool:
        """A token that was given out, or the pair itself."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            return hmac.compare_digest(_basic(request), self._pair)
        return scheme == "Bearer" and self._ticks() < self._until.get(token, float("-inf"))

    def is_pair(self, name: str, secret: str) -> bool:
        return hmac.compare_digest(f"{name}:{secret}".encode(), self._pair)

    def expire_all(self) -> None:
        """Every token given out so far is refused from now on."""
        self._until.clear()


def no_token() -> web.Response:
    return web.json_response({"error": "invalid_token"}, status=401, headers=_CHALLENGE)


def _basic(request: web.Request) -> bytes:
    scheme, _, pair = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return b""
    try:
        return base64.b64decode(pair, validate=True)
    except ValueError:
        return b""


TOKENS = web.AppKey("tokens", Tokens)
