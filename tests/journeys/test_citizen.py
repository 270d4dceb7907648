"""What a citizen lives through: the real dialogue, the sandbox State, signed HTTP, both channels, both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.phone.people import PEOPLE
from casestore.tables import audit, handovers, links
from tests.journeys.conftest import Service

A, B, C, D, E, X = PEOPLE
CASE = "ΑΔ-2026-000123"

pytestmark = pytest.mark.slow


async def sms(service: Service, number: str, text: str) -> list[str]:
    """Text the counter; what came back to that number."""
    before = len(service.system.said_to(number))
    assert await service.system.phone.sms.write(number, text)
    await service.system.settle()
    return service.system.said_to(number)[before:]


async def viber(service: Service, person: str, text: str) -> list[str]:
    before = len(service.system.said_to(person))
    assert await service.system.phone.viber.write(person, text)
    await service.system.settle()
    return service.system.said_to(person)[before:]


async def link(service: Service, person: str, afm: str, code: str) -> list[str]:
    """Link a Viber chat; what is said to the right code."""
    await viber(service, person, "σύνδεση")
    if not await viber(service, person, afm):
        raise AssertionError("no answer to an ΑΦΜ")
    return await viber(service, person, code)


async def test_a_known_number_is_told_stage_next_step_and_date(service: Service) -> None:
    [answer] = await sms(service, A.number, "που βρισκεται η αιτηση μου")
    assert CASE in answer
    assert "έλεγχος πληρότητας" in answer
    assert "προέγκριση" in answer
    assert "18 Δεκεμβρίου 2026" in answer


async def test_viber_is_linked_by_a_code_that_comes_by_sms(service: Service) -> None:
    offer = await viber(service, A.viber_id, "pou einai i adeia mou")
    assert CASE not in "".join(offer)
    await viber(service, A.viber_id, "ναι")
    await viber(service, A.viber_id, "123456783")
    [code] = [text for text in service.system.said_to(A.number) if "135790" in text]
    assert "10 λεπτά" in code
    answers = await viber(service, A.viber_id, "135790")
    assert CASE in "".join(answers)  # what was asked before linking is answered at once
    assert CASE in "".join(await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;"))


async def test_the_clerk_moves_the_case_and_the_citizen_hears_the_new_stage(service: Service) -> None:
    service.state.move(CASE, "pre-approval")
    await service.system.later(31)
    assert "προέγκριση" in "".join(await sms(service, A.number, "που βρισκεται η αιτηση μου"))


async def test_nobody_learns_anothers_affairs(service: Service) -> None:
    for number in (X.number, E.number, D.number):
        for text in (f"που ειναι η {CASE}", "που βρισκεται η αιτηση μου", "123456783", "ΑΦΜ 123456783"):
            answers = "".join(await sms(service, number, text))
            assert "πληρότητας" not in answers
            assert "Δεκεμβρίου" not in answers
    assert "πληρότητας" not in "".join(await sms(service, B.number, f"που ειναι η {CASE}"))


async def test_another_citizens_case_sounds_like_one_that_does_not_exist(service: Service) -> None:
    theirs = await sms(service, B.number, f"που βρισκεται η υποθεση {CASE}")
    none = await sms(service, B.number, "που βρισκεται η υποθεση ΑΔ-2026-999999")
    assert [text.replace(CASE, "#") for text in theirs] == [text.replace("ΑΔ-2026-999999", "#") for text in none]


async def test_no_hint_whether_a_number_is_registered(service: Service) -> None:
    heard = {}
    for person, afm in ((A, A.afm), (E, E.afm), (X, "999999993")):
        await viber(service, person.viber_id, "σύνδεση")
        heard[person.key] = await viber(service, person.viber_id, str(afm))
    assert heard["A"] == heard["E"] == heard["X"]
    assert all("κωδικός" not in text for text in service.system.said_to(E.number))


async def test_a_code_is_good_once_in_its_chat_and_for_ten_minutes(service: Service) -> None:
    await viber(service, A.viber_id, "σύνδεση")
    await viber(service, A.viber_id, "123456783")
    await viber(service, X.viber_id, "σύνδεση")
    await viber(service, X.viber_id, "135790")  # the right code, in another chat
    await service.system.later(601)
    await viber(service, A.viber_id, "135790")  # too late
    async with service.system.store.database.read() as connection:
        assert 2 not in (await connection.scalars(select(links.c.level))).all()


async def test_guessing_stops_after_three_tries(service: Service) -> None:
    await viber(service, X.viber_id, "σύνδεση")
    await viber(service, X.viber_id, "123456783")
    for guess in ("000001", "000002", "000003", "135790"):
        await viber(service, X.viber_id, guess)
    async with service.system.store.database.read() as connection:
        assert 2 not in (await connection.scalars(select(links.c.level))).all()
        tried = (await connection.scalars(select(audit.c.detail).where(audit.c.action == "code.tried"))).all()
    assert "right" not in tried


async def test_linking_twice_changes_whose_chat_it_is(service: Service) -> None:
    assert "Συνδεθήκατε" in "".join(await link(service, X.viber_id, "123456783", "135790"))
    assert CASE in "".join(await viber(service, X.viber_id, "που βρισκεται η αιτηση μου"))


async def test_a_person_is_asked_for_and_the_wish_is_recorded(service: Service) -> None:
    assert await sms(service, A.number, "θέλω να μιλήσω με υπάλληλο")
    async with service.system.store.database.read() as connection:
        assert (await connection.scalars(select(handovers.c.reason))).all() == ["asked"]


async def test_english_is_answered_in_english(service: Service) -> None:
    [answer] = await sms(service, A.number, "where is my application?")
    assert CASE in answer
    assert "completeness check" in answer


async def test_the_contact_registry_being_down_is_said(service: Service) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        fault = {"service": "notificationCenterElementsService", "status": 500}
        await session.post(f"{service.state_url}/admin/faults", json=fault)
    await viber(service, X.viber_id, "σύνδεση")
    answer = "".join(await viber(service, X.viber_id, "090000069"))
    assert "κωδικό" not in answer or "δεν" in answer
