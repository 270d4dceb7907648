"""The link that a chat was sent: a page to begin on, the way to the State's login, and the code at its end.

    GET  /link/{token}   says what this is; changes nothing, for previews open links too
    POST /link/{token}   the login begins in this browser: state and PKCE, both bound to it
    GET  /link/back      who came back? Shown a code, which only counts when typed into the chat that asked

Nothing here tells whether anybody is known to us, and no page names a citizen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import structlog
from aiohttp import web

from bot.linking import words
from bot.linking.completion import LinkEnded, LoginCompletion
from bot.runtime import Clock
from bot.web.browser import BrowserCookie
from bot.web.forms import FormGuard
from bot.web.one_time import token_of
from bot.web.pages import Pages, Sorry, language_of
from casestore.people.login_links import LoginLinks, Refused, Taken
from connectors.audit import CallCause, audit_cause
from connectors.login import Login, LoginCancelled, Person, Started
from connectors.registry import RegistryError, RegistryUnavailable
from dialogues.athens import ATHENS

_SORRY: Mapping[Refused, Sorry] = MappingProxyType(
    {
        Refused.UNKNOWN: words.UNKNOWN,
        Refused.EXPIRED: words.EXPIRED,
        Refused.USED: words.USED,
        Refused.BROWSER: words.BROWSER,
    }
)

log = structlog.get_logger(__name__)


class LinkPages:
    """``new_token`` gives a fresh unguessable secret for a browser."""

    def __init__(
        self,
        *,
        links: LoginLinks,
        completion: LoginCompletion,
        login: Login,
        pages: Pages,
        cookie: BrowserCookie,
        forms: FormGuard,
        new_token: Callable[[], str],
        clock: Clock,
    ) -> None:
        self._links = links
        self._completion = completion
        self._login = login
        self._pages = pages
        self._cookie = cookie
        self._forms = forms
        self._new_token = new_token
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """``back`` comes first: it is no token. A look ahead without a body (HEAD) is not a way back."""
        return [
            web.get("/link/back", self.back, allow_head=False),
            web.get("/link/{token}", self.show),
            web.post("/link/{token}", self.start),
        ]

    async def show(self, request: web.Request) -> web.Response:
        token = token_of(request)
        link = await self._links.find(token, self._clock())
        if isinstance(link, Refused):
            return self._sorry(request, _SORRY[link], await self._links.language(token))
        secret = self._cookie.read(request) or self._new_token()
        at = f"{link.created_at.astimezone(ATHENS):%H:%M}"
        form = self._forms.token(secret, token)
        page = self._pages.page("begin", link.language, channel=link.channel, at=at, form=form)
        self._cookie.write(page, secret)
        return page

    async def start(self, request: web.Request) -> web.Response:
        token = token_of(request)
        if not await self._forms.accepts(request, token):
            return self._sorry(request, words.FORM)
        started, browser = self._login.start(), self._new_token()
        link = await self._links.start(token, started.state, started.verifier, browser, self._clock())
        if isinstance(link, Refused):
            return self._sorry(request, _SORRY[link], await self._links.language(token))
        away = web.Response(status=303, headers={"Location": started.url, "Cache-Control": "no-store"})
        self._cookie.write(away, browser)  # a new one: what an earlier page had is worth nothing from here on
        return away

    async def back(self, request: web.Request) -> web.Response:
        state, browser = request.query.get("state", ""), self._cookie.read(request)
        taken = await self._links.take(state, browser, self._clock())
        if isinstance(taken, Refused):
            return self._sorry(request, _SORRY[taken])
        if taken.code_id is None:
            return await self._came_back(request, taken, state, browser)
        if not await self._completion.is_open(taken.code_id):
            return self._sorry(request, words.EXPIRED, taken.link.language)
        return self._code(taken, state, browser)

    async def _came_back(self, request: web.Request, taken: Taken, state: str, browser: str) -> web.Response:
        person = await self._who(request, taken, state)
        if isinstance(person, Sorry):
            await self._links.release(taken.link)
            return self._sorry(request, person, taken.link.language)
        try:
            await self._completion.complete(taken.link, person.afm, self._completion.code(taken.link, state, browser))
        except LinkEnded:
            return self._sorry(request, words.EXPIRED, taken.link.language)
        except Exception:
            await self._links.release(taken.link)  # not this person's fault: the link may be used again
            raise
        return self._code(taken, state, browser)

    async def _who(self, request: web.Request, taken: Taken, state: str) -> Person | Sorry:
        """Who logged in, or why we do not know."""
        try:
            with audit_cause(CallCause(protocol=f"login:{taken.link.id}")):
                return await self._login.finish(request.query, Started("", state, taken.verifier))
        except LoginCancelled:
            return words.CANCELLED
        except RegistryError as error:
            log.warning("login.failed", reason=error.reason)
            return words.UNAVAILABLE if isinstance(error, RegistryUnavailable) else words.REFUSED

    def _code(self, taken: Taken, state: str, browser: str) -> web.Response:
        code = self._completion.code(taken.link, state, browser)
        return self._pages.page("code", taken.link.language, channel=taken.link.channel, code=code)

    def _sorry(self, request: web.Request, sorry: Sorry, language: str | None = None) -> web.Response:
        return self._pages.sorry(sorry, language or language_of(request))
