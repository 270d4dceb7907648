"""The telephone, through signed HTTP: a caller proves who they are, is shown, and followed up. Nothing before."""

from __future__ import annotations

import asyncio
import re

import aiohttp
import pytest
from sqlalchemy import select

from casestore.people.identity import PROVEN
from casestore.staff.model import Role
from casestore.tables import callbacks, calls
from tests.bot.notices.harness import PERMIT
from tests.calls import AFM, MOBILE, VIBER, CallForms
from tests.clock import START
from tests.console import employ, signed_in
from tests.harness import System

OTHER, UNKNOWN = "090000045", "090000057"


def without_numbers(page: str) -> str:
    """A page without what differs from call to call: its number, its times, its key."""
    page = re.sub(r'value="[^"]*"|data-event="\d+"', "", page)
    return re.sub(r"calls/\d+|(Κλήση|Call) \d+|data-seconds=\"\d+\"|\d\d:\d\d", "", page)


@pytest.mark.parametrize("by", ["afm", "mobile", "reference"])
async def test_a_caller_proves_who_they_are_and_is_seen_for_half_an_hour(
    system: System, anna: CallForms, by: str
) -> None:
    value = {"afm": AFM, "mobile": "690 000 0001", "reference": PERMIT.reference}[by]
    call = await anna.begin(by, value)
    await anna.code(call)
    code = system.said_to(MOBILE)[-1]
    assert code.startswith("[utter_call_code_sms el]")
    for wrong, left in (("000000", 2), ("000001", 1)):
        status, page = await anna.post(f"calls/{call}/prove", code=wrong)
        assert status == 422
        assert f"{left}." in page
        assert PERMIT.reference not in page
    assert (await anna.post(f"calls/{call}/prove", code=code.split()[-1]))[0] == 303
    _, page = await anna.page(f"calls/{call}")
    assert PERMIT.reference in page
    assert AFM not in page
    system.clock.forward(20 * 60)
    assert PERMIT.reference in (await anna.page(f"calls/{call}"))[1]
    system.clock.forward(11 * 60)
    assert PERMIT.reference not in (await anna.page(f"calls/{call}"))[1]
    assert (await anna.post(f"calls/{call}/follow-up", text="x", key="k"))[0] == 404
    await system.later(10)
    async with system.store.database.read() as connection:
        row = (await connection.execute(select(calls))).one()
    assert (row.finished_at, row.afm_sealed) == (system.clock(), None)
    actions = {row.action for row in await system.store.audits.newest(50) if row.actor == "anna@gov.gr"}
    assert {"call.begun", "call.code", "call.wrong-code", "call.proven", "call.read"} <= actions


async def test_nobody_learns_from_a_look_up_whether_there_is_anybody(system: System, anna: CallForms) -> None:
    """Who is known, who has no mobile, who is on no record at all: the same pages, the same answers to a wrong code."""
    seen = []
    for by, value in (("afm", AFM), ("afm", OTHER), ("afm", UNKNOWN), ("mobile", "+306900009999"),
                      ("reference", PERMIT.reference), ("reference", "ΑΔ-2026-999999")):  # fmt: skip
        call = await anna.begin(by, value)
        pages = [await anna.page(f"calls/{call}")]
        await anna.code(call)
        pages += [await anna.page(f"calls/{call}")]
        pages += [await anna.post(f"calls/{call}/prove", code="999999") for _ in range(4)]
        known = {"afm": "ΑΦΜ", "mobile": "Κινητό", "reference": "Αριθμός υπόθεσης"}[by]
        seen.append([(status, without_numbers(page).replace(known, "")) for status, page in pages])
    assert all(one == seen[0] for one in seen[1:])
    assert len(system.said_to(MOBILE)) == 2
    assert [status for status, _ in seen[0]] == [200, 200, 422, 422, 422, 409]


async def test_a_code_opens_its_call_alone_and_counts_among_its_citizens_codes(
    system: System, anna: CallForms, nikos: CallForms
) -> None:
    call, other = await anna.begin("afm", AFM), await nikos.begin("afm", AFM)
    await anna.code(call)
    code = system.said_to(MOBILE)[-1].split()[-1]
    await nikos.code(other)
    assert (await nikos.post(f"calls/{other}/prove", code=code))[0] == 422
    assert (await nikos.page(f"calls/{call}"))[0] == 404  # another's call
    assert (await nikos.post(f"calls/{call}/prove", code=code))[0] == 404
    for _ in range(2):
        await anna.code(call)
    assert (await anna.post(f"calls/{call}/code"))[0] == 429
    for _ in range(4):  # eight a day for a tax number: four were sent
        await anna.code(await anna.begin("afm", AFM))
    said = len(system.said_to(MOBILE))
    last = await anna.begin("afm", AFM)
    await anna.code(last)
    assert len(system.said_to(MOBILE)) == said == 8
    assert (await anna.post(f"calls/{last}/prove", code="123456"))[0] == 422


async def test_who_looks_up_number_after_number_is_stopped(system: System, anna: CallForms, nikos: CallForms) -> None:
    for _ in range(30):
        await anna.begin("mobile", "+306900009999")
    assert (await anna.post("calls", by="afm", value=AFM, purpose="case"))[0] == 429
    await nikos.begin("afm", AFM)
    system.clock.forward(61 * 60)
    async with signed_in(system.url, "anna@gov.gr") as again:
        await CallForms(system, again).begin("afm", AFM)


