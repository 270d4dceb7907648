"""The access token: fetched once, renewed once for all waiters, and what its endpoint may say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from connectors.credentials import ClientCredentials
from connectors.guard import Repeatable
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from tests.connectors.world import World, served


async def test_a_waiter_that_gives_up_leaves_the_renewal_to_the_others(world: World) -> None:
    credentials = ClientCredentials(
        f"{world.url}/oauth/token", "citizen-counter", "sandbox-only", world.session, world.clock.ambient()
    )
    hasty, patient = asyncio.create_task(credentials.token()), asyncio.create_task(credentials.token())
    await asyncio.sleep(0)
    hasty.cancel()
    assert await patient
    with pytest.raises(asyncio.CancelledError):
        await hasty
    assert world.tokens.issued == 1


async def refused_token(world: World, handler: Any, deadline: float = 20.0) -> RegistryError:
    """What asking for a token at ``handler`` raises."""
    app = web.Application()
    app.router.add_post("/oauth/token", handler)
    async with served(app) as url:
        credentials = ClientCredentials(
            f"{url}/oauth/token", "id", "secret", world.session, world.clock.ambient(), deadline=deadline
        )
        with pytest.raises(RegistryError) as caught:
            await credentials.token()
    return caught.value


async def test_the_renewal_has_a_deadline_of_its_own(world: World) -> None:
    async def silent(_: web.Request) -> web.Response:
        return await asyncio.Future()

    assert (await refused_token(world, silent, deadline=0.05)).reason == "timeout"


@pytest.mark.parametrize(
    ("status", "body", "ours", "reason"),
    [
        (429, "", RegistryUnavailable, "http 429"),
        (503, "", Repeatable, "http 503"),
        (400, "", RegistryRefused, "credentials"),
        (404, "", RegistryRefused, "http 404"),
        (200, "[]", RegistryRefused, "malformed answer"),
        (200, '{"access_token": ""}', RegistryRefused, "malformed answer"),
        (200, '{"access_token": "x", "expires_in": "soon"}', RegistryRefused, "malformed answer"),
    ],
)
async def test_what_the_token_endpoint_may_say(
    world: World, status: int, body: str, ours: type[RegistryError], reason: str
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    error = await refused_token(world, handler)
    assert (type(error), error.reason) == (ours, reason)


async def test_a_token_is_renewed_before_it_ends(world: World) -> None:
    registries = world.registries()
    await registries.cases["permits"].cases_of("123456783")
    world.clock.seconds += 0.89 * 900
    await registries.cases["cadastre"].cases_of("123456783")
    assert world.tokens.issued == 1
    world.clock.seconds += 0.02 * 900
    await registries.cases["efka"].cases_of("123456783")
    assert world.tokens.issued == 2
