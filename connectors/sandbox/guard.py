"""Who may move the sandbox's cases: programs and pages of this machine."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from connectors import loopback

GUARDED = ("/admin/", "/clerk/")


@web.middleware
async def from_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 below :data:`GUARDED` unless host and origin are loopback addresses."""
    if request.path.startswith(GUARDED) and not loopback.from_this_machine(request.headers):
        return web.json_response({"error": "only from this machine"}, status=403)
    return await handler(request)
