"""How the pages of a one-time link are served: kept nowhere, framed by nobody, with a cookie out of reach."""

from __future__ import annotations

import aiohttp

from tests.bot.linking.conftest import ANNA, LINK, TOKEN, PagesHarness
from tests.fakes.dialogue import EchoDialogue
from tests.harness import PUBLIC_URL, running_system


async def test_every_page_is_kept_nowhere_and_framed_by_nobody(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    pages = [await browser.get(LINK), await browser.get(f"{PUBLIC_URL}/link/none"), await browser.link(LINK, ANNA)]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "<script" not in page.text
        for fact in (ANNA, "Μαρία", "Αντωνίου", "ΑΔ-2026"):
            assert fact not in page.text


async def test_the_cookie_is_out_of_reach(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    opened = (await browser.get(LINK)).headers["Set-Cookie"]
    name, first = next(iter(browser.cookies.items()))
    assert name == "__Host-counter-link"
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= {part.strip() for part in opened.split(";")}
    await browser.begin(LINK)
    assert browser.cookies[name] != first  # what an earlier page had is worth nothing once the login begins


async def test_nothing_is_served_without_a_login_to_lead_to(sqlite_url: str) -> None:
    async with (
        running_system(sqlite_url, EchoDialogue()) as system,
        aiohttp.ClientSession() as session,
        session.get(f"{system.url}/link/{TOKEN}") as answer,
    ):
        assert answer.status == 404
