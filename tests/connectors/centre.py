"""A centre of a test's own: every service of it is one handler."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from connectors.registry import RegistryError
from tests.connectors.sandbox import Sandbox, served


@asynccontextmanager
async def centre(handler: Any) -> AsyncIterator[str]:
    """The address of a centre whose every service is ``handler``."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "good"})

    app = web.Application()
    app.router.add_post("/oauth/token", token)
    app.router.add_post("/esb/{service}/{operation}", handler)
    async with served(app) as url:
        yield url


async def other_centre(sandbox: Sandbox, handler: Any) -> RegistryError:
    """What ``permits`` raises against a centre whose every service is ``handler``."""
    async with centre(handler) as url:
        with pytest.raises(RegistryError) as caught:
            await sandbox.registries(url=url).cases["permits"].cases_of("123456783")
    return caught.value


def answering(body: bytes) -> Any:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return handler


def padded(operation: str, output: Any, size: int) -> bytes:
    return json.dumps({f"{operation}OutputRecord": output}).encode().ljust(size)
