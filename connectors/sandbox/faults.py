"""Trouble on demand: a service that is slow, broken, silent or wrong, so many times or until it is put right."""

from __future__ import annotations

import asyncio
import json
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
SERVICES = frozenset({TOKEN, CONTACTS, EVENTS, *BOOKS})

_WRONG: dict[str, Any] = {"stage": 7, "mobile": 7, "access_token": 7}
"""For a wrong field: these keys, wherever they stand, get a value of the wrong type."""


class Kind(StrEnum):
    SLOW = "slow"  # answers after ``seconds``
    ERROR = "error"  # answers 500
    MALFORMED = "malformed"  # answers 200 with something that is not JSON
    HANG = "hang"  # never answers, while the fault stands
    WRONG_FIELD = "wrong-field"  # answers with a field of the wrong type
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
    """Which service a path belongs to; ``None`` for the admin API and the clerk's page."""
    if path == "/oauth/token":
        return TOKEN
    parts = path.split("/")
    return _BY_PATH.get(parts[2]) if len(parts) > 2 and parts[1] == "esb" else None


_BY_PATH = {f"{book.service}RestService": book.registry for book in BOOKS.values()}
_BY_PATH[f"{CONTACT_SERVICE}RestService"] = CONTACTS


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
        return web.Response(status=500, text="<html>Internal Server Error</html>", content_type="text/html")
    if fault.kind is Kind.MALFORMED:
        return web.Response(text='{"unfinished": ', content_type="application/json")
    response = await handler(request)
    return _spoilt(response) if fault.kind is Kind.WRONG_FIELD else response


def _spoilt(response: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(response, web.Response) or response.text is None:
        return response
    return web.json_response(_wrong(json.loads(response.text)), status=response.status)


def _wrong(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _WRONG.get(key, _wrong(inner)) for key, inner in value.items()}
    return [_wrong(inner) for inner in value] if isinstance(value, list) else value
