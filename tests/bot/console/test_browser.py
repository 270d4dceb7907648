"""The console in a headless browser: a whole hand-over by keyboard, both languages, small and dark, no findings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from dialogues.turn import Handover
from tests.bot.phone.test_browser import CHROMIUM, QUIET
from tests.console import PASSWORD, employ
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

expect.set_options(timeout=15_000)  # a busy machine draws slowly
VIBER = "tGVuIFZpYmVyIGlkIGhlcmU="
NASTY = "<img src=x onerror=\"document.title='owned'\"> 'καλά'"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    dialogue = EchoDialogue(effects=[Handover("asked")])
    async with running_system(sqlite_url, dialogue, public_url="http://127.0.0.1", sms_part_price=0.05) as system:
        await employ(system.store, "anna@gov.gr", name="Άννα Π.")
        yield system


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def opened(browser: Browser, system: System, **more: object) -> Page:
    """A page of an employee who has signed in by keyboard."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="el-GR", **more)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"{system.url}/console/login")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    await page.keyboard.type("anna@gov.gr")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".live")).to_have_text("Ζωντανά")
    return page


async def write(system: System, text: str) -> None:
    assert await system.phone.viber.write(VIBER, text)
    await system.settle()


async def flawless(page: Page, pictures: Path, name: str) -> None:
    """No finding of axe, nothing beside the screen; a picture is kept."""
    await page.evaluate(
        "Promise.allSettled(document.getAnimations().map((one) => one.finished))"
    )  # what fades in is pale
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.screenshot(path=str(pictures / f"{name}.png"))


async def test_a_whole_hand_over_by_keyboard(system: System, browser: Browser, tmp_path: Path) -> None:
    page = await opened(browser, system)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    await expect(page.locator(".empty")).to_be_visible()
    await flawless(page, tmp_path, "empty")
    await write(system, NASTY)  # appears by itself
    await expect(page.locator(".list .said")).to_have_text(NASTY)
    await expect(page.locator("[data-count=waiting]")).to_have_text("1")
    await flawless(page, tmp_path, "inbox")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".line.citizen .text")).to_have_text(NASTY)
    await expect(page.locator(".live")).to_have_text("Ζωντανά")  # keys work from now on
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await flawless(page, tmp_path, "keys")
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()  # what is typed into a dialog that still closes is its own
    await page.keyboard.press("c")
    await expect(page.locator("#reply")).to_be_focused()
    await page.keyboard.type("Καλημέρα σας.")
    await expect(page.locator("#cost")).to_contain_text("χαρακτήρες")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".line.agent .text")).to_have_text("Καλημέρα σας.")
    await expect(page.locator("#reply")).to_have_value("")
    await system.settle()
    await expect(page.locator(".line.agent .tick")).to_have_text("στάλθηκε")
    await write(system, "Ευχαριστώ")
    await expect(page.locator(".line.citizen .text").last).to_have_text("Ευχαριστώ")
    await flawless(page, tmp_path, "talk")
    await page.get_by_role("button", name="Εμφάνιση στοιχείων").click()
    await page.locator("#reveal textarea").fill("επιβεβαίωση")
    await page.locator("#reveal button.do").click()
    await expect(page.locator("[data-clear=address]")).to_have_text(VIBER)
    await write(system, "Και κάτι ακόμη")  # the page reads all of it again
    await expect(page.locator(".line.citizen .text").last).to_have_text("Και κάτι ακόμη")
    await expect(page.locator(".notes")).to_contain_text("επιβεβαίωση")
    await expect(page.locator("[data-clear=address]")).to_have_text(VIBER)
    await page.locator(".scroll").focus()
    await page.keyboard.press("b")
    await page.keyboard.type("Τακτοποιήθηκε")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".owner")).to_contain_text("Απαντά ο βοηθός")
    await expect(page.locator(".notes")).to_contain_text("Τακτοποιήθηκε")
    await system.settle()
    assert system.said_to(VIBER)[-2:] == [
        "Άννα Π., υπάλληλος:\nΚαλημέρα σας.",
        "Η συνομιλία με τον υπάλληλο τελείωσε. Από τώρα σας απαντά ξανά ο ψηφιακός βοηθός.",
    ]
    assert await page.title() != "owned"
    assert errors == []


async def test_what_is_newest_is_seen_also_when_the_box_to_answer_takes_room(system: System, browser: Browser) -> None:
    await write(system, "θέλω υπάλληλο")
    for number in range(8):
        await write(system, f"{number}: " + "Περιμένω ακόμη να μου πει κάποιος τι λείπει από την αίτησή μου. " * 3)
    page = await opened(browser, system)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".line").last).to_be_in_viewport()
    await expect(page.locator(".live")).to_have_text("Ζωντανά")
    await page.keyboard.press("c")
    await expect(page.locator("#reply")).to_be_focused()
    await expect(page.locator(".line").last).to_be_in_viewport(ratio=0.9)
    await page.keyboard.type("Το κοιτάζω τώρα.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".line.agent .text")).to_have_text("Το κοιτάζω τώρα.")
    await expect(page.locator(".line.agent .text")).to_be_in_viewport(ratio=0.9)


async def test_small_dark_and_in_english(system: System, browser: Browser, tmp_path: Path) -> None:
    await write(system, "θέλω υπάλληλο")
    first = await opened(browser, system)
    state = await first.context.storage_state()
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", color_scheme="dark", storage_state=state
    )
    page = await context.new_page()
    await page.goto(f"{system.url}/console/")
    await expect(page.locator(".tabs [aria-current]")).to_contain_text("Waiting")
    await flawless(page, tmp_path, "inbox-360-dark")
    await page.locator(".list a").click()
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator("#reply")).to_be_visible()
    box = await page.locator("talk-composer button.do").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 740
    await flawless(page, tmp_path, "talk-360-dark")
    await page.set_viewport_size({"width": 320, "height": 256})  # 1280 x 1024 at 400 %
    await flawless(page, tmp_path, "talk-400-percent")
    head, box = await page.locator(".head").bounding_box(), await page.locator("talk-composer").bounding_box()
    assert head is not None
    assert box is not None
    assert head["y"] + head["height"] <= box["y"]


async def test_two_tabs_have_one_stream_and_a_draft_outlives_both(system: System, browser: Browser) -> None:
    await write(system, "θέλω υπάλληλο")
    page = await opened(browser, system)
    second = await page.context.new_page()
    await second.goto(f"{system.url}/console/c/1")
    await second.get_by_role("button", name="Ανάληψη").click()
    await expect(page.locator("[data-count=waiting]")).to_have_text("0")
    async with second.expect_response(lambda answer: answer.url.endswith("/draft")):
        await second.locator("#reply").fill("Μισή απάντηση")
    await page.close()  # who held the stream has gone: the other has it now
    await write(system, "ακούτε;")
    await expect(second.locator(".line.citizen .text").last).to_have_text("ακούτε;")
    await second.reload()
    await expect(second.locator("#reply")).to_have_value("Μισή απάντηση")
    with suppress(asyncio.CancelledError):
        await second.context.close()
