"""Who may move the sandbox's cases: programs and pages of this machine. A page from elsewhere, open in a developer's
browser, could post here too: its ``Origin`` says so, and a name that was bent to this machine stands in ``Host``."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

GUARDED = ("/admin/", "/clerk/")


@web.middleware
async def from_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 below :data:`GUARDED` unless host and origin are loopback addresses."""
    asked_by = [f"//{request.headers.get('Host', '')}"]
    if (origin := request.headers.get("Origin")) is not None:
        asked_by.append(origin)
    if request.path.startswith(GUARDED) and not all(map(is_loopback, asked_by)):
        return web.json_response({"error": "only from this machine"}, status=403)
    return await handler(request)


def is_loopback(address: str) -> bool:
    """``//127.0.0.1:8083``, ``http://localhost:8083``: does this name the machine itself?"""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
