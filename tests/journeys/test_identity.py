"""Being known, and being known no more: the State's login, unlinking, numbers that change hands, shared phones."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import select

from bot.conversation.links import REDACTED_LINK
from bot.phone.people import PEOPLE
from casestore.tables import audit, transcript
from connectors.sandbox.faults import Fault, Kind
from tests.browser import Browser, Page
from tests.harness import PUBLIC_URL
from tests.journeys.conftest import Service, running_counter
from tests.journeys.talk import afm_of, sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

A, B, C, D, E, X = PEOPLE
CASE, BIRTH = "ΑΔ-2026-000123", "ΚΕ-2026-000501"
ASK = "που βρίσκεται η αίτησή μου;"

pytestmark = pytest.mark.slow


class Citizen:
    """Somebody with a Viber, a telephone and a browser."""

    def __init__(self, service: Service, session: aiohttp.ClientSession, viber: str, number: str) -> None:
        self.counter = service
        self.viber_id, self.number = viber, number
        self.browser = Browser(session, service.system.url)

    async def viber(self, text: str) -> str:
        return await viber(self.counter, self.viber_id, text)

    async def sms(self, text: str) -> str:
        return await sms(self.counter, self.number, text)

    async def log_in(self, answer: str, afm: str) -> Page:
        """Through the link in this answer."""
        return await self.browser.link(link_in(answer), afm)


def link_in(answer: str) -> str:
    found = re.search(rf"{PUBLIC_URL}/link/\S+", answer)
    assert found, answer
    return found[0]


@pytest.fixture
async def service(database_url: str, model: Model) -> AsyncIterator[Service]:
    async with running_counter(database_url, model, ("135790", "246801", "975310"), login=True) as service:
        yield service


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
def anna(service: Service, session: aiohttp.ClientSession) -> Citizen:
    return Citizen(service, session, A.viber_id, A.number)


@pytest.fixture
def stranger(service: Service, session: aiohttp.ClientSession) -> Citizen:
    return Citizen(service, session, X.viber_id, X.number)


# The State's login


async def test_the_login_is_offered_and_answers_what_was_asked_before(anna: Citizen) -> None:
    await anna.viber(ASK)
    assert "gov.gr" in await anna.viber("ναι")
    answer = await anna.viber("Σύνδεση με gov.gr")
    page = await anna.log_in(answer, afm_of(A))
    assert page.code
    assert CASE not in page.text
    assert CASE not in await anna.viber("ευχαριστώ")
    answers = await anna.viber(page.code)
    assert "Συνδεθήκατε" in answers
    assert CASE in answers
    async with anna.counter.system.store.database.read() as connection:
        noted = (await connection.execute(select(audit.c.action, audit.c.detail))).all()
    assert ("login.done", "code shown") in noted
    assert ("link.proven", "login") in noted


async def test_the_same_by_sms_from_any_telephone(stranger: Citizen) -> None:
    answer = await stranger.sms("σύνδεση με taxisnet")
    page = await stranger.log_in(answer, afm_of(A))
    await stranger.sms(page.code)
    assert CASE in await stranger.sms(ASK)


async def test_who_has_no_mobile_is_told_how_to_register_one_and_can_log_in(
    service: Service, session: aiohttp.ClientSession
) -> None:
    eleni = Citizen(service, session, E.viber_id, E.number)
    await eleni.viber("σύνδεση")
    told = await eleni.viber(afm_of(E))
    assert "δηλώστε το κινητό σας στο gov.gr ή σε ένα ΚΕΠ" in told
    page = await eleni.log_in(await eleni.viber("gov.gr"), afm_of(E))
    await eleni.viber(page.code)
    assert BIRTH in await eleni.viber(ASK)


async def test_a_victims_login_does_not_open_the_attackers_chat(anna: Citizen, stranger: Citizen) -> None:
    """The attacker has his own chat's link opened by somebody else. Without her code he learns nothing."""
    answer = await stranger.viber("σύνδεση με gov.gr")
    page = await anna.log_in(answer, afm_of(A))
    assert "Μην τον πείτε σε κανέναν" in page.text
    for guess in ("000000", "111111", "222222", page.code):  # three wrong tries, and then the right one is too late
        assert CASE not in await stranger.viber(guess)
    assert CASE not in await stranger.viber(ASK)
    assert CASE not in await anna.viber(page.code)  # nor does it count in another chat than that which asked


async def test_the_link_is_not_kept_in_the_transcript(anna: Citizen) -> None:
    link = link_in(await anna.viber("login"))
    store = anna.counter.system.store
    async with store.database.read() as connection:
        sealed = (await connection.scalars(select(transcript.c.text_sealed))).all()
    texts = "".join(store.vault.open("transcript.text", one) for one in sealed)
    assert REDACTED_LINK in texts
    assert link not in texts
    assert "/link/" not in texts


