"""The supervisors' pages in a headless browser: no findings, light and dark, wide and small, live, by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from casestore.staff.model import Role
from dialogues.turn import Handover
from tests.bot.console.test_browser import flawless, write
from tests.bot.phone.test_browser import CHROMIUM, QUIET
from tests.casestore.reports.town import populate
from tests.clock import START
from tests.console import PASSWORD, employ
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

expect.set_options(timeout=15_000)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    dialogue = EchoDialogue(effects=[Handover("asked")])
    async with running_system(sqlite_url, dialogue, public_url="http://127.0.0.1") as system:
        await employ(system.store, "head@gov.gr", Role.SUPERVISOR, name="Ελένη Σ.")
        await employ(system.store, "anna@gov.gr", name="Άννα Π.")
        await employ(system.store, "nikos@gov.gr", name="Νίκος Κ.")
        await populate(system.store.database, START - timedelta(days=12), 12, 7, people=60)
        await system.settle()  # the agents of that town are not there: what they had waits again
        yield system


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def opened(browser: Browser, system: System, page: str, **more: object) -> Page:
    """A page of the supervisor."""
    values: dict[str, object] = {"viewport": {"width": 1280, "height": 900}, "locale": "el-GR", **more}
    context = await browser.new_context(**values)  # type: ignore[arg-type]
    shown = await context.new_page()
    await shown.goto(f"{system.url}/console/login")
    await shown.get_by_label("E-mail").fill("head@gov.gr")
    await shown.locator("[name=password]").fill(PASSWORD)
    await shown.keyboard.press("Enter")
    await expect(shown.locator("#live")).not_to_be_empty()
    await shown.goto(f"{system.url}/console/{page}")
    return shown


SMALL = {"viewport": {"width": 360, "height": 740}, "locale": "en-GB", "color_scheme": "dark"}


async def test_the_board_is_live_and_its_numbers_lead_to_what_they_count(
    system: System, browser: Browser, tmp_path: Path
) -> None:
    page = await opened(browser, system, "board")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    waiting = page.locator("tr[data-key=general] [data-number=waiting] a")
    before = int(await waiting.inner_text())
    await flawless(page, tmp_path, "board")
    await write(system, "θέλω υπάλληλο")  # appears by itself
    await expect(waiting).to_have_text(str(before + 1))
    await waiting.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-total]")).to_have_text(str(before + 1))
    assert await page.locator("tbody tr").count() == before + 1
    await flawless(page, tmp_path, "board-list")
    assert errors == []


async def test_charts_are_seen_and_their_numbers_read(system: System, browser: Browser, tmp_path: Path) -> None:
    page = await opened(browser, system, "reports")
    await expect(page.locator(".report svg")).to_have_count(5)
    await flawless(page, tmp_path, "reports")
    await page.screenshot(path=str(tmp_path / "reports-whole.png"), full_page=True)
    for summary in await page.locator(".report summary").all():
        await summary.press("Enter")
    await expect(page.locator("[data-report=bot] tbody tr")).to_have_count(14)
    await flawless(page, tmp_path, "reports-tables")
    await page.get_by_label("Ανά").select_option("hour")
    await page.locator("[name=first]").fill("2026-11-22")
    await page.locator("[name=last]").fill("2026-11-22")
    await page.get_by_role("button", name="Προβολή").click()
    await expect(page.locator("[data-report=bot] tbody tr")).to_have_count(24)
    await flawless(page, tmp_path, "reports-hours")


async def test_hours_are_set_by_keyboard_and_put_back(system: System, browser: Browser, tmp_path: Path) -> None:
    page = await opened(browser, system, "arrange")
    await flawless(page, tmp_path, "arrange")
    await page.get_by_role("link", name="Ώρες υπαλλήλων").press("Enter")
    monday = page.get_by_label("Δευτέρα")
    await monday.press("Control+a")
    await page.keyboard.type("09:00-13:00, 17:00-20:00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Αποθηκεύτηκε")).to_be_visible()
    await expect(page.locator(".past .changes").first).to_contain_text("09:00-13:00, 17:00-20:00")
    await flawless(page, tmp_path, "arrange-hours")
    await page.screenshot(path=str(tmp_path / "arrange-hours-whole.png"), full_page=True)
    await monday.fill("πάντα")
    await monday.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(monday).to_have_value("πάντα")  # what was written is not lost
    await page.get_by_role("button", name="Επαναφορά").last.press("Enter")
    await expect(monday).to_have_value("08:00-16:00")


async def test_desks_and_ready_answers_are_seen(system: System, browser: Browser, tmp_path: Path) -> None:
    page = await opened(browser, system, "arrange/desks")
    await flawless(page, tmp_path, "arrange-desks")
    await page.goto(f"{system.url}/console/arrange/canned")
    await page.locator(".answers summary").last.press("Enter")
    await page.locator(".answers summary").first.press("Enter")
    await flawless(page, tmp_path, "arrange-canned")
    await page.screenshot(path=str(tmp_path / "arrange-canned-whole.png"), full_page=True)


@pytest.mark.parametrize(
    "name", ["board", "reports", "board/asked", "arrange", "arrange/hours", "arrange/desks", "arrange/canned"]
)
async def test_small_dark_and_in_english(system: System, browser: Browser, tmp_path: Path, name: str) -> None:
    page = await opened(browser, system, name, **SMALL)
    await flawless(page, tmp_path, f"{name.replace('/', '-')}-360-dark")
    await page.screenshot(path=str(tmp_path / f"{name.replace('/', '-')}-360-dark-whole.png"), full_page=True)
