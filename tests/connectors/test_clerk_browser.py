"""The clerk's pages in a real browser, which adds what no other client does. Skipped where there is none."""

from __future__ import annotations

import shutil

import pytest
from playwright.async_api import async_playwright, expect

from tests.connectors.sandbox import Sandbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


async def test_a_clerk_moves_a_case_with_its_button(sandbox: Sandbox) -> None:
    """The browser says from which page a form comes; the guard against pages from elsewhere lets its own through."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(f"{sandbox.url}/clerk/cases/ΑΔ-2026-000123")
        stage = await page.locator(".steps .now").inner_text()
        await page.get_by_role("button", name="Αλλαγή σταδίου").click()
        await expect(page.locator(".notice.ok")).to_be_visible()
        assert await page.locator(".steps .now").inner_text() != stage
        await browser.close()
