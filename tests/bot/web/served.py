"""One handler on a real port, asked byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from bot.web.server import Handler, make_app, make_runner

HOST = b"Host: x\r\n"


@dataclass(frozen=True, slots=True)
class Served:
    """``ask`` sends these bytes and reads the head of the answer: status and headers. Nothing more is sent."""

    port: int

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            return int(head.split()[1]), head.lower()
        finally:
            writer.close()
            await writer.wait_closed()


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[Served]:
    """Posts to any path of one part reach ``handler``, with the part as ``token``."""
    runner = await make_runner(make_app([web.post("/{token}", handler)], max_body=1024), shutdown_timeout=1.0)
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Served(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def post(body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """The bytes of a POST; ``length`` is what it claims, where that is not the body's own."""
    lines = [*headers, f"Content-Length: {len(body) if length is None else length}"]
    return b"POST /x HTTP/1.1\r\n" + HOST + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body
