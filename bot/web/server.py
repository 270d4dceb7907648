"""The HTTP face of the service: webhooks, health, metrics. No page here needs a login yet answers more than 'alive'."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.metrics import Metrics
from bot.runtime import Clock, utc_now
from bot.web.body import RequestRefused
from bot.web.tally import Tally
from casestore.database import StoreDown
from casestore.files import FilesDown

log = structlog.get_logger(__name__)
Check = Callable[[], Awaitable[bool]]
READY_WITHIN = 2.0  # seconds for each readiness check

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

METRICS = web.AppKey("metrics", Metrics)
"""Where an application has it, what is no HTTP is counted there."""
MALFORMED = "malformed request"
_MALFORMED = (HttpProcessingError, web.RequestPayloadError)
_NO_METHOD = "UNKNOWN"  # of what could not be read as a request
_DOWN: tuple[type[Exception], ...] = (*StoreDown, FilesDown)
SAFE_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


def guarded(handler: Handler) -> Handler:
    """Whatever escapes a handler is logged by its kind and answered without detail.

    A wrapper around each route and not a middleware: a middleware costs every webhook more than its signature does.
    """

    async def guard(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except RequestRefused as refused:
            return refused.answer()
        except _DOWN:
            log.exception("http.store-down", route=_route(request))
            return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
        except Exception:
            log.exception("http.failed", route=_route(request))
            return web.Response(status=500, text="internal error")

    return guard


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


class Health:
    """``/healthz``: this process lives. ``/readyz``: it could do its work now, part by part. ``/metrics``."""

    def __init__(self, checks: Mapping[str, Check], metrics: Metrics, refresh: Check) -> None:
        self._checks = checks
        self._metrics = metrics
        self._refresh = refresh

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/healthz", self.alive), web.get("/readyz", self.ready), web.get("/metrics", self.metrics)]

    async def alive(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers=SAFE_HEADERS)

    async def ready(self, _request: web.Request) -> web.Response:
        results = {name: await _holds(check) for name, check in self._checks.items()}
        fine = all(results.values())
        parts = {name: "ok" if holds else "failing" for name, holds in results.items()}
        body = {"status": "ok" if fine else "failing", "parts": parts}
        return web.json_response(body, status=200 if fine else 503, headers=SAFE_HEADERS)

    async def metrics(self, _request: web.Request) -> web.Response:
        await _holds(self._refresh)  # without the store the other figures are still worth having
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers=SAFE_HEADERS | {"Content-Type": CONTENT_TYPE_LATEST})


async def _holds(check: Check) -> bool:
    """A check that fails to say anything says no, for whatever reason: it is asked because something may be broken."""
    try:
        async with asyncio.timeout(READY_WITHIN):
            return await check()
    except Exception:
        log.exception("health.check-failed")
        return False


def make_app(routes: list[web.RouteDef], *, max_body: int) -> web.Application:
    """An application of these routes, each guarded."""
    app = web.Application(client_max_size=max_body)
    app.router.add_routes([web.RouteDef(r.method, r.path, guarded(r.handler), r.kwargs) for r in routes])
    return app


class _Request(web.Request):
    """Its answer does not say what serves it, nor what was wrong with what is no HTTP at all: the library would quote
    it. The library's signal for answers would leave that out, and it is what is sent to find out."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        await super()._prepare_hook(response)
        response.headers.pop(hdrs.SERVER, None)
        quotes = self.method == _NO_METHOD or response.status == HTTPStatus.EXPECTATION_FAILED
        if quotes and isinstance(response, web.Response):
            response.text = MALFORMED
            response.headers[hdrs.CONTENT_LENGTH] = str(len(MALFORMED))


class _ServerLog(logging.LoggerAdapter[logging.Logger]):
    """The library's own log. What strangers send that is no HTTP, or no body as its header says, is counted there
    instead: anybody can, as often as they like."""

    def __init__(self, clock: Clock, metrics: Metrics | None) -> None:
        super().__init__(server_logger, {})
        self._malformed = Tally(clock)
        self._metrics = metrics

    def exception(self, msg: object, *args: object, exc_info: Any = True, **more: Any) -> None:
        if not isinstance(exc_info, _MALFORMED):
            super().exception(msg, *args, exc_info=exc_info, **more)
            return
        if self._metrics is not None:
            self._metrics.malformed.inc()
        if times := self._malformed.add("http"):
            log.warning("http.malformed", error=type(exc_info).__name__, times=times)


async def make_runner(app: web.Application, *, shutdown_timeout: float, clock: Clock = utc_now) -> web.AppRunner:
    """A runner that is set up, and to be cleaned up by the caller. ``shutdown_timeout`` in seconds, for requests in
    hand."""
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=shutdown_timeout,
        keepalive_timeout=75,
        logger=_ServerLog(clock, app.get(METRICS)),
    )
    await runner.setup()
    if runner.server is not None:
        runner.server.request_factory = partial(app._make_request, _cls=_Request)
    return runner


class Depths:
    """Copies the queues' depth and age into the gauges, at most once a ``keep`` seconds."""

    def __init__(self, read: Callable[[], Awaitable[None]], clock: Clock, keep: float = 5.0) -> None:
        self._read = read
        self._clock = clock
        self._keep = keep
        self._at: datetime | None = None

    async def __call__(self) -> bool:
        now = self._clock()
        if self._at is None or (now - self._at).total_seconds() >= self._keep:
            await self._read()
            self._at = now
        return True
