"""Who may write with the phone: programs and pages of this machine. What providers offer has tokens, and is for all."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors import loopback

GUARDED = ("/phone/", "/admin/")


@web.middleware
async def from_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 below :data:`GUARDED` unless host and origin are loopback addresses."""
    if request.path.startswith(GUARDED) and not loopback.from_this_machine(request.headers):
        return web.json_response({"error": "only from this machine"}, status=403)
    return await handler(request)


async def as_it_says(_request: web.Request, response: web.StreamResponse) -> None:
    """No browser guesses at what an answer is."""
    response.headers["X-Content-Type-Options"] = "nosniff"
