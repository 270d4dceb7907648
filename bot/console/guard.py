"""Who may do what below ``/console/``: a session, a right, and, of what changes something, a page of ours that asks."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.conversation.arranged import Arranged, refresh
from bot.runtime import Clock
from bot.store import Store
from bot.web.body import RequestRefused, read_body
from bot.web.browser import from_elsewhere
from bot.web.pages import SAFETY
from casestore.staff.model import Right, Session
from casestore.staff.sessions import LONGEST

MAX_BODY = 32 * 1024
CSRF = "X-CSRF-Token"
_LONGEST_TOKEN = 128
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types console"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    **SAFETY,
    "Referrer-Policy": "same-origin",  # with "no-referrer" browsers say of our own forms that they come from "null"
}

Signed = Callable[[web.Request, Session], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(data: Mapping[str, Any], status: int = 200) -> web.Response:
    """JSON that no browser keeps or guesses at."""
    text = json.dumps(data, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json", headers=dict(HEADERS))


def refusal(status: int, error: str, **more: Any) -> web.Response:
    return answer({"error": error, **more}, status)


class Guard:
    """The session's cookie, and what is asked of who brings it. ``url``: the service's own, as browsers know it;
    https or not is as in :class:`bot.web.browser.BrowserCookie`. What is ``arranged`` is
    as it stands, in each request."""

    def __init__(self, store: Store, clock: Clock, *, url: str, arranged: Sequence[Arranged[Any]] = ()) -> None:
        self._store = store
        self._arranged = arranged
        self._clock = clock
        self._secure = url.startswith("https://")
        self._host = urlsplit(url).netloc.lower()
        self.cookie = "__Host-counter-staff" if self._secure else "counter-staff"

    def write(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its session; an empty token takes it away."""
        if not token:
            response.del_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")
            return
        most = int(LONGEST.total_seconds())
        response.set_cookie(
            self.cookie, token, max_age=most, path="/", httponly=True, secure=self._secure, samesite="Lax"
        )

    def token(self, request: web.Request) -> str:
        brought = request.cookies.get(self.cookie, "")
        return brought if brought.isascii() and len(brought) <= _LONGEST_TOKEN else ""

    async def session(self, request: web.Request) -> Session | None:
        token = self.token(request)
        found = await self._store.sessions.find(token, self._clock()) if token else None
        if found is not None:
            await refresh(self._store, *self._arranged)
        return found

    def csrf(self, session: Session) -> str:
        """Follows from the session and our key: a page of ours shows it, no other page can read it."""
        return self._store.vault.index("console-csrf", session.token_key)

    def is_elsewhere(self, request: web.Request) -> bool:
        """Did another site's page send this? Browsers say so twice; of what names no origin nobody does."""
        origin = request.headers.get("Origin")
        if origin is None or from_elsewhere(request):
            return from_elsewhere(request)
        scheme, _, host = origin.lower().partition("://")
        return scheme not in ("https", "http") or host not in (self._host, request.host.lower())

    def is_ours(self, request: web.Request, session: Session, brought: str) -> bool:
        return not self.is_elsewhere(request) and hmac.compare_digest(
            brought.encode("utf-8", "replace"), self.csrf(session).encode()
        )

    def api(self, handler: Signed, right: Right | None = None, *, active: bool = True) -> Handler:
        """401 without a session, 403 without the right, or where no page of ours asks. ``active``: a person did this,
        so the session goes on."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.session(request)
            if session is None:
                return refusal(401, "sign-in")
            if right is not None and not session.member.may(right):
                return refusal(403, "right")
            if request.method != "GET" and not self.is_ours(request, session, request.headers.get(CSRF, "")):
                return refusal(403, "csrf")
            if active:
                await self._store.sessions.seen(session, self._clock())
            try:
                return await handler(request, session)
            except RequestRefused as refused:
                return refusal(refused.status, refused.text)

        return guarded

    def page(self, handler: Signed, *, active: bool = True) -> Handler:
        """To the sign-in without a session. ``active`` as above: what a page reads again by itself is no person."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            session = await self.session(request)
            if session is None:
                raise web.HTTPSeeOther("/console/login", headers=dict(HEADERS))
            if active:
                await self._store.sessions.seen(session, self._clock())
            return await handler(request, session)

        return guarded


async def read_json(request: web.Request) -> Mapping[str, Any]:
    """The body, an object. Raises :class:`bot.web.body.RequestRefused`."""
    body = await read_body(request, limit=MAX_BODY)
    try:
        data = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise RequestRefused(400, "no JSON") from None
    if not isinstance(data, dict):
        raise RequestRefused(400, "no JSON object")
    return data


def text_of(data: Mapping[str, Any], name: str) -> str:
    """A text of it; empty where there is none. Raises :class:`bot.web.body.RequestRefused`."""
    value = data.get(name, "")
    if not isinstance(value, str) or "\x00" in value:
        raise RequestRefused(422, f"{name} is no text")
    return value.encode("utf-8", "replace").decode("utf-8")


def version_of(data: Mapping[str, Any]) -> int:
    """Likewise: the version of the ownership as it was read."""
    value = data.get("version")
    if type(value) is not int or not 0 <= value < 2**31:
        raise RequestRefused(422, "version is no number")
    return value
