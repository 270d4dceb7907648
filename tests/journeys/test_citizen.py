"""What a citizen lives through: the real dialogue, the sandbox State, signed HTTP, both channels, both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.phone.people import PEOPLE
from casestore.tables import audit, handovers, links
from tests.journeys.conftest import Counter

A, B, C, D, E, X = PEOPLE
CASE = "ΑΔ-2026-000123"

pytestmark = pytest.mark.slow


async def sms(counter: Counter, number: str, text: str) -> list[str]:
    """Text the counter; what came back to that number."""
    before = len(counter.system.said_to(number))
    assert await counter.system.phone.sms.write(number, text)
    await counter.system.settle()
    return counter.system.said_to(number)[before:]


async def viber(counter: Counter, person: str, text: str) -> list[str]:
    before = len(counter.system.said_to(person))
    assert await counter.system.phone.viber.write(person, text)
    await counter.system.settle()
    return counter.system.said_to(person)[before:]


async def link(counter: Counter, person: str, afm: str, code: str) -> list[str]:
    """Link a Viber chat; what is said to the right code."""
    await viber(counter, person, "σύνδεση")
    if not await viber(counter, person, afm):
        raise AssertionError("no answer to an ΑΦΜ")
    return await viber(counter, person, code)


async def test_a_known_number_is_told_stage_next_step_and_date(counter: Counter) -> None:
    [answer] = await sms(counter, A.number, "που βρισκεται η αιτηση μου")
    assert CASE in answer
    assert "έλεγχος πληρότητας" in answer
    assert "προέγκριση" in answer
    assert "18 Δεκεμβρίου 2026" in answer


async def test_viber_is_linked_by_a_code_that_comes_by_sms(counter: Counter) -> None:
    offer = await viber(counter, A.viber_id, "pou einai i adeia mou")
    assert CASE not in "".join(offer)
    await viber(counter, A.viber_id, "ναι")
    await viber(counter, A.viber_id, "123456783")
    [code] = [text for text in counter.system.said_to(A.number) if "135790" in text]
    assert "10 λεπτά" in code
    answers = await viber(counter, A.viber_id, "135790")
    assert CASE in "".join(answers)  # what was asked before linking is answered at once
    assert CASE in "".join(await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;"))


async def test_the_clerk_moves_the_case_and_the_citizen_hears_the_new_stage(counter: Counter) -> None:
    counter.state.move(CASE, "pre-approval")
    await counter.system.later(31)
    assert "προέγκριση" in "".join(await sms(counter, A.number, "που βρισκεται η αιτηση μου"))


async def test_nobody_learns_anothers_affairs(counter: Counter) -> None:
    for number in (X.number, E.number, D.number):
        for text in (f"που ειναι η {CASE}", "που βρισκεται η αιτηση μου", "123456783", "ΑΦΜ 123456783"):
            answers = "".join(await sms(counter, number, text))
            assert "πληρότητας" not in answers
            assert "Δεκεμβρίου" not in answers
    assert "πληρότητας" not in "".join(await sms(counter, B.number, f"που ειναι η {CASE}"))


async def test_another_citizens_case_sounds_like_one_that_does_not_exist(counter: Counter) -> None:
    theirs = await sms(counter, B.number, f"που βρισκεται η υποθεση {CASE}")
    none = await sms(counter, B.number, "που βρισκεται η υποθεση ΑΔ-2026-999999")
    assert [text.replace(CASE, "#") for text in theirs] == [text.replace("ΑΔ-2026-999999", "#") for text in none]


async def test_no_hint_whether_a_number_is_registered(counter: Counter) -> None:
    heard = {}
    for person, afm in ((A, A.afm), (E, E.afm), (X, "999999993")):
        await viber(counter, person.viber_id, "σύνδεση")
        heard[person.key] = await viber(counter, person.viber_id, str(afm))
    assert heard["A"] == heard["E"] == heard["X"]
    assert all("κωδικός" not in text for text in counter.system.said_to(E.number))


async def test_a_code_is_good_once_in_its_chat_and_for_ten_minutes(counter: Counter) -> None:
    await viber(counter, A.viber_id, "σύνδεση")
    await viber(counter, A.viber_id, "123456783")
    await viber(counter, X.viber_id, "σύνδεση")
    await viber(counter, X.viber_id, "135790")  # the right code, in another chat
    await counter.system.later(601)
    await viber(counter, A.viber_id, "135790")  # too late
    async with counter.system.store.database.read() as connection:
        assert 2 not in (await connection.scalars(select(links.c.level))).all()


async def test_guessing_stops_after_three_tries(counter: Counter) -> None:
    await viber(counter, X.viber_id, "σύνδεση")
    await viber(counter, X.viber_id, "123456783")
    for guess in ("000001", "000002", "000003", "135790"):
        await viber(counter, X.viber_id, guess)
    async with counter.system.store.database.read() as connection:
        assert 2 not in (await connection.scalars(select(links.c.level))).all()
        tried = (await connection.scalars(select(audit.c.detail).where(audit.c.action == "code.tried"))).all()
    assert "right" not in tried


async def test_linking_twice_changes_whose_chat_it_is(counter: Counter) -> None:
    assert "Συνδεθήκατε" in "".join(await link(counter, X.viber_id, "123456783", "135790"))
    assert CASE in "".join(await viber(counter, X.viber_id, "που βρισκεται η αιτηση μου"))


async def test_a_person_is_asked_for_and_the_wish_is_recorded(counter: Counter) -> None:
    assert await sms(counter, A.number, "θέλω να μιλήσω με υπάλληλο")
    async with counter.system.store.database.read() as connection:
        assert (await connection.scalars(select(handovers.c.reason))).all() == ["asked"]


async def test_english_is_answered_in_english(counter: Counter) -> None:
    [answer] = await sms(counter, A.number, "where is my application?")
    assert CASE in answer
    assert "completeness check" in answer


async def test_the_contact_registry_being_down_is_said(counter: Counter) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        fault = {"service": "notificationCenterElementsService", "status": 500}
        await session.post(f"{counter.state_url}/admin/faults", json=fault)
    await viber(counter, X.viber_id, "σύνδεση")
    answer = "".join(await viber(counter, X.viber_id, "090000069"))
    assert "κωδικό" not in answer or "δεν" in answer