@pytest.mark.parametrize(
    ("by", "value", "purpose"),
    [
        ("afm", "123456789", "case"),
        ("afm", AFM, ""),
        ("callback", AFM, "case"),
        ("mobile", "anna", "case"),
        ("reference", "κάτι", "case"),
        ("afm", "9" * 70, "case"),
    ],
)
async def test_what_is_no_number_or_has_no_purpose_is_refused(
    anna: CallForms, by: str, value: str, purpose: str
) -> None:
    assert (await anna.post("calls", by=by, value=value, purpose=purpose))[0] == 422


async def test_only_a_page_of_ours_acts(system: System, anna: CallForms) -> None:
    call = await anna.begin("afm", AFM)
    for path in ("calls", f"calls/{call}/code", f"calls/{call}/end", "callbacks", "callbacks/1/ring"):
        assert (await anna.post(path, csrf="0" * 32))[0] == 403, path
    assert (await anna.post(f"calls/{call}/nothing"))[0] == 404
    await employ(system.store, "watch@gov.gr", Role.AUDITOR)
    async with signed_in(system.url, "watch@gov.gr") as auditor:
        watch = CallForms(system, auditor)
        assert {(await watch.page(path))[0] for path in ("calls", f"calls/{call}", "part/callbacks")} == {403}
        assert (await watch.post("calls", by="afm", value=AFM, purpose="case"))[0] == 403
    async with aiohttp.ClientSession() as stranger:
        for path in ("calls", f"calls/{call}/code", "callbacks"):
            async with stranger.post(f"{system.url}/console/{path}", allow_redirects=False) as response:
                assert response.status == 303


async def test_what_was_said_is_history_and_what_follows_comes_from_a_person(system: System, anna: CallForms) -> None:
    talk = await system.store.conversations.at("viber", VIBER, START)
    async with system.store.database.write() as connection:
        citizen = await system.store.citizens.ensure_one(connection, AFM, START)
        await system.store.links.link(connection, talk.contact_point_id, citizen, PROVEN, "login", START)
    call = await anna.proven()
    assert PERMIT.reference in (await anna.page(f"calls/{call}"))[1]
    note = {"about": "papers", "asked": "Τι λείπει;", "answered": "<b>Το τοπογραφικό</b>"}
    assert (await anna.post(f"calls/{call}/note", **note))[0] == 303
    for _ in range(2):  # one key is one message
        assert (await anna.post(f"calls/{call}/follow-up", text="Στείλτε το εδώ.", key="one"))[0] == 303
    await system.settle()
    assert system.said_to(VIBER) == ["Άννα Π., υπάλληλος, μετά το τηλεφώνημά μας:\nΣτείλτε το εδώ."]
    assert (await anna.post(f"calls/{call}/end"))[0] == 303
    async with system.store.database.write() as connection:
        await system.store.handovers.ask(connection, talk.id, "in:1:e0", "asked", system.clock())
    _, page = await anna.page(f"c/{talk.id}")
    assert "Τι λείπει;" in page
    assert "&lt;b&gt;Το τοπογραφικό" in page
    copy = await system.store.holdings.copy(citizen)
    [held] = copy["calls"]
    assert (held["asked"], held["about"], "staff_id" in held) == ("Τι λείπει;", "papers", False)
    looked, _ = await system.store.looks.of(citizen)
    assert [(one.role, one.purpose) for one in looked] == [("agent", "chat"), ("agent", "call")]
    async with system.store.database.write() as connection:
        await system.store.erasure.erase(
            connection, talk.contact_point_id, system.clock(), key="in:9", subject_key=None, everywhere=True
        )
        for table in (calls, callbacks):
            assert (await connection.execute(select(table))).all() == []
    assert (await anna.page(f"calls/{call}"))[0] == 404


async def test_a_colleague_who_answers_there_is_not_talked_over_and_a_stop_is_heard(
    system: System, anna: CallForms, nikos: CallForms
) -> None:
    call = await anna.proven()
    assert await system.phone.sms.write(MOBILE, "γεια")
    await system.settle()
    number = (await system.store.conversations.at("sms", MOBILE, system.clock())).id
    async with system.store.database.write() as connection:
        await system.store.handovers.ask(connection, number, "in:1:e0", "asked", system.clock())
    await nikos.employee.claim(number)
    said = len(system.said_to(MOBILE))
    assert (await anna.post(f"calls/{call}/follow-up", text="Γεια", key="a"))[0] == 409
    await nikos.employee.act(number, "release")
    assert await system.phone.sms.write(MOBILE, "ΣΤΟΠ")
    await system.settle()
    async with system.store.database.write() as connection:
        point = await system.store.contact_points.ensure(connection, "sms", MOBILE, system.clock())
        await system.store.consents.add(
            connection, point, allowed=False, source="message", key="in:99", now=system.clock()
        )
    status, page = await anna.post(f"calls/{call}/follow-up", text="Γεια", key="b")
    assert (status, "ΣΤΟΠ" in page) == (409, True)
    await system.settle()
    assert not any("τηλεφώνημά μας" in text for text in system.said_to(MOBILE)[said:])


async def test_of_many_guesses_at_once_three_are_tries(system: System, anna: CallForms) -> None:
    call = await anna.begin("afm", AFM)
    await anna.code(call)
    right = system.said_to(MOBILE)[-1].split()[-1]
    guesses = [anna.post(f"calls/{call}/prove", code=f"{number:06d}") for number in range(12)]
    ends = [status for status, _ in await asyncio.gather(*guesses)]
    assert sorted(ends) == [409] * 9 + [422] * 3
    assert (await anna.post(f"calls/{call}/prove", code=right))[0] == 409
