"""A provider's server whose answers are set beforehand: any status, any body, late, cut short, or none at all."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True)
class Say:
    """An answer. ``body`` is JSON unless it is bytes."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Drop:
    """Close the connection after reading the request."""


class CutShort:
    """Promise more than is sent, then close."""


class Hang:
    """Read the request and never answer."""


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Provider:
    """Answers in the order of ``script``, the last one for ever; ``seen`` is what it was asked."""

    def __init__(self, *script: Say | Drop | CutShort | Hang) -> None:
        self.script = deque(script)
        self.seen: list[Seen] = []
        self.asked = asyncio.Event()
        self.closing = asyncio.Event()
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.path, dict(request.query), headers, await request.read()))
        self.asked.set()
        answer = self.script.popleft() if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Say):
            return web.Response(status=answer.status, body=answer.bytes(), headers=answer.headers)
        if isinstance(answer, Hang):
            await self.closing.wait()
        if isinstance(answer, CutShort):
            return await self._cut_short(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _cut_short(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"status":0,')
        assert request.transport is not None
        request.transport.close()
        return response


@asynccontextmanager
async def serving(*script: Say | Drop | CutShort | Hang, tls: ssl.SSLContext | None = None) -> AsyncIterator[Provider]:
    provider = Provider(*script)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.handle)
    server = TestServer(app, scheme="https" if tls else "http")
    await server.start_server(ssl=tls)
    try:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider
    finally:
        provider.closing.set()
        await server.close()