async def test_links_are_limited_for_a_chat(anna: Citizen) -> None:
    answers = [await anna.viber("νέος σύνδεσμος") for _ in range(6)]
    assert ["/link/" in answer for answer in answers] == [True] * 5 + [False]
    assert "Δοκιμάστε ξανά αργότερα" in answers[-1]


# Unlinking


@pytest.mark.parametrize("words", ["αποσύνδεση", "thelo na aposyndetho", "unlink"])
async def test_unlinking_a_chat(anna: Citizen, words: str) -> None:
    page = await anna.log_in(await anna.viber("gov.gr"), afm_of(A))
    await anna.viber(page.code)
    assert CASE in await anna.viber(ASK)
    await anna.viber(words)
    assert CASE not in await anna.viber(ASK)
    assert CASE not in await anna.viber(CASE)


async def test_unlinking_ones_own_number_lasts(anna: Citizen) -> None:
    assert CASE in await anna.sms(ASK)
    [digits] = re.findall(r"(?<!\d)\d{6}(?!\d)", await anna.sms("αποσύνδεση"))
    assert "Αποσυνδεθήκατε" in await anna.sms(digits)
    assert CASE not in await anna.sms(ASK)
    await anna.counter.system.later(13 * 3600)  # the contact registry is read again
    assert CASE not in await anna.sms(ASK)
    await anna.sms("ναι")
    await anna.sms(afm_of(A))
    assert CASE in await anna.sms("135790")


async def test_unlinking_ends_open_codes_and_links_too(anna: Citizen) -> None:
    page = await anna.log_in(await anna.viber("gov.gr"), afm_of(A))
    assert "δεν αλλάζει κάτι" in await anna.viber("αποσύνδεση")
    assert "Συνδεθήκατε" not in await anna.viber(f"ο κωδικός είναι {page.code}")


# Numbers that change hands


async def test_a_number_that_changed_hands_opens_nothing_any_more(anna: Citizen) -> None:
    assert CASE in await anna.sms(ASK)
    await anna.viber("σύνδεση")
    await anna.viber(afm_of(A))
    assert "Συνδεθήκατε" in await anna.viber("135790")
    anna.counter.state.set_mobile(afm_of(A), "+306900000077")
    anna.counter.system.clock.forward(601)  # what the connector remembers of a mobile
    assert CASE not in await anna.sms(ASK)
    assert CASE not in await anna.viber(ASK)  # the code that linked it went to that number
    new = Citizen(anna.counter, anna.browser.session, "somebody", "+306900000077")
    assert CASE in await new.sms(ASK)
    async with anna.counter.system.store.database.read() as connection:
        assert "link.dropped" in (await connection.scalars(select(audit.c.action))).all()


async def test_a_code_goes_to_the_number_that_is_registered_now(anna: Citizen) -> None:
    await anna.viber("σύνδεση")
    await anna.viber(afm_of(A))
    anna.counter.state.set_mobile(afm_of(A), "+306900000077")
    before = len(anna.counter.system.said_to(A.number))
    await anna.viber(afm_of(A))
    assert len(anna.counter.system.said_to(A.number)) == before
    assert "246801" in "".join(anna.counter.system.said_to("+306900000077"))


async def test_while_nobody_can_be_asked_the_last_word_counts_for_half_a_day(anna: Citizen) -> None:
    assert CASE in await anna.sms(ASK)
    anna.counter.faults.put("contacts", Fault(Kind.ERROR))
    anna.counter.system.clock.forward(3600)
    assert CASE in await anna.sms(ASK)
    anna.counter.system.clock.forward(13 * 3600)
    assert CASE not in await anna.sms(ASK)
    anna.counter.faults.clear_all()
    anna.counter.system.clock.forward(60)  # the breaker lets one through
    assert CASE in await anna.sms(ASK)


# Several people, several channels


async def test_a_shared_number_is_nobodys_until_one_of_them_proves_who_they_are(anna: Citizen) -> None:
    anna.counter.state.set_mobile(afm_of(B), A.number)
    await anna.counter.system.later(13 * 3600)
    answer = await anna.sms(ASK)
    assert CASE not in answer
    assert "Να συνεχίσουμε;" in answer
    await anna.sms("ναι")
    await anna.sms(afm_of(A))
    answers = await anna.sms("135790")
    assert CASE in answers
    for reference in B.cases:
        assert reference not in answers


async def test_one_citizen_on_both_channels_is_known_on_both(anna: Citizen) -> None:
    page = await anna.log_in(await anna.viber("gov.gr"), afm_of(A))
    await anna.viber(page.code)
    assert CASE in await anna.viber(ASK)
    assert CASE in await anna.sms(ASK)
    store = anna.counter.system.store
    citizen = await store.citizens.find(afm_of(A))
    assert citizen is not None
    assert sorted((channel, level) for _, channel, level in await store.conversations.of_citizen(citizen)) == [
        ("sms", 1),
        ("viber", 2),
    ]
