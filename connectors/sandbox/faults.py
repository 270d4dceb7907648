"""Trouble on demand: a service that is slow, broken, silent or wrong, so many times or until it is put right."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.sandbox.books import BOOKS, CONTACT_SERVICE

TOKEN = "token"  # noqa: S105  a service's name, not a secret
CONTACTS = "contacts"
EVENTS = "events"
LOGIN = "login"
SERVICES = frozenset({TOKEN, CONTACTS, EVENTS, LOGIN, *BOOKS})
REALMS = ("oauth2server", "oauth2serverotp", "oauth2servergov")

_ODD = {"unexpected": 7}
_WRONG: dict[str, Any] = {
    **dict.fromkeys(("stage", "mobile", "access_token", "certificate", "content"), _ODD),
    "taxid": "χωρίς",
}
"""For a wrong field: these keys, wherever they stand, get a value that is not of the agreed type."""
_SOMEBODY_ELSE = {"afm": "090000094"}


class Kind(StrEnum):
    SLOW = "slow"  # answers after ``seconds``
    ERROR = "error"  # answers 500
    MALFORMED = "malformed"  # answers 200 with something that is not JSON
    HANG = "hang"  # never answers, while the fault stands
    WRONG_FIELD = "wrong-field"  # answers with a field of the wrong type
    WRONG_CITIZEN = "wrong-citizen"  # answers with what is another citizen's
    UNANSWERED = "unanswered"  # does what was asked, and then answers 500
    LOST = "lost"  # events only: never sent
    LATE = "late"  # events only: sent after the one that follows it


@dataclass(frozen=True, slots=True)
class Fault:
    """``times`` is how many requests it still meets; ``None`` until it is cleared."""

    kind: Kind
    seconds: float = 0.0
    times: int | None = None


class Faults:
    """The faults in force, by service."""

    def __init__(self) -> None:
        self._standing: dict[str, Fault] = {}
        self._cleared: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def put(self, service: str, fault: Fault) -> None:
        self.clear(service)
        self._standing[service] = fault

    def clear(self, service: str) -> None:
        """Put it right: what hangs goes on."""
        self._standing.pop(service, None)
        self._cleared.pop(service, asyncio.Event()).set()

    def clear_all(self) -> None:
        for service in {*self._standing, *self._cleared}:
            self.clear(service)

    async def until_cleared(self, service: str) -> None:
        await self._cleared[service].wait()

    def standing(self) -> dict[str, Fault]:
        return dict(self._standing)

    def take(self, service: str) -> Fault | None:
        """The fault that this request meets, counted."""
        fault = self._standing.get(service)
        if fault is None or fault.times is None:
            return fault
        if fault.times > 1:
            self._standing[service] = replace(fault, times=fault.times - 1)
        else:
            del self._standing[service]
        return fault


FAULTS = web.AppKey("faults", Faults)


def service_of(path: str) -> str | None:
    """Which service a path belongs to; ``None`` for the admin API and the pages."""
    return TOKEN if path == "/oauth/token" else _BY_PATH.get("/".join(path.split("/")[1:3]), _LOGIN_PATHS.get(path))


_SERVICES = {CONTACT_SERVICE: CONTACTS, **{book.service: book.registry for book in BOOKS.values()}}
_BY_PATH = {f"esb/{service}{end}": name for service, name in _SERVICES.items() for end in ("", "RestService")}
_LOGIN_PATHS = {f"/{realm}/{end}": LOGIN for realm in REALMS for end in ("oauth/token", "userinfo")}

_SPOIL: web.RequestKey[dict[str, Any]] = web.RequestKey("spoil", dict)


def told(request: web.Request, record: dict[str, Any]) -> dict[str, Any]:
    """What a service is about to say, spoilt if that is the fault which its request met."""
    spoilt: dict[str, Any] = _replaced(record, request.get(_SPOIL, {}))
    return spoilt


@web.middleware
async def with_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    service = service_of(request.path)
    fault = request.app[FAULTS].take(service) if service else None
    if service is None or fault is None:
        return await handler(request)
    if fault.kind is Kind.SLOW:
        await asyncio.sleep(fault.seconds)
    if fault.kind is Kind.HANG:
        await request.app[FAULTS].until_cleared(service)
    if fault.kind is Kind.ERROR:
        return _broken()
    if fault.kind is Kind.MALFORMED:
        return web.Response(text='{"unfinished": ', content_type="application/json")
    if fault.kind in _SPOILT:
        request[_SPOIL] = _SPOILT[fault.kind]
    response = await handler(request)
    return _broken() if fault.kind is Kind.UNANSWERED else response


_SPOILT = {Kind.WRONG_FIELD: _WRONG, Kind.WRONG_CITIZEN: _SOMEBODY_ELSE}


def _broken() -> web.Response:
    return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")


def _replaced(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: values.get(key, _replaced(inner, values)) for key, inner in value.items()}
    return [_replaced(inner, values) for inner in value] if isinstance(value, list) else value
