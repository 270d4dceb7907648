"""Ringing up, through signed HTTP: asked for in the chat, tried, told, never at night, never forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.conversation.hours import load_hours
from casestore.tables import callback_attempts, callbacks
from tests.bot.notices.harness import PERMIT
from tests.calls import MOBILE, VIBER, CallForms
from tests.clock import START
from tests.console import signed_in
from tests.harness import System


async def asked_by_sms(system: System) -> None:
    assert await system.phone.sms.write(MOBILE, "πάρτε με τηλέφωνο")
    await system.settle()


async def test_a_citizen_is_rung_up_three_times_and_told_each_time(
    system: System, anna: CallForms, nikos: CallForms
) -> None:
    await asked_by_sms(system)
    assert system.said_to(MOBILE)[-1] == "[utter_callback_noted el] 24/11 11:00"
    await asked_by_sms(system)
    assert system.said_to(MOBILE)[-1] == "[utter_callback_open el] 24/11 11:00"
    assert (await anna.employee.get("me"))["counts"]["callbacks"] == 1
    for attempt in range(3):
        status, where = await anna.post("callbacks/1/ring")
        assert status == 303
        call = int(where.rpartition("/")[2])
        _, page = await anna.page(f"calls/{call}")
        assert f"tel:{MOBILE}" in page
        assert (await nikos.post("callbacks/1/ring"))[0] == 409
        assert (await nikos.post(f"calls/{call}/outcome", outcome="reached"))[0] == 404
        assert (await anna.post(f"calls/{call}/outcome", outcome="no-answer"))[0] == 303
        assert MOBILE not in (await anna.page(f"calls/{call}"))[1]
        assert (await anna.post(f"calls/{call}/outcome", outcome="reached"))[0] == 409
        await system.settle()
        said = system.said_to(MOBILE)[-1]
        again = "Σας τηλεφωνήσαμε 3 φορές και δεν σας βρήκαμε" if attempt == 2 else "Θα ξαναπροσπαθήσουμε."
        assert again in said
        if attempt < 2:
            assert (await anna.post("callbacks/1/ring"))[0] == 409  # not again within the hour
        for _ in range(4):
            await system.later(16 * 60)
            assert (await nikos.page("calls"))[0] == (await anna.page("calls"))[0] == 200
    assert "Κανείς δεν περιμένει" in (await anna.page("calls"))[1]
    async with system.store.database.read() as connection:
        row = (await connection.execute(select(callbacks))).one()
        assert (row.state, row.attempts) == ("unreached", 3)
        assert len((await connection.execute(select(callback_attempts))).all()) == 3


async def test_who_is_reached_proves_who_they_are_like_any_caller(system: System, anna: CallForms) -> None:
    await asked_by_sms(system)
    _, where = await anna.post("callbacks/1/ring")
    call = int(where.rpartition("/")[2])
    assert (await anna.post(f"calls/{call}/outcome", outcome="reached"))[0] == 303
    _, page = await anna.page(f"calls/{call}")
    assert PERMIT.reference not in page
    await anna.code(call)
    assert (await anna.post(f"calls/{call}/prove", code=system.said_to(MOBILE)[-1].split()[-1]))[0] == 303
    assert PERMIT.reference in (await anna.page(f"calls/{call}"))[1]
    assert (await anna.post(f"calls/{call}/callback", about="Να πούμε το αποτέλεσμα"))[0] == 303
    assert "Να πούμε το αποτέλεσμα" in (await anna.page("calls"))[1]
    assert (await anna.post(f"calls/{call}/callback", about="ξανά"))[0] == 409


async def test_nobody_is_rung_up_at_night_or_in_their_quiet_hours_and_nobody_is_forgotten(
    system: System, anna: CallForms
) -> None:
    await asked_by_sms(system)
    talk = await system.store.conversations.at("sms", MOBILE, START)
    async with system.store.database.write() as connection:
        await system.store.preferences.add(
            connection, talk.contact_point_id, talk.citizen_id, "quiet", "08:00-15:00",
            source="message", key="in:50", now=START,
        )  # fmt: skip
    assert (await anna.post("callbacks/1/ring"))[0] == 409
    hours = load_hours()
    system.clock.forward((hours.after(START, timedelta(hours=24)) - START).total_seconds() - 60)
    async with signed_in(system.url, "anna@gov.gr") as again:
        assert 'class="late"' in (await CallForms(system, again).page("calls"))[1]
    said = len(system.said_to(MOBILE))
    await system.later(120)
    if not hours.holds(system.clock()):
        assert len(system.said_to(MOBILE)) == said
        await system.later((hours.opens(system.clock()) - system.clock()).total_seconds() + 6)
    assert system.said_to(MOBILE)[-1] == "[utter_callback_failed el]"
    async with system.store.database.read() as connection:
        assert (await connection.execute(select(callbacks.c.state))).scalar_one() == "failed"


async def test_who_is_not_known_is_told_why_nobody_can_ring_and_who_has_changed_their_mind_is_not_rung(
    system: System, anna: CallForms
) -> None:
    assert await system.phone.viber.write(VIBER, "πάρτε με τηλέφωνο")
    await system.settle()
    assert system.said_to(VIBER)[-1] == "[utter_callback_no_number el]"
    await asked_by_sms(system)
    conversation = await system.store.conversations.at("sms", MOBILE, system.clock())
    async with system.store.database.write() as connection:
        await system.store.callbacks.cancel(connection, conversation.id, system.clock())
    assert "Κανείς δεν περιμένει" in (await anna.page("calls"))[1]
    for _ in range(2):
        await asked_by_sms(system)
        async with system.store.database.write() as connection:
            await system.store.callbacks.cancel(connection, conversation.id, system.clock())
    await asked_by_sms(system)
    assert system.said_to(MOBILE)[-1] == "[utter_callback_often el]"
