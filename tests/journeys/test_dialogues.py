"""Conversations through signed HTTP with the real dialogue: what is public, alerts, choices by number, giving up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.phone.people import PEOPLE
from casestore.tables import consents, contact_points, handovers, transcript
from tests.journeys.conftest import Service
from tests.journeys.talk import messages, sms, viber

A, B, *_ = PEOPLE
STRANGER = "+306999999999"

pytestmark = pytest.mark.slow


async def said(service: Service) -> list[tuple[str, bool, str]]:
    """What was kept of consent: channel, allowed, source."""
    kept = select(contact_points.c.channel, consents.c.allowed, consents.c.source)
    async with service.system.store.database.read() as connection:
        rows = await connection.execute(kept.join_from(consents, contact_points).order_by(consents.c.id))
        return [(row.channel, row.allowed, row.source) for row in rows]


async def test_alerts_are_stopped_and_started_on_viber(service: Service) -> None:
    [stopped] = await messages(service.system, "viber", A.viber_id, "ΣΤΟΠ")
    assert "ΕΝΑΡΞΗ" in stopped
    [started] = await messages(service.system, "viber", A.viber_id, "έναρξη")
    assert "ΣΤΟΠ" in started
    assert await said(service) == [("viber", False, "message"), ("viber", True, "message")]


async def test_a_lone_stop_by_sms_is_kept_written_down_and_confirmed_once(service: Service) -> None:
    [stopped] = await messages(service.system, "sms", A.number, "ΔΙΑΚΟΠΗ")
    assert "ΕΝΑΡΞΗ" in stopped
    assert await sms(service, A.number, "ΣΤΟΠ") == ""
    assert await said(service) == [("sms", False, "message")]
    [started] = await messages(service.system, "sms", A.number, "ΕΝΑΡΞΗ")
    assert "ΣΤΟΠ" in started
    assert await said(service) == [("sms", False, "message"), ("sms", True, "message")]
    async with service.system.store.database.read() as connection:
        authors = (await connection.scalars(select(transcript.c.author).order_by(transcript.c.id))).all()
    assert authors == ["citizen", "bot", "citizen", "citizen", "bot"]


async def test_a_stop_that_the_carrier_obeys_itself_is_kept_and_not_answered(service: Service) -> None:
    assert await sms(service, A.number, "STOP") == ""
    assert await said(service) == [("sms", False, "message")]


async def test_after_stop_a_question_is_still_answered(service: Service) -> None:
    await sms(service, A.number, "ΣΤΟΠ")
    assert "ΑΔ-2026-000123" in await sms(service, A.number, "πού βρίσκεται η αίτησή μου;")


async def test_leaving_on_viber_is_no_word_on_alerts(service: Service) -> None:
    await viber(service, A.viber_id, "γεια σας")
    await service.system.phone.viber.unsubscribe(A.viber_id)
    await service.system.settle()
    assert await said(service) == []


async def test_a_stranger_is_told_what_is_public_by_its_name(service: Service) -> None:
    [asked] = await messages(service.system, "sms", STRANGER, "πόσο κοστίζει;")
    assert "Γράψτε μου το όνομά του" in asked
    [told] = await messages(service.system, "sms", STRANGER, "πόσο κοστίζει το πιστοποιητικό οικογενειακής κατάστασης;")
    assert "δωρεάν" in told


async def test_which_of_the_two_by_number_then_the_other(service: Service) -> None:
    [asked] = await messages(service.system, "sms", B.number, "που ειναι η αιτηση μου")
    assert "Απαντήστε 1 ή 2." in asked
    [first] = await messages(service.system, "sms", B.number, "1")
    [other] = await messages(service.system, "sms", B.number, "και η άλλη;")
    assert {"ΕΦ-2026-000201" in first, "ΕΦ-2026-000201" in other} == {True, False}
    assert {"ΚΤ-2026-000301" in first, "ΚΤ-2026-000301" in other} == {True, False}


async def test_a_paper_sent_is_looked_up_in_the_registry(service: Service) -> None:
    told = await sms(service, B.number, "έστειλα τα χαρτιά")
    assert "λείπουν ακόμη" in told
    assert "ΚΤ-2026-000301" in told


async def test_not_understood_three_times_an_employee_will_see_it(service: Service) -> None:
    for text in ("πες μου ένα ανέκδοτο", "τι καιρό θα κάνει αύριο;"):
        await viber(service, A.viber_id, text)
    [given_up] = await messages(service.system, "viber", A.viber_id, "ποιος κέρδισε στον αγώνα χθες;")
    assert "υπάλληλος" in given_up
    async with service.system.store.database.read() as connection:
        assert (await connection.scalars(select(handovers.c.reason))).all() == ["gave-up"]
