"""The State's login: OAuth2 code flow with PKCE (RFC 6749, RFC 7636), and a page on which a person is picked.

Three realms, by path: citizens, citizens with a one-time code, civil servants. Nobody has a password here: it is a
sandbox. What may be asked of it, and what it refuses, is as a real one's.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import islice

from aiohttp import web
from yarl import URL

from connectors.login import challenge
from connectors.sandbox.faults import REALMS, told
from connectors.sandbox.model import Citizen
from connectors.sandbox.render import page
from connectors.sandbox.seed import CIVIL_SERVANTS
from connectors.sandbox.services import STATE
from connectors.sandbox.state import State

ONE_TIME_CODE = "246810"
_CODE_LIFE = 60.0  # seconds
_TOKEN_LIFE = 300.0
_LISTED = 8
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_PAD = 24  # the real one pads its values with blanks
_CITIZENS, _WITH_CODE, _SERVANTS = REALMS
_TITLES: Mapping[str, str] = {
    _CITIZENS: "Σύνδεση πολίτη",
    _WITH_CODE: "Σύνδεση πολίτη με κωδικό μίας χρήσης",
    _SERVANTS: "Σύνδεση υπαλλήλου του Δημοσίου",
}


@dataclass(frozen=True, slots=True)
class Granted:
    """A code that was given out: for whom, and what must come back with it."""

    realm: str
    person: Citizen
    redirect_uri: str
    challenge: str
    until: float


class Logins:
    """``redirects`` are the addresses to which people may be sent back; on this machine any may be."""

    def __init__(
        self, client_id: str, client_secret: str, ticks: Callable[[], float], redirects: Collection[str] = ()
    ) -> None:
        self.client_id = client_id
        self._secret = client_secret
        self._ticks = ticks
        self._redirects = frozenset(redirects)
        self._codes: dict[str, Granted] = {}
        self._tokens: dict[str, tuple[str, Citizen, float]] = {}
        self._spent: dict[str, str] = {}

    def may_return_to(self, uri: str) -> bool:
        try:
            url = URL(uri)
        except ValueError:
            return False
        loopback = url.host in _LOOPBACK and url.scheme in ("http", "https") and not url.fragment
        return loopback or uri in self._redirects

    def grant(self, realm: str, person: Citizen, redirect_uri: str, pkce: str) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = Granted(realm, person, redirect_uri, pkce, self._ticks() + _CODE_LIFE)
        return code

    def exchange(self, realm: str, form: Mapping[str, str]) -> str | None:
        """A token for a code, once. A code that comes twice was stolen: its token ends (RFC 6749, 4.1.2)."""
        code = form.get("code", "")
        granted = self._codes.pop(code, None)
        if granted is None:
            self._tokens.pop(self._spent.pop(code, ""), None)
            return None
        if not _fits(granted, realm, form) or self._ticks() >= granted.until:
            return None
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (realm, granted.person, self._ticks() + _TOKEN_LIFE)
        self._spent[code] = token
        return token

    def is_client(self, form: Mapping[str, str]) -> bool:
        given = f"{form.get('client_id', '')}:{form.get('client_secret', '')}".encode()
        return hmac.compare_digest(given, f"{self.client_id}:{self._secret}".encode())

    def whose(self, realm: str, authorization: str) -> Citizen | None:
        scheme, _, token = authorization.partition(" ")
        of, person, until = self._tokens.get(token, ("", None, 0.0))
        return person if scheme == "Bearer" and of == realm and self._ticks() < until else None


def _fits(granted: Granted, realm: str, form: Mapping[str, str]) -> bool:
    verifier = form.get("code_verifier", "")
    proven = challenge(verifier) == granted.challenge if granted.challenge else not verifier
    return granted.realm == realm and granted.redirect_uri == form.get("redirect_uri") and proven


LOGINS = web.AppKey("logins", Logins)


def add_login(app: web.Application) -> None:
    """The app holds ``LOGINS``, ``STATE`` and the pages."""
    for realm in REALMS:
        app.add_routes(
            [
                web.get(f"/{realm}/oauth/authorize", partial(_ask, realm)),
                web.post(f"/{realm}/oauth/authorize", partial(_decide, realm)),
                web.post(f"/{realm}/oauth/token", partial(_token, realm)),
                web.get(f"/{realm}/userinfo", partial(_userinfo, realm)),
            ]
        )


# The page


async def _ask(realm: str, request: web.Request) -> web.StreamResponse:
    """``?response_type=code&client_id=&redirect_uri=&state=&code_challenge=&code_challenge_method=S256``."""
    return _strange(request) or _login_page(realm, request, "")


async def _decide(realm: str, request: web.Request) -> web.StreamResponse:
    strange = _strange(request)
    if strange is not None:
        return strange
    form = {name: str(value).strip() for name, value in (await request.post()).items()}
    if form.get("act") == "cancel":
        raise _back(request, error="access_denied")
    person = _people(realm, request.app[STATE]).get(form.get("other") or form.get("person", ""))
    if person is None:
        return _login_page(realm, request, "Δεν βρέθηκε πρόσωπο με αυτόν τον ΑΦΜ.")
    if realm == _WITH_CODE and form.get("code") != ONE_TIME_CODE:
        return _login_page(realm, request, "Ο κωδικός μίας χρήσης δεν είναι σωστός.")
    query = request.query
    raise _back(
        request,
        code=request.app[LOGINS].grant(realm, person, query["redirect_uri"], query.get("code_challenge", "")),
    )


def _login_page(realm: str, request: web.Request, problem: str) -> web.Response:
    people = _people(realm, request.app[STATE])
    return page(
        request,
        "login.html",
        status=400 if problem else 200,
        title=_TITLES[realm],
        problem=problem,
        people=tuple(islice(people.values(), _LISTED)),
        more=len(people) > _LISTED,
        one_time_code=ONE_TIME_CODE if realm == _WITH_CODE else "",
        client=request.app[LOGINS].client_id,
        action=str(request.rel_url),
    )


def _people(realm: str, state: State) -> Mapping[str, Citizen]:
    return {one.afm: one for one in CIVIL_SERVANTS} if realm == _SERVANTS else state.citizens


def _strange(request: web.Request) -> web.Response | None:
    """A question that is not answered. To an address that was not agreed, nobody is sent (RFC 6749, 4.1.2.1)."""
    query, logins = request.query, request.app[LOGINS]
    if query.get("client_id") != logins.client_id or not logins.may_return_to(query.get("redirect_uri", "")):
        return page(request, "login_strange.html", status=400)
    if query.get("response_type") != "code":
        raise _back(request, error="unsupported_response_type")
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        raise _back(request, error="invalid_request")
    return None


def _back(request: web.Request, **answer: str) -> web.HTTPSeeOther:
    state = {"state": request.query["state"]} if "state" in request.query else {}
    return web.HTTPSeeOther(URL(request.query["redirect_uri"]).update_query({**answer, **state}))


# What the counter asks


async def _token(realm: str, request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    logins = request.app[LOGINS]
    if not logins.is_client(form):
        return web.json_response({"error": "invalid_client"}, status=401)
    if form.get("grant_type") != "authorization_code":
        return web.json_response({"error": "unsupported_grant_type"}, status=400)
    token = logins.exchange(realm, form)
    if token is None:
        return web.json_response({"error": "invalid_grant"}, status=400)
    answer = {"access_token": token, "token_type": "bearer", "expires_in": int(_TOKEN_LIFE), "scope": "read"}
    return web.json_response(told(request, answer))


async def _userinfo(realm: str, request: web.Request) -> web.Response:
    """``?format=xml``: the only format there is."""
    person = request.app[LOGINS].whose(realm, request.headers.get("Authorization", ""))
    if person is None:
        return web.json_response({"error": "invalid_token"}, status=401)
    facts = told(
        request,
        {"userid": f"U{person.afm}", "taxid": person.afm, "lastname": person.last, "firstname": person.first},
    )
    inside = " ".join(f'{name}="{escape(value.ljust(_PAD))}"' for name, value in facts.items())
    return web.Response(
        text=f'<?xml version="1.0" encoding="UTF-8"?><root><userinfo {inside}/></root>', content_type="text/xml"
    )
