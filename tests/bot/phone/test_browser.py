"""The page in a real browser. Skipped where there is none."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.phone.gsm import measure
from tests.bot.phone.conftest import A, B, PhoneHarness, keyboard, text_message

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
NASTY = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> https://x.example/?a=\"><b>"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (Debian: apt-get install chromium)"),
]


@pytest.fixture
async def page(harness: PhoneHarness) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{harness.running.url}/")
        await expect(page.locator(".person")).to_have_count(6)
        yield page
        await browser.close()
        assert errors == []


async def test_a_conversation_by_keyboard(harness: PhoneHarness, page: Page) -> None:
    await page.locator("#sms-text").focus()
    await page.keyboard.type("που βρισκεται η αιτηση μου")
    await expect(page.locator("#count")).to_have_text("UCS-2 · 26/70 · 1 SMS")
    await page.keyboard.press("Enter")
    await expect(page.locator(".sms .mine .tick")).to_contain_text("παραλήφθηκε")
    assert (harness.service.hooks[0].form["From"], harness.service.hooks[0].form["Body"]) == (
        A.number,
        "που βρισκεται η αιτηση μου",
    )
    await harness.sms(Body="Ο κωδικός σας είναι 482913.")
    await expect(page.locator(".sms .theirs .tick")).to_contain_text("παραδόθηκε")
    await expect(page.locator(".sms .theirs .parts")).to_have_text("UCS-2 · 1 SMS")
    await page.locator(".viber .hints .code").press("Enter")
    await expect(page.locator("#viber-text")).to_have_value("482913")
    await page.keyboard.press("Enter")
    assert (await harness.service.wait_for("message"))["message"]["text"] == "482913"


async def test_buttons_ticks_and_seen(harness: PhoneHarness, page: Page) -> None:
    await page.locator("#cover button").click()
    await harness.service.wait_for("conversation_started")
    await page.locator("#viber-text").fill("γεια")
    await page.locator(".viber .send").click()
    await harness.service.wait_for("message")
    del harness.service.hooks[:]
    buttons = keyboard({"Text": "<b>Η αίτησή μου</b>", "ActionBody": "status", "Columns": 3, "BgColor": "#123456"})
    await harness.viber(text_message(A.viber_id, "Διαλέξτε", keyboard=buttons))
    await expect(page.locator(".viber .theirs .tick")).to_contain_text("διαβάστηκε")
    await harness.service.wait_for("seen")
    await page.get_by_role("button", name="Η αίτησή μου", exact=True).press("Enter")
    assert (await harness.service.wait_for("message"))["message"]["text"] == "status"


async def test_nothing_written_becomes_markup(harness: PhoneHarness, page: Page) -> None:
    await page.locator("#viber-text").fill(NASTY)
    await page.locator("#viber-text").press("Enter")
    await harness.service.wait_for("message")
    await harness.viber(text_message(A.viber_id, NASTY, keyboard=keyboard({"Text": NASTY, "ActionBody": "x"})))
    await harness.sms(Body=NASTY)
    await expect(page.locator(".bubble .text")).to_have_count(3)
    assert await page.locator(".bubble .text").first.text_content() == NASTY
    assert await page.locator(".bubble img, .bubble script, .bubble b, #keyboard img").count() == 0
    assert await page.title() != "owned"
    links = await page.locator(".bubble a").evaluate_all("all => all.map(one => [one.protocol, one.rel])")
    assert {tuple(link) for link in links} == {("https:", "noopener noreferrer")}


async def test_other_people_and_both_languages(harness: PhoneHarness, page: Page) -> None:
    await harness.sms(To=B.number, Body="Για τον Β")
    await expect(page.locator(".person").nth(1).locator(".badge")).to_contain_text("1")
    await page.locator("input[value=B]").check()
    await expect(page.locator(".sms .theirs .text")).to_have_text("Για τον Β")
    await expect(page.locator(".person").nth(1).locator(".badge")).to_be_hidden()
    await expect(page.locator("#card")).to_contain_text("090000045")
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("h1")).to_have_text("The citizen’s phone")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.reload()
    await expect(page.locator("h1")).to_have_text("The citizen’s phone")
    await expect(page.locator("input[value=B]")).to_be_checked()
    assert "undefined" not in await page.locator("body").inner_text()


async def test_both_languages_say_the_same_things(page: Page) -> None:
    words = await page.evaluate(
        "import('/static/words.js').then(({WORDS}) => Object.values(WORDS).map(all => Object.keys(all).sort()))"
    )
    assert words[0] == words[1]


async def test_a_narrow_screen_shows_one_chat_and_does_not_overflow(harness: PhoneHarness, page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    for pane in ("viber", "sms"):
        await page.locator(f"[data-show={pane}]").click()
        assert await page.locator(".device:visible").count() == 1
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        box = await page.locator(f"#{pane}-text").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 740
    await page.locator("[data-show=viber]").click()
    await harness.sms(Body="Νέο μήνυμα")
    await expect(page.locator("[data-show=sms] .badge")).to_contain_text("1")


async def test_a_narrow_screen_names_everybody_and_its_card_takes_no_height_from_the_chat(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 640})
    chat = page.locator(".viber .chat")
    before = await chat.bounding_box()
    await page.locator("#about summary").click()
    await expect(page.locator("#advice")).to_be_visible()
    assert await chat.bounding_box() == before
    await page.keyboard.press("Escape")
    await expect(page.locator("#advice")).to_be_hidden()
    for name in ("Μαρία Αντωνίου", "Δημήτρης Δήμου", "Άγνωστος"):
        await page.get_by_role("radio", name=name).check(force=True)
        await expect(page.locator("#holder")).to_have_text(name)
    edges = await page.locator(".person").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) <= 360


async def test_a_code_that_came_is_offered_where_it_is_seen(harness: PhoneHarness, page: Page) -> None:
    strip = page.locator(".viber .hints")
    await strip.evaluate("one => { one.scrollLeft = one.scrollWidth }")
    await harness.sms(Body="Ο κωδικός σας είναι 482913.")
    await expect(strip.locator(".code")).to_be_in_viewport()
    assert await strip.evaluate("one => one.scrollLeft") == 0


async def test_how_far_a_message_has_come_does_not_put_its_words_in_again(harness: PhoneHarness, page: Page) -> None:
    await page.evaluate(
        """() => {
            window.put = 0;
            const count = (all) => all.forEach((one) => (window.put += one.addedNodes.length));
            new MutationObserver(count).observe(document.querySelector(".sms .chat"), { childList: true });
        }"""
    )
    await harness.sms(Body="Μία φορά")
    await expect(page.locator(".sms .theirs .tick")).to_contain_text("παραδόθηκε")
    assert await page.evaluate("window.put") == 1


async def test_the_page_counts_as_the_provider_does(page: Page) -> None:
    samples = ["hello", "α" * 71, "€" * 81, "a" * 152 + "€" + "a" * 152, "α" * 66 + "😀" + "α" * 66, "ΔΦΓ{}", "ς" * 134]
    counted = await page.evaluate(
        "samples => import('/static/segments.js').then(({measure}) => samples.map(measure))", samples
    )
    for sample, one in zip(samples, counted, strict=True):
        expected = measure(sample)
        assert (one["encoding"], one["units"], one["parts"]) == (expected.encoding, expected.units, expected.parts)
