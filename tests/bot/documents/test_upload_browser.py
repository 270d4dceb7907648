"""The upload page and the clerk's pages in a real browser: with a script and without, by keyboard, and for everybody.

Skipped where there is no browser.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FilePayload, Page, Route, async_playwright, expect

from casestore.database import Database
from casestore.documents.lifecycle import DocumentState as S
from casestore.migrate import migrate
from connectors.sandbox.app import make_app
from connectors.sandbox.seed import seeded
from tests.bot.documents import files
from tests.bot.documents.upload_page import SURVEY, Upload, running_upload
from tests.bot.notices.harness import PERMIT
from tests.clock import FakeClock
from tests.connectors.sandbox import served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]
SCREENS = [(360, "light"), (1280, "dark")]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def upload(sqlite_url: str) -> AsyncIterator[Upload]:
    database = Database(sqlite_url)
    await migrate(database)
    async with running_upload(database) as made:
        yield made
    await database.close()


def paper(content: bytes, name: str = "σάρωση.jpg", media_type: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": content}


def address(upload: Upload, token: str = "token") -> str:  # noqa: S107 - its link's
    return f"{upload.sender.url}/upload/{token}"


async def test_by_keyboard_over_a_connection_that_breaks(browser: Browser, upload: Upload) -> None:
    page, asked = await browser.new_page(), list[str]()

    async def trouble(route: Route) -> None:
        """The first part is lost on the way, the answer to the second is a fault of the server's."""
        asked.append(route.request.method)
        parts = asked.count("PATCH") if route.request.method == "PATCH" else 0
        if parts == 1:
            await route.abort()
        elif parts == 2:
            await route.fulfill(status=503)
        else:
            await route.continue_()

    await page.route("**/files/**", trouble)
    await page.goto(address(upload))
    picked = page.locator("input[type=file]")
    await picked.set_input_files(paper(files.photo()))
    await picked.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Το παραλάβαμε", timeout=15_000)
    await expect(page.locator(".results .taken")).to_contain_text("σάρωση.jpg")
    assert (asked.count("PATCH"), asked.count("HEAD")) == (3, 3)
    assert await upload.handed_in() == [(S.CHECKED, SURVEY.code)]
    assert await upload.kept() == [0, 0]


async def test_where_the_server_will_not_have_it_in_pieces_the_form_sends_it(browser: Browser, upload: Upload) -> None:
    page = await browser.new_page()
    await page.route("**/files", lambda route: route.fulfill(status=404))
    await page.goto(address(upload))
    await page.locator("input[type=file]").set_input_files(paper(files.photo()))
    await page.locator("button").click()
    await expect(page.locator(".results .taken")).to_have_count(1, timeout=15_000)
    assert await upload.handed_in() == [(S.CHECKED, SURVEY.code)]


async def test_without_script(browser: Browser, upload: Upload) -> None:
    page = await (await browser.new_context(java_script_enabled=False, locale="en-GB")).new_page()
    await page.goto(address(upload))
    await page.locator("input[type=file]").set_input_files(paper(files.photo()))
    await page.locator("button").click()
    await expect(page.locator(".results .taken")).to_have_count(1, timeout=15_000)
    assert await upload.handed_in() == [(S.CHECKED, SURVEY.code)]


async def test_everybody_can_use_it(browser: Browser, upload: Upload) -> None:
    await upload.stage.report(replace(PERMIT, documents=(SURVEY, replace(SURVEY, code="two")), sequence=2))
    for width, scheme in SCREENS:
        page = await screen(browser, width, scheme)
        await page.goto(address(upload))
        await usable(page, width)  # of two papers one is picked
        await page.locator("input[type=radio]").first.check()
        await page.locator("input[type=file]").set_input_files(
            [
                paper(files.photo(blur=4)),
                paper(b"<html>", f"{'α' * 80}.pdf", "application/pdf"),
            ]
        )
        await page.locator("button").click()
        await expect(page.locator(".results .refused")).to_have_count(1, timeout=15_000)
        await usable(page, width)
        await page.goto(address(upload, "nonsense"))
        await usable(page, width)
        await page.context.close()


async def test_everybody_can_use_the_clerks_pages(browser: Browser) -> None:
    async with served(make_app(seeded(FakeClock()))) as url:
        for width, scheme in SCREENS:
            page = await screen(browser, width, scheme)
            for path in ("/clerk/", "/clerk/cases/ΑΔ-2026-000123", "/clerk/cases/ΚΤ-2026-000301"):
                await page.goto(f"{url}{path}")
                await usable(page, width)
            await page.context.close()


async def screen(browser: Browser, width: int, scheme: str) -> Page:
    colours = "dark" if scheme == "dark" else "light"
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=colours,  # type: ignore[arg-type] # one of two words
    )
    return await context.new_page()


async def usable(page: Page, width: int) -> None:
    """Nothing that axe finds, nothing to scroll sideways, nothing too small to be pressed."""
    found = (await Axe().run(page)).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], page.url
    assert await page.evaluate("document.documentElement.scrollWidth") <= width, page.url
