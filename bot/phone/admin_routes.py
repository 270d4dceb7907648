"""For tests and benchmarks in another process: set faults, read what was accepted and posted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from bot.phone.faults import CHANNELS, ChannelName, Faults, Verdict
from bot.phone.phone import Phone

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NEWEST = 1000
T = TypeVar("T")


def admin_routes(phone: Phone) -> list[web.RouteDef]:
    """JSON in the shape of the dataclasses :class:`Faults`, :class:`Verdict`, :class:`bot.phone.journal.Accepted`,
    :class:`bot.phone.journal.Posted`."""
    return [
        web.get("/admin/faults", _read_faults(phone)),
        web.put("/admin/faults/{channel}", _set_faults(phone)),
        web.post("/admin/faults/{channel}/script", _script(phone)),
        web.get("/admin/counts", _counts(phone)),
        web.get("/admin/accepted", _notes(lambda: phone.journal.accepted)),
        web.get("/admin/posted", _notes(lambda: phone.journal.posted)),
        web.post("/admin/clear", _clear(phone)),
    ]


def _read_faults(phone: Phone) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response({name: asdict(faults) for name, faults in phone.faults.in_force().items()})

    return handler


def _set_faults(phone: Phone) -> Handler:
    adapter: TypeAdapter[Faults] = TypeAdapter(Faults)

    async def handler(request: web.Request) -> web.StreamResponse:
        phone.faults.set(_channel(request), await _parsed(request, adapter))
        return web.Response(status=204)

    return handler


def _script(phone: Phone) -> Handler:
    adapter: TypeAdapter[list[Verdict]] = TypeAdapter(list[Verdict])

    async def handler(request: web.Request) -> web.StreamResponse:
        verdicts = await _parsed(request, adapter)
        phone.faults.script(_channel(request), verdicts)
        return web.Response(status=204)

    return handler


def _counts(phone: Phone) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.json_response(dict(phone.counts))

    return handler


def _notes(notes: Callable[[], list[Any]]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        limit = request.query.get("limit", "")
        newest = notes()[-(int(limit) if limit.isdecimal() and int(limit) else NEWEST) :]
        return web.json_response([asdict(note) | {"at": note.at.isoformat()} for note in newest])

    return handler


def _clear(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        phone.clear()
        return web.Response(status=204)

    return handler


def _channel(request: web.Request) -> ChannelName:
    for channel in CHANNELS:
        if channel == request.match_info["channel"]:
            return channel
    raise web.HTTPNotFound


async def _parsed(request: web.Request, adapter: TypeAdapter[T]) -> T:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        return adapter.validate_json(await request.read())
    except ValidationError as invalid:
        text = invalid.json(include_url=False, include_input=False)
        raise web.HTTPBadRequest(text=text, content_type="application/json") from invalid
