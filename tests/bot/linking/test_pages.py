"""The pages of a one-time link, over HTTP with the sandbox's login behind them; the dialogue is an echo."""

from __future__ import annotations

import re

import pytest

from casestore.people.login_links import LIFETIME
from casestore.tables import audit, citizens, codes, links, login_links, outbox
from connectors.sandbox.faults import Fault, Kind
from tests.bot.linking.conftest import ANNA, CHAT, LINK, TOKEN, VASILIS, PagesHarness, says
from tests.harness import PUBLIC_URL

# The way through


async def test_a_citizen_is_shown_a_code_that_counts_in_the_chat_that_asked(harness: PagesHarness) -> None:
    conversation, other = await harness.issue(), await harness.issue("another", "another chat")
    page = await harness.browser().link(LINK, ANNA)
    assert page.status == 200
    assert re.fullmatch(r"\d{6}", page.code)
    assert await harness.proves(conversation, page.code)
    assert not await harness.proves(other, page.code)
    assert await harness.count(links) == 0  # nobody is linked by the page alone
    assert await harness.count(audit, audit.c.action == "login.done") == 1


async def test_the_chat_is_asked_for_the_code_once(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    begun = await browser.begin(LINK)
    back = await browser.log_in(begun.location, ANNA)
    first = await browser.get(back)
    again = await browser.get(back)  # the page is loaded anew
    assert first.code == again.code != ""
    assert await harness.count(codes) == 1
    await harness.system.settle()
    [told] = harness.system.said_to(CHAT)
    assert "κωδικό" in told
    assert first.code not in told


async def test_the_page_names_the_chat_and_the_time(harness: PagesHarness) -> None:
    await harness.issue()
    page = await harness.browser().get(LINK)
    assert says(page, 200, "<strong>Viber</strong>")
    assert "<strong>11:00</strong>" in page.text  # the clock's 9:00 UTC, in Athens
    assert 'lang="el"' in page.text
    await harness.issue("english", language="en")
    assert says(await harness.browser().get(f"{PUBLIC_URL}/link/english"), 200, "Continue to gov.gr")


async def test_a_link_that_counts_no_more_says_so_in_the_language_of_its_chat(harness: PagesHarness) -> None:
    english = {"Accept-Language": "en"}
    await harness.issue()
    await harness.browser().link(LINK, ANNA)
    for told in (await harness.browser().get(LINK, **english), await harness.browser().get(LINK)):
        assert 'lang="el"' in told.text
        assert told.status == 410
    nowhere = await harness.browser().get(f"{PUBLIC_URL}/link/none", **english)
    assert (nowhere.status, 'lang="en"' in nowhere.text) == (404, True)


async def test_previews_and_fetching_ahead_use_nothing_up(harness: PagesHarness) -> None:
    conversation = await harness.issue()
    for _ in range(10):
        await harness.browser().get(LINK)
        async with harness.session.head(f"{harness.system.url}/link/{TOKEN}") as answer:
            assert answer.status == 200
    assert await harness.count(login_links, login_links.c.starts > 0) == 0
    page = await harness.browser().link(LINK, ANNA)
    assert await harness.proves(conversation, page.code)


# What is refused


async def test_who_comes_back_in_another_browser_learns_nothing(harness: PagesHarness) -> None:
    await harness.issue()
    browser, thief = harness.browser(), harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA)
    await thief.get(LINK)  # has a cookie of its own
    for other in (thief, harness.browser()):
        assert says(await other.get(back), 403, "άλλον browser")
    assert (await browser.get(back)).code


async def test_a_login_of_the_attackers_in_a_victims_browser_comes_to_nothing(harness: PagesHarness) -> None:
    """Login CSRF: the attacker begins, and has the victim's browser end it."""
    await harness.issue()
    attacker, victim = harness.browser(), harness.browser()
    back = await attacker.log_in((await attacker.begin(LINK)).location, VASILIS)
    assert (await victim.get(back)).code == ""
    assert await harness.count(codes) == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_sites_form_does_not_begin_a_login(harness: PagesHarness, site: str) -> None:
    await harness.issue()
    browser = harness.browser()
    found = re.search(r'name="form" value="([^"]+)"', (await browser.get(LINK)).text)
    assert found
    page = await browser.post(LINK, {"form": found[1]}, **{"Sec-Fetch-Site": site})
    assert says(page, 403, "από τον σύνδεσμό σας")
    without_cookie = await harness.browser().post(LINK, {"form": found[1]})
    assert says(without_cookie, 403, "cookies")
    assert (await browser.post(LINK, {"form": found[1]})).status == 303


