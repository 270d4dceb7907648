"""What comes by SMS is not the person: a sender can be forged, what was sent to a number cannot be read by another."""

from __future__ import annotations

import re

import aiohttp
import pytest

from bot.phone.people import PEOPLE, Person
from tests.harness import PUBLIC_URL
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, viber

A, B, C, D, E, X = PEOPLE

pytestmark = pytest.mark.slow


async def sms(service: Service, number: str, text: str) -> str:
    """Text the counter from this number; what came back to it."""
    before = len(service.system.said_to(number))
    assert await service.system.phone.sms.write(number, text)
    await service.system.settle()
    return " ".join(service.system.said_to(number)[before:])


def digits_in(text: str, count: int) -> str:
    [found] = re.findall(rf"(?<!\d)\d{{{count}}}(?!\d)", text)
    return str(found)


async def test_a_forged_sender_links_nobody_to_the_number_it_names(service: Service) -> None:
    """The attacker (B) writes as A, gets the code on their own mobile, and never sees what is answered to A."""
    await sms(service, A.number, "σύνδεση")
    assert B.afm is not None
    shown = await sms(service, A.number, B.afm)
    code = digits_in(service.system.said_to(B.number)[-1].split(":")[0], 6)
    for guess in (code, f"0000 {code}", f"{code} 1234"):
        assert "ΚΤ-2026-000301" not in await sms(service, A.number, guess)
    cases = await sms(service, A.number, "όλες οι υποθέσεις μου")
    assert "ΑΔ-2026-000123" in cases
    assert "ΕΦ-2026-000201" not in cases
    assert digits_in(shown, 4) not in service.system.said_to(B.number)[-1]


async def test_a_code_alone_costs_no_attempt_and_both_link_in_either_order(service: Service) -> None:
    await sms(service, X.number, "σύνδεση")
    assert C.afm is not None
    receipt = digits_in(await sms(service, X.number, C.afm), 4)
    code = digits_in(service.system.said_to(C.number)[-1].split(":")[0], 6)
    for _ in range(4):
        assert receipt in await sms(service, X.number, code)
    assert "Συνδεθήκατε" in await sms(service, X.number, f"{code} και {receipt}")
    assert "ΠΠ-2026-000401" in await sms(service, X.number, "όλες οι υποθέσεις μου")


@pytest.mark.parametrize("zero", ["٠", "۰", "０", "०"])
async def test_digits_of_another_script_are_the_same_digits(service: Service, zero: str) -> None:
    typed = {ord("0") + n: chr(ord(zero) + n) for n in range(10)}
    await sms(service, X.number, "σύνδεση")
    receipt = digits_in(await sms(service, X.number, afm_of(C).translate(typed)), 4)
    code = digits_in(service.system.said_to(C.number)[-1].split(":")[0], 6)
    assert receipt in await sms(service, X.number, code.translate(typed))
    assert "Συνδεθήκατε" in await sms(service, X.number, f"{code} {receipt}".translate(typed))
    asked = await sms(service, X.number, "αποσύνδεση")
    await sms(service, X.number, digits_in(asked, 6).translate(typed))
    assert "ΠΠ-2026-000401" not in await sms(service, X.number, "όλες οι υποθέσεις μου")


async def test_at_the_citizens_own_number_the_code_is_enough(service: Service) -> None:
    await sms(service, A.number, "σύνδεση")
    assert A.afm is not None
    answers = await sms(service, A.number, A.afm)  # the answer, and the code by the same line
    assert "Συνδεθήκατε" in await sms(service, A.number, digits_in(answers, 6))


async def test_unlinking_by_sms_needs_digits_that_only_the_answer_holds(service: Service) -> None:
    asked = await sms(service, A.number, "αποσύνδεση")
    assert "ΑΔ-2026-000123" in await sms(service, A.number, "που βρισκεται η αιτηση μου")  # known as before
    asked = await sms(service, A.number, "αποσύνδεση")
    await sms(service, A.number, "000000")
    assert "ΑΔ-2026-000123" in await sms(service, A.number, "που βρισκεται η αιτηση μου")
    asked = await sms(service, A.number, "αποσύνδεση")
    await sms(service, A.number, digits_in(asked, 6))
    assert "ΑΔ-2026-000123" not in await sms(service, A.number, "που βρισκεται η αιτηση μου")


async def test_what_takes_away_can_be_asked_for_three_times_a_day(service: Service) -> None:
    for _ in range(3):
        assert re.search(r"\d{6}", await sms(service, A.number, "διαγράψτε με"))
    assert not re.search(r"\d{6}", await sms(service, A.number, "διαγράψτε με"))
    await service.system.later(25 * 3600)
    assert re.search(r"\d{6}", await sms(service, A.number, "διαγράψτε με"))


async def in_copy(service: Service, person: Person) -> str:
    """What this person, proven on Viber, reads in their copy."""
    [link] = re.findall(
        r"https://\S+", await viber(service, person.viber_id, "στείλτε μου αντίγραφο των στοιχείων μου")
    )
    async with aiohttp.ClientSession() as browser:
        opened = link.replace(PUBLIC_URL, service.system.url)
        async with browser.post(opened, headers={"Accept": "application/json"}) as page:
            return await page.text()


async def test_a_proof_at_anothers_number_reaches_nothing_that_its_holder_said(service: Service) -> None:
    """B has A's telephone in hand for a minute, and is proven there: A speaks, B takes copy and erasure on his own."""
    await viber(service, B.viber_id, afm_of(B))
    assert "Συνδεθήκατε" in await viber(service, B.viber_id, "135790")
    await sms(service, A.number, "η κόρη μου Μαρία έχει αναπηρία")
    await sms(service, A.number, "σύνδεση")
    receipt = digits_in(await sms(service, A.number, afm_of(B)), 4)
    assert "Συνδεθήκατε" in await sms(service, A.number, f"246801 {receipt}")
    await sms(service, A.number, "το ΑΜΚΑ μου είναι 01018012343")
    await sms(service, A.number, "ησυχία 23-7")
    copy = await in_copy(service, B)
    assert afm_of(B) in copy
    for hers in ("Μαρία", "01018012343", A.number, "23:00"):
        assert hers not in copy
    await viber(service, B.viber_id, digits_in(await viber(service, B.viber_id, "διαγράψτε με"), 6))
    talk = await service.system.store.conversations.at("sms", A.number, service.system.clock())
    said = [line.text for line in await service.system.store.transcript.lines(talk.id)]
    for hers in ("η κόρη μου Μαρία έχει αναπηρία", "το ΑΜΚΑ μου είναι 01018012343"):
        assert hers in said
    assert "ΑΔ-2026-000123" in await sms(service, A.number, "που βρισκεται η αιτηση μου")  # known as before


async def test_a_chat_that_may_have_no_more_codes_makes_us_ask_nobody(service: Service) -> None:
    """Tax number after tax number: after the third nobody is looked up, and the words stay the same."""
    before = len(service.audit.rows)
    said = {await sms(service, X.number, f"ο ΑΦΜ μου είναι {afm}") for afm in VALID}
    asked = {entry.subject for entry, _ in service.audit.rows[before:] if entry.registry == "contacts"}
    assert len(asked & set(VALID)) == 3
    assert len({re.sub(r"\d{4}", "", text) for text in said}) == 1


VALID = ("090000045", "090000057", "090000069", "090000070", "090000101", "090000113")
