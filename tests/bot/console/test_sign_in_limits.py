"""How often sign-ins may fail from one place, and from whose pages they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import select

from bot.console.signing_in import FAILURES
from bot.web.throttle import Throttle
from casestore.tables import staff
from tests.clock import FakeClock
from tests.console import PASSWORD, employ, sign_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import PUBLIC_URL, System, running_system

MANY = 30


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    async with running_system(sqlite_url, EchoDialogue()) as system:
        await employ(system.store, "anna@gov.gr")
        yield system


async def enter(system: System, email: str, password: str, headers: dict[str, str]) -> tuple[int, str, float]:
    """The status, the page, and how long it took."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        begun = asyncio.get_running_loop().time()
        form, url = {"email": email, "password": password}, f"{system.url}/console/login"
        async with browser.post(url, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text(), asyncio.get_running_loop().time() - begun


async def fail(system: System, address: str, times: int = MANY) -> None:
    for batch in range(times // 6):
        await asyncio.gather(
            *(enter(system, f"x{batch}{one}@gov.gr", "wrong", {"X-Forwarded-For": address}) for one in range(6))
        )


async def test_an_address_that_fails_often_waits_and_another_does_not(system: System) -> None:
    await fail(system, "192.0.2.7")
    same, other = {"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "192.0.2.8"}
    status, page, took = await enter(system, "anna@gov.gr", PASSWORD, same)
    other_status, other_page, other_took = await enter(system, "nobody@gov.gr", PASSWORD, same)
    assert (status, page) == (other_status, other_page)  # whether there is such an account is not told
    assert status == 403
    assert "Πολλές αποτυχίες" in page
    assert took >= 0.5 <= other_took
    assert (await enter(system, "anna@gov.gr", PASSWORD, {"X-Forwarded-For": "192.0.2.7, 192.0.2.8"}))[0] == 303
    assert (await enter(system, "anna@gov.gr", PASSWORD, other))[0] == 303
    async with system.store.database.read() as connection:
        assert await connection.scalar(select(staff.c.failures)) == 0  # her account has nothing to do with it
    system.clock.forward(60)
    assert (await enter(system, "anna@gov.gr", PASSWORD, same))[0] == 303


async def test_whoever_is_let_in_has_used_nothing_up(system: System) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        assert [await sign_in(browser, system.url, "anna@gov.gr") for _ in range(MANY + 5)] == [303] * (MANY + 5)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "x" * 300, ""])
async def test_another_sites_form_signs_nobody_in(system: System, origin: str) -> None:
    assert (await enter(system, "anna@gov.gr", PASSWORD, {"Origin": origin}))[0] == 403


@pytest.mark.parametrize("origin", [PUBLIC_URL, "the host itself"])
async def test_a_page_of_ours_does(system: System, origin: str) -> None:
    said = origin if origin == PUBLIC_URL else system.url
    async with aiohttp.ClientSession() as browser, browser.get(f"{system.url}/console/login") as page:
        assert page.headers["Referrer-Policy"] == "same-origin"  # else a browser's own form says that it is from "null"
    assert (await enter(system, "anna@gov.gr", PASSWORD, {"Origin": said}))[0] == 303


def test_no_address_is_kept_for_longer_than_it_counts(clock: FakeClock) -> None:
    throttle = Throttle(FAILURES, None, clock)
    for number in range(MANY):
        assert throttle.take(f"192.0.2.{number}") == 0
        clock.forward(15)
    throttle.give_back(f"192.0.2.{MANY - 1}")
    assert len(throttle.addresses) == MANY - 1  # of whose sign-in did not fail nothing is known
    clock.forward(15 * 60 - 15 * 10)
    assert throttle.take("198.51.100.1") == 0
    assert throttle.addresses == {"198.51.100.1", *(f"192.0.2.{number}" for number in range(21, MANY - 1))}
