"""The sandbox State as one aiohttp application: token endpoint, services, login, admin API, clerk's pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from connectors.runtime import Runtime, system_runtime
from connectors.sandbox import admin, clerk, desk, faults, guard, login, render, services, tokens
from connectors.sandbox.advance import keep_advancing
from connectors.sandbox.events import EventPost
from connectors.sandbox.filing import Filing
from connectors.sandbox.state import State

CLIENT_ID = "citizen-counter"
CLIENT_SECRET = "sandbox-only"  # noqa: S105  the sandbox's well-known pair; a real centre gives its own

_BODY_BYTES = 16 * 1024 * 1024  # a document of 10 MB in base64


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who may call the services, and who may send people to log in; ``redirects`` as in :class:`login.Logins`."""

    client_id: str = CLIENT_ID
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    login_id: str = CLIENT_ID
    login_secret: str = field(default=CLIENT_SECRET, repr=False)
    redirects: tuple[str, ...] = ()


def make_app(
    state: State,
    *,
    pairs: Pairs | None = None,
    events_url: str | None = None,
    events_secret: str = "",
    speed: float = 0.0,
    token_life: float = 900.0,
    runtime: Runtime | None = None,
) -> web.Application:
    """The State over HTTP. With ``events_url`` (the counter's base) each change is posted there as a signed event.

    ``app[services.STATE]``, ``app[faults.FAULTS]`` and ``app[tokens.TOKENS]`` are for tests that want them at hand.
    """
    runtime, pairs = runtime or system_runtime(), pairs or Pairs()
    app = web.Application(
        client_max_size=_BODY_BYTES,
        middlewares=[guard.from_this_machine, faults.with_faults, admin.with_errors, clerk.with_lost_page],
    )
    app[services.STATE] = state
    app[faults.FAULTS] = faults.Faults()
    app[services.FILING] = Filing(state)
    app[tokens.TOKENS] = tokens.Tokens(pairs.client_id, pairs.client_secret, runtime.ticks, token_life)
    app[login.LOGINS] = login.Logins(pairs.login_id, pairs.login_secret, runtime.ticks, pairs.redirects)
    app[render.PAGES] = render.environment()
    app.router.add_post("/oauth/token", app[tokens.TOKENS].issue)
    services.add_services(app)
    admin.add_admin(app)
    clerk.add_clerk(app)
    desk.add_desk(app)
    login.add_login(app)
    app.on_shutdown.append(_put_right)
    if events_url:
        app.cleanup_ctx.append(_posting(events_url, events_secret, runtime))
    if speed:
        app.cleanup_ctx.append(_advancing(speed))
    return app


async def _put_right(app: web.Application) -> None:
    app[faults.FAULTS].clear_all()  # requests that hang would hold up the shutdown


def _posting(url: str, secret: str, runtime: Runtime) -> Callable[[web.Application], AsyncIterator[None]]:
    async def posting(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            post = EventPost(url, secret, session, app[faults.FAULTS], runtime)
            app[admin.POST] = post
            app[services.STATE].watch(post.put)
            async for _ in _beside(post.run()):
                yield

    return posting


def _advancing(speed: float) -> Callable[[web.Application], AsyncIterator[None]]:
    async def advancing(app: web.Application) -> AsyncIterator[None]:
        async for _ in _beside(keep_advancing(app[services.STATE], speed)):
            yield

    return advancing


async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
