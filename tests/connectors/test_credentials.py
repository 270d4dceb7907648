"""The access token: fetched once, renewed once for all waiters, and what its endpoint may say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from connectors.call_policy import Repeatable
from connectors.connect import Credentials, Overrides, Registries, WireProtocol, connect
from connectors.credentials import ClientCredentials
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from tests.connectors.sandbox import PATIENT, Sandbox, served


async def test_a_waiter_that_gives_up_leaves_the_renewal_to_the_others(sandbox: Sandbox) -> None:
    credentials = ClientCredentials(
        f"{sandbox.url}/oauth/token", "citizen-counter", "sandbox-only", sandbox.session, sandbox.clock.runtime()
    )
    hasty, patient = asyncio.create_task(credentials.token()), asyncio.create_task(credentials.token())
    await asyncio.sleep(0)
    hasty.cancel()
    assert await patient
    with pytest.raises(asyncio.CancelledError):
        await hasty
    assert sandbox.tokens.issued == 1


async def refused_token(sandbox: Sandbox, handler: Any, deadline: float = 20.0) -> RegistryError:
    """What asking for a token at ``handler`` raises."""
    app = web.Application()
    app.router.add_post("/oauth/token", handler)
    async with served(app) as url:
        credentials = ClientCredentials(
            f"{url}/oauth/token", "id", "secret", sandbox.session, sandbox.clock.runtime(), deadline=deadline
        )
        with pytest.raises(RegistryError) as caught:
            await credentials.token()
    return caught.value


async def test_the_renewal_has_a_deadline_of_its_own(sandbox: Sandbox) -> None:
    async def silent(_: web.Request) -> web.Response:
        return await asyncio.Future()

    assert (await refused_token(sandbox, silent, deadline=0.05)).reason == "timeout"


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
    sandbox: Sandbox, status: int, body: str, ours: type[RegistryError], reason: str
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body)

    error = await refused_token(sandbox, handler)
    assert (type(error), error.reason) == (ours, reason)


async def test_a_token_is_renewed_before_it_ends(sandbox: Sandbox) -> None:
    registries = sandbox.registries()
    await registries.cases["permits"].cases_of("123456783")
    sandbox.clock.seconds += 0.89 * 900
    await registries.cases["cadastre"].cases_of("123456783")
    assert sandbox.tokens.issued == 1
    sandbox.clock.seconds += 0.02 * 900
    await registries.cases["efka"].cases_of("123456783")
    assert sandbox.tokens.issued == 2


def connected(sandbox: Sandbox, overrides: Overrides) -> Registries:
    return connect(
        sandbox.url,
        CLIENT_ID,
        CLIENT_SECRET,
        session=sandbox.session,
        audit=sandbox.audit,
        overrides=overrides,
        limits=PATIENT,
        runtime=sandbox.clock.runtime(),
    )


async def test_each_registry_its_own_way_and_its_own_pair(sandbox: Sandbox) -> None:
    registries = connected(
        sandbox,
        Overrides(
            protocols={"kep": WireProtocol.SOAP, "efka": WireProtocol.BASIC, "contacts": WireProtocol.SOAP},
            credentials={"permits": Credentials("somebody", "else"), "kep": Credentials("somebody", "else")},
        ),
    )
    assert (await registries.cases["cadastre"].cases_of("090000045")).cases
    assert (await registries.cases["efka"].cases_of("090000045")).cases
    assert await registries.contacts.mobile_of("123456783") == "+306900000001"
    for name, reason in (("permits", "token: credentials"), ("kep", "credentials")):
        with pytest.raises(RegistryRefused) as caught:
            await registries.cases[name].cases_of("123456783")
        assert caught.value.reason == reason
    assert sandbox.tokens.issued == 1


async def test_a_password_that_is_refused_is_not_sent_again(sandbox: Sandbox) -> None:
    """It would be refused again, and some registries lock an account after a few times."""
    asked = 0

    async def refuse(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=401)

    app = web.Application()
    app.router.add_post("/{path:.*}", refuse)
    async with served(app) as url:
        for protocol in (WireProtocol.SOAP, WireProtocol.BASIC):
            with pytest.raises(RegistryRefused, match="credentials"):
                await sandbox.registries(url=url, protocol=protocol).contacts.mobile_of("123456783")
    assert asked == 2


@pytest.mark.parametrize(
    "overrides",
    [Overrides(protocols={"taxes": WireProtocol.SOAP}), Overrides(credentials={"taxes": Credentials("x", "y")})],
)
async def test_an_exception_for_no_registry_stops_the_start(sandbox: Sandbox, overrides: Overrides) -> None:
    with pytest.raises(ValueError, match="taxes"):
        connected(sandbox, overrides)


async def test_the_pilot_has_a_path_of_its_own(sandbox: Sandbox) -> None:
    paths = []

    async def note(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=404)

    app = web.Application()
    app.router.add_post("/{path:.*}", note)
    async with served(app) as url:
        for protocol in (WireProtocol.SOAP, WireProtocol.BASIC):
            registries = connect(
                f"{url}/",
                "name",
                "secret",
                session=sandbox.session,
                audit=sandbox.audit,
                bus="esbpilot",
                overrides=Overrides(protocols={"contacts": protocol}),
                limits=PATIENT,
            )
            with pytest.raises(RegistryRefused, match="http 404"):
                await registries.contacts.mobile_of("123456783")
    service = "/esbpilot/notificationCenterElementsService"
    assert paths == [service, f"{service}RestService/getNncIdentityExt"]
