"""The State's login: OAuth2 code flow (RFC 6749, 4.1) with state and PKCE (RFC 7636), and who came back from it.

``<base>/<realm>/oauth/authorize``, ``/oauth/token``, ``/userinfo?format=xml``. The caller keeps :class:`Started`
with the chat that asked, gives it back once, and lets it expire: a login belongs to the chat that began it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

import aiohttp
from stdnum.gr import vat

from connectors import xmltree
from connectors.audit import Audit, AuditEntry
from connectors.call_audit import CallAudit
from connectors.call_policy import CallPolicy, Limits
from connectors.registry import RegistryRefused
from connectors.runtime import Runtime
from connectors.wire import FOREIGN, Answer, BadStatus, Malformed, read_at_most, translate

REGISTRY = "login"
_ANSWER_BYTES = 65_536
_AFM = re.compile(r"(?!0{9})[0-9]{9}")  # nine zeros have a right check digit and are nobody's
_LIMITS = Limits(deadline=5.0)  # a person waits at a browser, which is used to more than a chat is


class Realm(StrEnum):
    """Whose login it is, by its path."""

    CITIZENS = "oauth2server"
    CITIZENS_WITH_CODE = "oauth2serverotp"
    CIVIL_SERVANTS = "oauth2servergov"


class LoginCancelled(RegistryRefused):
    """The person did not want to. ``reason`` is ``access_denied``."""


@dataclass(frozen=True, slots=True)
class Started:
    """A login that has begun: where to send the browser, and the two secrets that its end is checked with."""

    url: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Who logged in, as the State knows them. ``user`` is the login's own name for them; empty where it tells none."""

    afm: str = field(repr=False)
    first: str = field(repr=False)
    last: str = field(repr=False)
    user: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """What was agreed with the login: our name and secret there, and the one address that it sends people back to."""

    name: str
    secret: str = field(repr=False)
    redirect_uri: str


class Login:
    """``base`` is the login's, with no path. ``new_secret`` gives at least 43 unguessable URL-safe characters."""

    def __init__(
        self,
        base: str,
        client: Client,
        *,
        session: aiohttp.ClientSession,
        audit: Audit,
        runtime: Runtime,
        realm: Realm = Realm.CITIZENS,
        limits: Limits = _LIMITS,
        unit: str = "citizen-counter",
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._root = f"{base.rstrip('/')}/{realm}"
        self._client = client
        self._session = session
        self._policy = CallPolicy(REGISTRY, limits, runtime)
        self._audit = CallAudit(REGISTRY, audit, runtime, unit)
        self._new_secret = new_secret

    @property
    def state(self) -> str:
        """The breaker's, as :attr:`connectors.ked.Ked.state`."""
        return self._policy.breaker.state

    def start(self) -> Started:
        """Calls nobody."""
        state, verifier = self._new_secret(), self._new_secret()
        query = {
            "response_type": "code",
            "client_id": self._client.name,
            "redirect_uri": self._client.redirect_uri,
            "scope": "read",
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Started(f"{self._root}/oauth/authorize?{urlencode(query)}", state, verifier)

    async def finish(self, query: Mapping[str, str], started: Started) -> Person:
        """Who came back, from the query that the browser brought. Works once.

        Raises :class:`LoginCancelled`; :class:`RegistryRefused` with ``state`` for a query that is not this login's
        answer; :class:`connectors.registry.RegistryError` else.
        """
        if not hmac.compare_digest(query.get("state", "").encode(errors="replace"), started.state.encode()):
            raise RegistryRefused(REGISTRY, "state")
        if query.get("error") == "access_denied":
            raise LoginCancelled(REGISTRY, "access_denied")
        code = query.get("code")
        if not code:
            raise RegistryRefused(REGISTRY, "no code")
        token = await self._run("token", lambda: self._token(code, started.verifier), safe=False)  # a code works once
        person = await self._run("userinfo", lambda: self._userinfo(token["access_token"]), safe=True)
        return Person(**person)

    async def _run(
        self, operation: str, exchange: Callable[[], Awaitable[dict[str, str]]], *, safe: bool
    ) -> Mapping[str, str]:
        async def attempt(end: float) -> Answer:
            async def bounded(_: AuditEntry) -> Answer:
                try:
                    async with asyncio.timeout_at(end):
                        return Answer(await exchange(), "")
                except FOREIGN as error:
                    raise translate(REGISTRY, error) from error

            return await self._audit.call(operation, "", end, bounded)

        return (await self._policy.run(attempt, safe=safe)).output

    async def _token(self, code: str, verifier: str) -> dict[str, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "client_id": self._client.name,
            "client_secret": self._client.secret,
            "code_verifier": verifier,
        }
        url = f"{self._root}/oauth/token"
        async with self._session.post(url, data=form, allow_redirects=False) as response:
            return {"access_token": _access_token(response.status, await read_at_most(response, _ANSWER_BYTES))}

    async def _userinfo(self, token: str) -> dict[str, str]:
        url, headers = f"{self._root}/userinfo?format=xml", {"Authorization": f"Bearer {token}"}
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            return read_userinfo(response.status, await read_at_most(response, _ANSWER_BYTES), response.charset)


def challenge(verifier: str) -> str:
    """PKCE's S256: what is told before, of a secret that is shown after."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode("ascii").rstrip("=")


def _access_token(status: int, body: bytes) -> str:
    if status != 200:
        raise BadStatus(status)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("json") from None  # the cause may quote the token
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise Malformed("access_token")
    return token


def read_userinfo(status: int, body: bytes, charset: str | None = None) -> dict[str, str]:
    """``<root><userinfo taxid="…" firstname="…" lastname="…"/></root>``, its values padded with blanks. ``charset``: as
    the answer's header says."""
    if status != 200:
        raise BadStatus(status)
    try:
        info = xmltree.read(body, charset).child("userinfo")
    except xmltree.BadXml:
        raise Malformed("xml") from None
    if info is None:
        raise Malformed("userinfo")
    said = {name: info.attributes.get(name, "").strip() for name in ("taxid", "firstname", "lastname", "userid")}
    if not _AFM.fullmatch(said["taxid"]) or not vat.is_valid(said["taxid"]):
        raise Malformed("taxid")
    return {"afm": said["taxid"], "first": said["firstname"], "last": said["lastname"], "user": said["userid"]}
