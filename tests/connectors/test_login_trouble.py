"""The State's login in trouble, and what it may say of who somebody is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from connectors.call_policy import Limits
from connectors.login import Login, Person, read_userinfo
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.sandbox.faults import Fault, Kind
from connectors.wire import BadStatus, Malformed
from tests.connectors.logins import MARIA, back, login
from tests.connectors.sandbox import Sandbox, served

# With each fault


async def failing(sandbox: Sandbox, door: Login) -> RegistryError:
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="go")
    with pytest.raises(RegistryError) as caught:
        await door.finish(query, started)
    assert caught.value.registry == "login"
    assert not any(secret in str(caught.value) for secret in ("123456783", query["code"], started.verifier))
    return caught.value


@pytest.mark.parametrize(
    ("fault", "ours", "reason"),
    [
        (Fault(Kind.ERROR), RegistryUnavailable, "http 500"),
        (Fault(Kind.UNANSWERED), RegistryUnavailable, "http 500"),
        (Fault(Kind.MALFORMED), RegistryRefused, "malformed answer: json"),
        (Fault(Kind.WRONG_FIELD), RegistryRefused, "malformed answer: access_token"),
    ],
)
async def test_trouble_with_the_login(sandbox: Sandbox, fault: Fault, ours: type[RegistryError], reason: str) -> None:
    sandbox.faults.put("login", fault)
    error = await failing(sandbox, login(sandbox))
    assert isinstance(error, ours)
    assert error.reason == reason
    assert len(sandbox.audit.rows) == 1  # a code works once: it is not sent again


async def test_a_login_that_hangs(sandbox: Sandbox) -> None:
    sandbox.faults.put("login", Fault(Kind.HANG))
    error = await failing(sandbox, login(sandbox, limits=Limits(deadline=0.3)))
    assert (type(error), error.reason) == (RegistryUnavailable, "timeout")


async def test_wrong_credentials(sandbox: Sandbox) -> None:
    error = await failing(sandbox, login(sandbox, secret="not-the-secret"))
    assert (type(error), error.reason) == (RegistryRefused, "credentials")


async def test_who_it_is_may_be_asked_again(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    door = login(sandbox)
    started = door.start()
    query = await back(sandbox, started, person="123456783", act="go")

    def second(service: str) -> Fault | None:
        monkeypatch.undo()  # the token's own request passes
        sandbox.faults.put("login", Fault(Kind.ERROR, times=1))
        return None

    monkeypatch.setattr(sandbox.faults, "take", second)
    assert await door.finish(query, started) == MARIA
    assert [result.error for _, result in sandbox.audit.rows if result] == [None, "http 500", None]


async def test_the_breaker_opens(sandbox: Sandbox) -> None:
    door = login(sandbox, limits=Limits(deadline=20.0, failures=2))
    sandbox.faults.put("login", Fault(Kind.ERROR))
    for _ in range(2):
        await failing(sandbox, door)
    assert (await failing(sandbox, door)).reason == "circuit open"
    assert door.state == "open"


async def another_server(sandbox: Sandbox, handler: Callable[[web.Request], Any]) -> RegistryError:
    app = web.Application()
    app.router.add_post("/oauth2server/oauth/token", handler)
    async with served(app) as url:
        door = login(sandbox, url=url)
        started = door.start()
        with pytest.raises(RegistryError) as caught:
            await door.finish({"state": started.state, "code": "c"}, started)
    return caught.value


async def test_the_secret_follows_no_redirect(sandbox: Sandbox) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://192.0.2.1/"})

    assert (await another_server(sandbox, handler)).reason == "http 307"


@pytest.mark.parametrize("body", ["[]", "{}", '{"access_token": ""}', "[" * 60_000, "x" * 70_000])
async def test_no_token_in_the_answer(sandbox: Sandbox, body: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=body)

    assert (await another_server(sandbox, handler)).reason.startswith("malformed answer: ")


# Who it is


def userinfo(**attributes: str) -> bytes:
    inside = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f"<root><userinfo {inside}/></root>".encode()


def test_values_are_padded_with_blanks() -> None:
    body = userinfo(taxid="123456783    ", firstname=" ΜΑΡΙΑ   ", lastname="ΑΝΤΩΝΙΟΥ&#32;&#32;", userid="U1 ")
    assert Person(**read_userinfo(200, body)) == Person("123456783", "ΜΑΡΙΑ", "ΑΝΤΩΝΙΟΥ", "U1")


SAID = '<root><userinfo taxid="123456783" firstname="ΜΑΡΙΑ" lastname="ΑΝΤΩΝΙΟΥ" userid="U1"/></root>'


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        pytest.param(SAID.encode("iso8859_7"), "ISO-8859-7", id="without a declaration"),
        pytest.param(f'<?xml version="1.0"?>{SAID}'.encode("cp1253"), "windows-1253", id="as Windows writes it"),
        pytest.param(
            f'<?xml version="1.0" encoding="UTF-8"?>{SAID}'.encode("iso8859_7"), "iso-8859-7", id="the header counts"
        ),
        pytest.param(SAID.encode("utf-8-sig"), "ISO-8859-7", id="what its first bytes say counts more"),
        pytest.param(f'<?xml version="1.0" encoding="ISO-8859-7"?>{SAID}'.encode("iso8859_7"), None, id="no header"),
    ],
)
def test_greek_in_whatever_encoding(body: bytes, charset: str | None) -> None:
    assert Person(**read_userinfo(200, body, charset)) == Person("123456783", "ΜΑΡΙΑ", "ΑΝΤΩΝΙΟΥ", "U1")


@pytest.mark.parametrize("charset", ["nonsense", "utf-7", "big5", "x" * 999])
def test_an_encoding_that_there_is_not(charset: str) -> None:
    with pytest.raises(Malformed):
        read_userinfo(200, SAID.encode(), charset)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"not xml", "xml"),
        (b"<!DOCTYPE root><root><userinfo/></root>", "xml"),
        (b"<root/>", "userinfo"),
        (userinfo(), "taxid"),
        (userinfo(taxid="   "), "taxid"),
        (userinfo(taxid="000000000"), "taxid"),
        (userinfo(taxid="123456789"), "taxid"),
        (userinfo(taxid="EL123456783"), "taxid"),
        (userinfo(taxid="١٢٣٤٥٦٧٨٣"), "taxid"),
        (userinfo(taxid="123 456 783"), "taxid"),
    ],
)
def test_nobody(body: bytes, what: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_userinfo(200, body)
    assert caught.value.what == what


def test_a_token_that_is_not_taken() -> None:
    with pytest.raises(BadStatus):
        read_userinfo(401, b"")
