"""The access token: fetched once, renewed once for all waiters, and what its endpoint may say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from connectors.connect import Exceptions, Pair, Registries, Spoken, connect
from connectors.credentials import ClientCredentials
from connectors.guard import Repeatable
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from tests.connectors.world import PATIENT, World, served


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


def connected(world: World, but: Exceptions) -> Registries:
    return connect(
        world.url,
        CLIENT_ID,
        CLIENT_SECRET,
        session=world.session,
        audit=world.audit,
        but=but,
        limits=PATIENT,
        ambient=world.clock.ambient(),
    )


async def test_each_registry_its_own_way_and_its_own_pair(world: World) -> None:
    registries = connected(
        world,
        Exceptions(
            spoken={"kep": Spoken.SOAP, "efka": Spoken.BASIC, "contacts": Spoken.SOAP},
            pairs={"permits": Pair("somebody", "else"), "kep": Pair("somebody", "else")},
        ),
    )
    assert (await registries.cases["cadastre"].cases_of("090000045")).cases
    assert (await registries.cases["efka"].cases_of("090000045")).cases
    assert await registries.contacts.mobile_of("123456783") == "+306900000001"
    for name, reason in (("permits", "token: credentials"), ("kep", "credentials")):
        with pytest.raises(RegistryRefused) as caught:
            await registries.cases[name].cases_of("123456783")
        assert caught.value.reason == reason
    assert world.tokens.issued == 1


async def test_a_password_that_is_refused_is_not_sent_again(world: World) -> None:
    """It would be refused again, and some registries lock an account after a few times."""
    asked = 0

    async def refuse(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=401)

    app = web.Application()
    app.router.add_post("/{path:.*}", refuse)
    async with served(app) as url:
        for spoken in (Spoken.SOAP, Spoken.BASIC):
            with pytest.raises(RegistryRefused, match="credentials"):
                await world.registries(url=url, spoken=spoken).contacts.mobile_of("123456783")
    assert asked == 2


@pytest.mark.parametrize(
    "but", [Exceptions(spoken={"taxes": Spoken.SOAP}), Exceptions(pairs={"taxes": Pair("x", "y")})]
)
async def test_an_exception_for_no_registry_stops_the_start(world: World, but: Exceptions) -> None:
    with pytest.raises(ValueError, match="taxes"):
        connected(world, but)


async def test_the_pilot_has_a_path_of_its_own(world: World) -> None:
    paths = []

    async def note(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=404)

    app = web.Application()
    app.router.add_post("/{path:.*}", note)
    async with served(app) as url:
        for spoken in (Spoken.SOAP, Spoken.BASIC):
            registries = connect(
                f"{url}/",
                "name",
                "secret",
                session=world.session,
                audit=world.audit,
                bus="esbpilot",
                but=Exceptions(spoken={"contacts": spoken}),
                limits=PATIENT,
            )
            with pytest.raises(RegistryRefused, match="http 404"):
                await registries.contacts.mobile_of("123456783")
    service = "/esbpilot/notificationCenterElementsService"
    assert paths == [service, f"{service}RestService/getNncIdentityExt"]
