"""A request's body, read whole: under a limit of bytes and of seconds.

Who sends too much, breaks off or stops sending is refused (:class:`RequestRefused`).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

READ_WITHIN = 10.0  # seconds for a whole body; Twilio, the slowest to give up, waits 15 in all


class RequestRefused(Exception):
    """What a request is answered instead: ``status``, and ``text``, which quotes nothing of the request."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text

    def answer(self) -> web.Response:
        response = web.Response(status=self.status, text=self.text)
        if self.status == HTTPStatus.REQUEST_TIMEOUT:  # what comes now is the rest of a body, and no request
            response.force_close()
        return response


async def read_body(request: web.Request, *, limit: int, within: float = READ_WITHIN) -> bytes:
    """The body, unpacked if it came compressed: at most ``limit`` bytes, and whole ``within`` seconds.

    Raises :class:`RequestRefused`: 413 too large, 400 cut short or not compressed as its header says, 408 too slow.
    """
    if (request.content_length or 0) > limit:  # not a byte of it is read
        raise RequestRefused(413, "too large")
    try:
        if request.content.is_eof():  # it has come already, as nearly always: a timer would be for nothing
            return await _read(request, limit)
        async with asyncio.timeout(within):
            return await _read(request, limit)
    except TimeoutError:
        raise RequestRefused(408, "the body stopped coming") from None
    except (web.RequestPayloadError, OSError):
        raise RequestRefused(400, "the body breaks off") from None


async def _read(request: web.Request, limit: int) -> bytes:
    """Piece by piece: a small body that unpacks to a huge one is given up at the limit."""
    body = bytearray()
    while piece := await request.content.readany():
        body += piece
        if len(body) > limit:
            raise RequestRefused(413, "too large")
    return bytes(body)
