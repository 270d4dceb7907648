"""Reading a body: its limits in bytes and in time, and bodies that are not what they say."""

from __future__ import annotations

import gzip
import zlib

import pytest
from aiohttp import web

from bot.web.body import read_body
from bot.web.server import Handler
from tests.bot.web.served import HOST, post, served

LIMIT = 100


def reading(within: float) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await read_body(request, limit=LIMIT, within=within))))

    return handle


def chunked(*pieces: bytes, more: str = "") -> bytes:
    head = b"POST /x HTTP/1.1\r\n" + HOST + f"Transfer-Encoding: chunked\r\n{more}\r\n".encode()
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


GZIP, DEFLATE = "Content-Encoding: gzip", "Content-Encoding: deflate"
ANSWERS = {
    "nothing": (post(), 200),
    "as much as may be": (post(b"a" * LIMIT), 200),
    "a byte more": (post(b"a" * (LIMIT + 1)), 413),
    "a byte more in chunks": (chunked(b"a" * LIMIT, b"a"), 413),
    "chunks": (chunked(b"a" * 50, b"a" * 50), 200),
    "a claim of more, and no byte of it": (post(length=LIMIT + 1), 413),
    "compressed": (post(gzip.compress(b"a" * LIMIT), GZIP), 200),
    "swelling": (post(gzip.compress(b"a" * (LIMIT + 1)), GZIP), 413),
    "swelling without end": (chunked(zlib.compress(b"a" * (8 << 20)), more=f"{DEFLATE}\r\n"), 413),
    "not compressed as it says": (post(b"abc", GZIP), 400),
    "compressed and cut short": (post(zlib.compress(b"a" * 90)[:4], DEFLATE), 400),
    "a chunk of no size": (chunked().replace(b"\r\n0\r\n", b"\r\nzz\r\n"), 400),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_body_is_read_whole_or_refused(name: str) -> None:
    request, status = ANSWERS[name]
    async with served(reading(5.0)) as there:
        assert (await there.ask(request))[0] == status


async def test_what_stops_coming_is_given_up_and_its_connection_closed() -> None:
    async with served(reading(0.1)) as there:
        for request in (post(b"abc", length=9), chunked(b"abc").removesuffix(b"0\r\n\r\n"), post(length=9)):
            status, head = await there.ask(request)
            assert status == 408
            assert b"connection: close" in head


async def test_what_came_with_its_head_is_never_too_late() -> None:
    async with served(reading(0.0)) as there:
        assert [(await there.ask(post(b"abc")))[0] for _ in range(5)] == [200] * 5
