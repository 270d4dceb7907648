"""Forms: only ours, only from the browser that got it, and nothing that a sender claims costs more than its bytes."""

from __future__ import annotations

import gzip

import pytest
from aiohttp import web

from bot.web.browser import BrowserCookie
from bot.web.forms import MAX_FORM, FormGuard
from casestore.vault import Vault
from tests.bot.web.served import Served, post, served
from tests.conftest import TEST_SECRET

COOKIE = BrowserCookie(secure=False)
GUARD = FormGuard(Vault([TEST_SECRET]), COOKIE, "test-form", within=5.0)
SECRET = "secret-of-this-browser"
OURS = f"form={GUARD.token(SECRET, 'x')}".encode()
FORM, CAME = "Content-Type: application/x-www-form-urlencoded", f"Cookie: {COOKIE.name}={SECRET}"


async def answer(request: web.Request) -> web.Response:
    accepted = await GUARD.accepts(request, request.match_info["token"])
    return web.Response(status=200 if accepted else 403)


async def status(there: Served, request: bytes) -> int:
    return (await there.ask(request))[0]


WITHOUT_PROOF = {
    "no cookie": [FORM],
    "another browser's cookie": [FORM, f"Cookie: {COOKIE.name}=another"],
    "a cookie too long": [FORM, f"Cookie: {COOKIE.name}={'a' * 200}"],
    "another site's page": [FORM, CAME, "Sec-Fetch-Site: cross-site"],
    "another type": ["Content-Type: application/json", CAME],
    "parts": ["Content-Type: multipart/form-data; boundary=b", CAME],
    "no type": [CAME],
}


@pytest.mark.parametrize("name", WITHOUT_PROOF)
async def test_a_form_without_proof_is_refused(name: str) -> None:
    async with served(answer) as there:
        assert await status(there, post(OURS, *WITHOUT_PROOF[name])) == 403
        assert await status(there, post(OURS, FORM, CAME)) == 200


@pytest.mark.parametrize("name", [name for name in WITHOUT_PROOF if "another browser's" not in name])
async def test_of_who_proves_nothing_not_a_byte_is_waited_for(name: str) -> None:
    async with served(answer) as there:
        assert await status(there, post(b"", *WITHOUT_PROOF[name], length=61_000)) == 403


@pytest.mark.parametrize(
    "claimed",
    ["punycode", "unicode_escape", "utf-7", "utf-16", "idna", "nope", "rot13", "zlib_codec", "\x00", "a" * 999],
)
async def test_whatever_charset_is_claimed_it_is_read_as_utf_8(claimed: str) -> None:
    async with served(answer) as there:
        typed = f"{FORM}; charset={claimed}" if claimed != "\x00" else f'{FORM}; charset=""; charset*=x'
        assert await status(there, post(OURS, typed, CAME)) == 200
        for wrong in (rb"form=\ud800", b"form=%ED%A0%80", b"form=+AGE-", b"form=\xff\xfe", b"\xff" * 99, b"&=&;=%"):
            assert await status(there, post(wrong, typed, CAME)) == 403


async def test_a_form_is_small() -> None:
    async with served(answer) as there:
        room = MAX_FORM - len(OURS) - len(b"&a=")
        assert await status(there, post(OURS + b"&a=" + b"b" * room, FORM, CAME)) == 200
        assert await status(there, post(OURS + b"&a=" + b"b" * (room + 1), FORM, CAME)) == 413
        assert await status(there, post(b"", FORM, CAME, length=61_000)) == 413
        bomb = gzip.compress(b"a" * 900_000)
        assert len(bomb) < MAX_FORM
        assert await status(there, post(bomb, FORM, CAME, "Content-Encoding: gzip")) == 413


async def test_a_body_that_is_not_the_gzip_that_it_says_is_400() -> None:
    async with served(answer) as there:
        assert await status(there, post(OURS, FORM, CAME, "Content-Encoding: gzip")) == 400
        assert await status(there, post(gzip.compress(OURS), FORM, CAME, "Content-Encoding: gzip")) == 200


def test_a_token_is_of_one_browser_one_subject_and_one_purpose() -> None:
    other = FormGuard(GUARD.vault, COOKIE, "other-form")
    tokens = {GUARD.token(SECRET, "x"), GUARD.token(SECRET, "y"), GUARD.token("another", "x"), other.token(SECRET, "x")}
    assert len(tokens) == 4