async def test_a_forged_or_missing_state_leads_nowhere(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    await browser.begin(LINK)
    for query in ("", "?code=abc", "?state=forged&code=abc", "?state=%FF%00&code=%ED%A0%80", f"?state={'x' * 4000}"):
        assert says(await browser.get(f"{PUBLIC_URL}/link/back{query}"), 404, "δεν υπάρχει")
    assert await harness.count(codes) == 0


async def test_a_forged_code_of_the_login_is_refused_and_the_link_lives(harness: PagesHarness) -> None:
    conversation = await harness.issue()
    browser = harness.browser()
    begun = await browser.begin(LINK)
    state = re.search(r"state=([^&]+)", begun.location)
    assert state
    page = await browser.get(f"{PUBLIC_URL}/link/back?code=forged&state={state[1]}")
    assert says(page, 502, "δεν ολοκληρώθηκε")
    assert await harness.proves(conversation, (await browser.link(LINK, ANNA)).code)


@pytest.mark.parametrize(
    "odd",
    [
        {"Cookie": "counter-link=\udcff; __Host-counter-link=\udcff"},
        {"Content-Type": "application/x-www-form-urlencoded; charset=nope"},
        {"Content-Type": "text/plain"},
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(harness: PagesHarness, odd: dict[str, str]) -> None:
    await harness.issue()
    assert says(await harness.browser().post(LINK, {"form": "x"}, **odd), 403, "από τον σύνδεσμό σας")


CLAIMED = {  # the body, the charset, and what a browser with a cookie is answered
    "punycode": (b"form=" + b"a" * 61_000, "punycode", 413),
    "half a character": (rb"form=\ud800", "unicode_escape", 403),
    "utf-7": (b"form=+2AA-", "utf-7", 403),
    "no gzip": (b"form=x", "utf-8", 400),
}


@pytest.mark.parametrize("name", CLAIMED)
async def test_what_a_form_claims_costs_nothing(harness: PagesHarness, name: str) -> None:
    """Each was a second's standstill or a 500 when the library read the form."""
    await harness.issue()
    body, charset, status = CLAIMED[name]
    headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}", "Connection": "close"}
    headers |= {"Content-Encoding": "gzip"} if name == "no gzip" else {}
    url = LINK.replace(PUBLIC_URL, harness.system.url)
    browser = harness.browser()
    await browser.get(LINK)
    cookie = {"Cookie": "; ".join(f"{key}={value}" for key, value in browser.cookies.items())}
    for sent, expected in ((headers, 403), (headers | cookie, status)):
        async with harness.session.post(url, data=body, headers=sent) as answer:
            assert answer.status == expected


@pytest.mark.parametrize("token", ["nothing", "%FF%00", "x" * 5000, "..", "%ED%A0%80"])
async def test_a_token_that_is_none(harness: PagesHarness, token: str) -> None:
    assert (await harness.browser().get(f"{PUBLIC_URL}/link/{token}")).status == 404
    assert (await harness.browser().post(f"{PUBLIC_URL}/link/{token}", {"form": "x"})).status in (403, 404)


async def test_a_link_works_once(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    assert (await browser.link(LINK, ANNA)).code
    for other in (browser, harness.browser()):
        assert says(await other.link(LINK, VASILIS), 410, "χρησιμοποιήθηκε ήδη")
    assert await harness.count(codes) == 1


async def test_it_expires_before_and_during_the_login(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA)
    harness.system.clock.forward(LIFETIME.total_seconds())
    assert says(await browser.get(back), 410, "έληξε")
    assert says(await browser.get(LINK), 410, "έληξε")
    assert await harness.count(codes) == 0


async def test_a_code_that_was_shown_is_not_shown_for_ever(harness: PagesHarness) -> None:
    await harness.issue()
    browser = harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA)
    assert (await browser.get(back)).code
    harness.system.clock.forward(601)
    assert says(await browser.get(back), 410, "έληξε")


async def test_who_does_not_want_to_may_still_change_their_mind(harness: PagesHarness) -> None:
    conversation = await harness.issue()
    browser = harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA, act="cancel")
    assert says(await browser.get(back), 200, "ακυρώθηκε")
    assert await harness.count(citizens) == 0
    assert await harness.proves(conversation, (await browser.link(LINK, ANNA)).code)


async def test_a_login_that_is_down_is_told_and_the_link_lives(harness: PagesHarness) -> None:
    conversation = await harness.issue()
    browser = harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA)
    harness.faults.put("login", Fault(Kind.ERROR))
    assert says(await browser.get(back), 503, "δεν απαντά")
    harness.faults.clear_all()
    assert await harness.proves(conversation, (await browser.link(LINK, ANNA)).code)


async def test_ending_the_link_meanwhile_ends_the_login(harness: PagesHarness) -> None:
    conversation = await harness.issue()
    browser = harness.browser()
    back = await browser.log_in((await browser.begin(LINK)).location, ANNA)
    await harness.issue("newer")
    assert says(await browser.get(back), 410, "έληξε")
    assert not await harness.count(codes, codes.c.conversation_id == conversation)
    assert await harness.count(outbox) == 0
