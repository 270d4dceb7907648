"""The peer of the ack benchmark: an aiohttp handler that only reads the body and answers."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web


async def handle(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


def main(port: int) -> None:
    uvloop.install()
    app = web.Application()
    app.router.add_post("/webhooks/viber", handle)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
