"""One-time links as a browser brings them. What one opens, how often and until when, its own table says."""

from __future__ import annotations

from aiohttp import web

MAX_TOKEN = 128  # characters; ours have 32


def token_of(request: web.Request) -> str:
    """The ``{token}`` of the path; empty, which opens nothing, where it is longer than any of ours."""
    token = request.match_info["token"]
    return token if len(token) <= MAX_TOKEN else ""
