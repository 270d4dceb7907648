"""What a citizen lives through: the real dialogue, the sandbox State, signed HTTP, both channels, both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.phone.people import PEOPLE
from casestore.people.identity import PROVEN
from casestore.tables import audit, handovers, links
from connectors.sandbox.faults import Fault, Kind
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, messages, sms, viber

A, B, C, D, E, X = PEOPLE
CASE = "ΑΔ-2026-000123"

pytestmark = pytest.mark.slow


async def link(service: Service, person: str, afm: str, code: str) -> str:
    """Link a Viber chat; what is said to the code."""
    await viber(service, person, "σύνδεση")
    assert await viber(service, person, afm)
    return await viber(service, person, code)


async def levels(service: Service) -> list[int]:
    """How well each contact point is known."""
    async with service.system.store.database.read() as connection:
        return list(await connection.scalars(select(links.c.level)))


async def test_a_known_number_is_told_stage_next_step_and_date(service: Service) -> None:
    [answer] = await messages(service.system, "sms", A.number, "που βρισκεται η αιτηση μου")
    assert CASE in answer
    assert "έλεγχος πληρότητας" in answer
    assert "προέγκριση" in answer
    assert "18/12" in answer


async def test_viber_is_linked_by_a_code_that_comes_by_sms(service: Service) -> None:
    offer = await viber(service, A.viber_id, "pou einai i adeia mou")
    assert "Να συνεχίσουμε;" in offer
    assert CASE not in offer
    await viber(service, A.viber_id, "ναι")
    await viber(service, A.viber_id, "123456783")
    [code] = [text for text in service.system.said_to(A.number) if "135790" in text]
    assert "10 λεπτά" in code
    answers = await viber(service, A.viber_id, "135790")
    assert CASE in answers  # what was asked before linking is answered at once
    assert CASE in await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;")


async def test_the_clerk_moves_the_case_and_the_citizen_hears_the_new_stage(service: Service) -> None:
    service.state.move(CASE, "pre-approval")
    await service.system.later(31)
    assert "προέγκριση" in await sms(service, A.number, "που βρισκεται η αιτηση μου")


async def test_nobody_learns_anothers_affairs(service: Service) -> None:
    for number in (X.number, E.number, D.number):
        for text in (f"που ειναι η {CASE}", "που βρισκεται η αιτηση μου", "123456783", "ΑΦΜ 123456783"):
            answer = await sms(service, number, text)
            assert answer
            assert "πληρότητας" not in answer
            assert "Δεκεμβρίου" not in answer
    answer = await sms(service, B.number, f"που ειναι η {CASE}")
    assert answer
    assert "πληρότητας" not in answer


async def test_another_citizens_case_sounds_like_one_that_does_not_exist(service: Service) -> None:
    theirs = await sms(service, B.number, f"που βρισκεται η υποθεση {CASE}")
    none = await sms(service, B.number, "που βρισκεται η υποθεση ΑΔ-2026-999999")
    assert "υπάρχει τέτοιος αριθμός" in none
    assert theirs.replace(CASE, "#") == none.replace("ΑΔ-2026-999999", "#")


async def test_no_hint_whether_a_number_is_registered(service: Service) -> None:
    heard = {}
    for person, afm in ((A, A.afm), (E, E.afm), (X, "999999993")):
        await viber(service, person.viber_id, "σύνδεση")
        heard[person.key] = await viber(service, person.viber_id, str(afm))
    assert heard["A"] == heard["E"] == heard["X"] != ""
    assert all("κωδικός" not in text for text in service.system.said_to(E.number))


async def test_a_code_is_good_once_in_its_chat_and_for_ten_minutes(service: Service) -> None:
    await viber(service, A.viber_id, "σύνδεση")
    await viber(service, A.viber_id, "123456783")
    await viber(service, X.viber_id, "σύνδεση")
    await viber(service, X.viber_id, "135790")  # the right code, in another chat
    await service.system.later(601)
    await viber(service, A.viber_id, "135790")  # too late
    assert PROVEN not in await levels(service)
    await viber(service, A.viber_id, "123456783")
    assert "Συνδεθήκατε" in await viber(service, A.viber_id, "246801")
    assert PROVEN in await levels(service)
    await viber(service, A.viber_id, "αποσύνδεση")
    await viber(service, A.viber_id, "σύνδεση")
    await viber(service, A.viber_id, "246801")  # again
    assert PROVEN not in await levels(service)


async def test_guessing_stops_after_three_tries(service: Service) -> None:
    await viber(service, X.viber_id, "σύνδεση")
    await viber(service, X.viber_id, "123456783")
    for guess in ("000001", "000002", "000003", "135790"):
        await viber(service, X.viber_id, guess)
    assert PROVEN not in await levels(service)
    async with service.system.store.database.read() as connection:
        tried = (await connection.scalars(select(audit.c.detail).where(audit.c.action == "code.tried"))).all()
    assert tried == ["wrong"] * 4  # the right one came too late


async def test_a_linked_chat_becomes_anothers_only_after_it_was_unlinked(service: Service) -> None:
    assert "Συνδεθήκατε" in await link(service, X.viber_id, afm_of(A), "135790")
    assert "ήδη συνδεδεμένοι" in await viber(service, X.viber_id, afm_of(C))
    assert CASE in await viber(service, X.viber_id, "που βρισκεται η αιτηση μου")
    await viber(service, X.viber_id, "αποσύνδεση")
    assert "Συνδεθήκατε" in await link(service, X.viber_id, afm_of(C), "246801")
    answer = await viber(service, X.viber_id, "που βρισκεται η αιτηση μου")
    assert C.cases[0] in answer
    assert CASE not in answer


async def test_a_person_is_asked_for_and_the_wish_is_recorded(service: Service) -> None:
    assert await sms(service, A.number, "θέλω να μιλήσω με υπάλληλο")
    async with service.system.store.database.read() as connection:
        assert (await connection.scalars(select(handovers.c.reason))).all() == ["asked"]


async def test_english_is_answered_in_english(service: Service) -> None:
    [answer] = await messages(service.system, "sms", A.number, "where is my application?")
    assert CASE.replace("Α", "A") in answer  # a Latin A, so that an English text stays in the cheap alphabet
    assert "completeness check" in answer


async def test_the_contact_registry_being_down_is_said(service: Service) -> None:
    service.faults.put("contacts", Fault(Kind.ERROR))
    await viber(service, X.viber_id, "σύνδεση")
    assert "Το μητρώο δεν απαντά αυτή τη στιγμή" in await viber(service, X.viber_id, "090000069")
