"""The telephone in a headless browser: a caller proven by keyboard, rung up, both languages, small and dark."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from casestore.people.identity import PROVEN
from tests.bot.console.test_browser import flawless, opened
from tests.bot.notices.harness import PERMIT
from tests.bot.phone.test_browser import CHROMIUM, QUIET
from tests.calls import AFM, MOBILE, VIBER, running_calls
from tests.clock import START
from tests.harness import System

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    """With a chat of the citizen's."""
    async with running_calls(sqlite_url, public_url="http://127.0.0.1") as system:
        talk = await system.store.conversations.at("viber", VIBER, START)
        async with system.store.database.write() as connection:
            citizen = await system.store.citizens.ensure_one(connection, AFM, START)
            await system.store.links.link(connection, talk.contact_point_id, citizen, PROVEN, "login", START)
        yield system


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def proven(system: System, page: Page, pictures: Path, name: str) -> None:
    """By keyboard, from the list of calls on."""
    await page.locator("select[name=by]").select_option("afm")
    await page.locator("input[name=value]").fill(AFM)
    await page.locator("select[name=purpose]").select_option("case")
    await flawless(page, pictures, f"{name}-find")
    await page.locator("input[name=value]").press("Enter")
    await page.locator("form[action$='/code'] button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("input[name=code]")).to_be_focused()
    await system.settle()  # who sends it is a worker
    await flawless(page, pictures, f"{name}-code")
    await page.keyboard.type("000000")
    await page.keyboard.press("Enter")
    await expect(page.locator(".trouble")).to_contain_text("2")
    await page.keyboard.type(system.said_to(MOBILE)[-1].split()[-1])
    await page.keyboard.press("Enter")
    await expect(page.locator(".held")).to_contain_text(PERMIT.reference)
    await flawless(page, pictures, f"{name}-proven")


async def test_a_caller_is_proven_by_keyboard_and_what_was_said_is_kept(
    system: System, browser: Browser, tmp_path: Path
) -> None:
    page = await opened(browser, system)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Security Policy" in said.text else None)
    await page.locator(".tabs a[href='/console/calls']").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#find")).to_be_visible()
    await flawless(page, tmp_path, "calls-empty")
    await proven(system, page, tmp_path, "call")
    await page.locator("textarea[name=text]").fill("Στείλτε το τοπογραφικό εδώ.")
    await page.locator("form[action$='follow-up'] button").press("Enter")
    await expect(page.locator("p.fine")).to_have_text("Το μήνυμα μπήκε για αποστολή.")
    await page.locator("textarea[name=asked]").fill("Τι λείπει από την άδεια;")
    await page.locator("textarea[name=answered]").fill("Το τοπογραφικό, έως 1 Δεκεμβρίου.")
    await page.locator("form[action$='/note'] button").press("Enter")
    await expect(page.locator(".held")).to_contain_text("Τι λείπει από την άδεια;")
    await flawless(page, tmp_path, "call-noted")
    await system.settle()
    assert system.said_to(VIBER)[-1].startswith("Άννα Π., υπάλληλος, μετά το τηλεφώνημά μας:")
    await page.get_by_role("button", name="Τέλος κλήσης").press("Enter")
    await expect(page.locator("p.fine")).to_have_text("Η κλήση τελείωσε.")
    await expect(page.locator(".held")).to_have_count(0)
    await flawless(page, tmp_path, "call-over")
    assert errors == []


async def test_who_asks_to_be_rung_up_appears_by_themselves_and_small_dark_and_in_english(
    system: System, browser: Browser, tmp_path: Path
) -> None:
    first = await opened(browser, system)
    await first.goto(f"{system.url}/console/calls")
    await expect(first.locator(".live")).to_have_text("Ζωντανά")
    assert await system.phone.viber.write(VIBER, "να με πάρει κάποιος τηλέφωνο")
    await system.settle()
    await expect(first.locator(".rung .item")).to_contain_text("προσπάθειες 0/3")
    await expect(first.locator("[data-count=callbacks]")).to_have_text("1")
    await flawless(first, tmp_path, "callbacks")
    state = await first.context.storage_state()
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", color_scheme="dark", storage_state=state
    )
    page = await context.new_page()
    await page.goto(f"{system.url}/console/calls")
    await flawless(page, tmp_path, "callbacks-360-dark")
    await page.get_by_role("button", name="Phone now").click()
    await expect(page.locator(".number a")).to_have_text(MOBILE)
    await flawless(page, tmp_path, "dial-360-dark")
    await page.get_by_role("button", name="No answer").click()
    await expect(page.locator(".number")).to_have_count(0)
    await page.goto(f"{system.url}/console/calls")
    await proven(system, page, tmp_path, "call-360-dark")
