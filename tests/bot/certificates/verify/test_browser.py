"""The pages of verification in a headless browser: small and large, light and dark, both languages, no script."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from casestore.certificates.records import Why
from tests.bot.certificates.papers import Papers
from tests.bot.certificates.verify.test_pages import serving
from tests.bot.phone.test_browser import CHROMIUM, QUIET
from tests.http.service import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


async def flawless(page: Page) -> None:
    """No finding of axe, nothing beside the screen."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_every_page_is_for_everybody(sealed: Papers, sqlite_url: str, tmp_path: Path) -> None:
    async with serving(sealed, sqlite_url, tmp_path) as service, async_playwright() as playwright:
        async with service.store.database.write() as connection:
            await service.store.issued.revoke(connection, sealed.lasting.code, "eleni", Why.ERROR, service.clock())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for width, scheme, locale in ((360, "light", "el-GR"), (360, "dark", "en-GB"), (1280, "dark", "el-GR")):
            await look_around(browser, service, sealed, width, scheme, locale)
        await without_script(browser, service, tmp_path / "paper.pdf", sealed.plain.pdf + b"\n")
        await browser.close()


async def look_around(browser: Browser, service: Service, sealed: Papers, width: int, scheme: str, locale: str) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,  # type: ignore[arg-type] # one of its words
        locale=locale,
    )
    page = await context.new_page()
    for path in ("/verify", f"/V/{sealed.plain.code}", f"/verify/{sealed.lasting.code}", "/verify/4TY6"):
        await page.goto(service.url + path)
        await flawless(page)
    await context.close()


async def without_script(browser: Browser, service: Service, file: Path, content: bytes) -> None:
    """A changed file, handed in by a browser in which nothing runs."""
    await asyncio.to_thread(file.write_bytes, content)
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{service.url}/verify")
    await page.set_input_files("#file", str(file))
    await page.click("text=Check the file")
    assert await page.text_content("h1") == "Not as it was issued"
    await context.close()
