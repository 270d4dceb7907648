"""What supervisors set counts at once, for whoever answers and for the bot, with who changed what and when."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from bot.console.supervision.forms import changes
from casestore.staff.model import Role
from casestore.tables import arrangements, audit
from tests.console import Employee, employ, signed_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER = "tGVuIFZpYmVyIGlkIGhlcmU="
NASTY = "<script>alert(1)</script>\"'=1+1"


async def post(
    who: Employee, path: str, form: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[int, str]:
    url, sent = f"{who.url}/console/arrange/{path}", {"csrf": who.csrf, **form}
    async with who.session.post(url, data=sent, headers=headers or {}, allow_redirects=False) as response:
        return response.status, await response.text()


HOURS = {
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "12:00-16:00"),
    "half_days": "12-24 12:00-13:00",
    "dates": "2026-12-01 - εθιμική αργία",
    "answer_within_minutes": "45",
    "give_back_after_minutes": "960",
}


async def test_hours_that_are_set_count_at_once_for_the_bot_and_the_board(system: System, head: Employee) -> None:
    assert await system.phone.viber.write(VIBER, "θέλω υπάλληλο")
    await system.settle()
    assert "utter_queue_place" in system.said_to(VIBER)[-1]
    assert await post(head, "hours", {"version": "0", **HOURS}) == (303, "")
    assert (await head.get("board"))["desks"][0]["due_at"] == "2026-11-23T10:45:00+00:00"  # from 12:00 in Athens
    other = "bm90aGVyIGNpdGl6ZW4gID0="
    assert await system.phone.viber.write(other, "θέλω υπάλληλο")
    await system.settle()
    assert "utter_queue_closed" in system.said_to(other)[-1]
    shown = await head.page("arrange/hours?done=1")
    assert "head@gov.gr" in shown
    assert "Δευτέρα:</span> <del" in shown
    assert re.search(r"1/12/2026</th><td>κλειστά", shown)
    async with system.store.database.read() as connection:
        noted = [tuple(row) for row in await connection.execute(select(audit.c.action, audit.c.detail, audit.c.actor))]
        [kept] = (await connection.execute(select(arrangements))).all()
    assert ("staff.arranged", f"hours {kept.id}", "head@gov.gr") in noted
    assert ("staff.hours-moved", "1 deadlines", "head@gov.gr") in noted
    assert (kept.author, kept.kind) == ("head@gov.gr", "hours")
    assert (await system.store.audits.verify(system.clock())).broken is None


async def test_of_two_who_change_the_same_the_second_is_told(system: System, head: Employee) -> None:
    assert (await post(head, "hours", {"version": "0", **HOURS}))[0] == 303
    status, told = await post(head, "hours", {"version": "0", **HOURS, "monday": "09:00-10:00"})
    assert (status, "Κάποιος άλλος" in told, "09:00-10:00" in told) == (409, True, True)
    assert (await post(head, "hours/back", {"version": "1", "number": "0"}))[0] == 303
    assert 'value="08:00-16:00"' in await head.page("arrange/hours")
    assert (await post(head, "desks/back", {"version": "0", "number": "1"}))[0] == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"monday": "08-14"},
        {"monday": "25:00-26:00"},
        dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), ""),
        {"dates": "2026-12-07 -"},
        {"dates": "2026-13-07 - λόγος"},
        {"half_days": "13-45 08:00-09:00"},
        {"half_days": "24/12 08:00"},
        {"answer_within_minutes": "0"},
        {"give_back_after_minutes": "9" * 30},
        {"version": "x"},
    ],
)
async def test_hours_that_cannot_be_are_refused(system: System, head: Employee, wrong: dict[str, str]) -> None:
    status, told = await post(head, "hours", {"version": "0", **HOURS, **wrong})
    assert (status, 'class="trouble" role="alert"' in told) == (422, True)
    async with system.store.database.read() as connection:
        assert (await connection.execute(select(arrangements))).all() == []


async def desks_of(head: Employee) -> dict[str, str]:
    shown = await head.page("arrange/desks")
    fields = re.findall(r'name="((?:el|en)_\w+)" value="([^"]*)"', shown)
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert version
    return {"version": version[1], **{name: unescape(value) for name, value in fields if not name.endswith("_new")}}


async def test_desks_come_and_go_and_conversations_with_them(system: System, head: Employee) -> None:
    assert await system.phone.viber.write(VIBER, "θέλω υπάλληλο")
    await system.settle()
    form = await desks_of(head)
    added = {**form, "code": "tax", "el_new": NASTY, "en_new": "Tax"}
    assert (await post(head, "desks", added))[0] == 303
    status, _ = await head.act(1, "transfer", to="tax", reason="φορολογικό")
    assert status == 200
    board = {one["desk"]: one["waiting"] for one in (await head.get("board"))["desks"]}
    assert (board["tax"], board["general"]) == (1, 0)
    for path in ("board", "board/waiting?key=tax", "arrange/desks", "arrange", "?view=waiting", "c/1"):
        shown = await head.page(path)
        assert NASTY not in shown, path
        assert not re.search(r"<script(?! type=\"module\" src=)|<[^>]+\s(?:style|on\w+)=", shown), path
    gone = {**await desks_of(head), "gone_tax": "1"}
    assert (await post(head, "desks", gone))[0] == 422  # a conversation waits there
    assert (await post(head, "desks", {**await desks_of(head), "gone_permits": "1"}))[0] == 422  # an employee answers
    assert (await head.act(1, "close", reason="τέλος"))[0] == 200
    assert (await post(head, "desks", gone))[0] == 303
    assert await system.phone.viber.write(VIBER, "πάλι")
    await system.settle()
    assert [one["desk"] for one in await head.waiting()] == ["general"]
    for wrong in ({"code": "general"}, {"code": "A b"}, {"code": "x" * 17}, {"el_general": ""}, {"gone_general": "1"}):
        named = {"el_new": "Νέο", "en_new": "New"}
        assert (await post(head, "desks", {**await desks_of(head), **named, **wrong}))[0] == 422, wrong


ANSWER = {"title_el": "Νέα", "title_en": "New", "text_el": "Καλησπέρα", "text_en": "Good evening", "id": ""}


async def test_a_ready_answer_is_offered_at_once_and_where_it_belongs(system: System, head: Employee) -> None:
    assert await system.phone.viber.write(VIBER, "θέλω υπάλληλο")
    await system.settle()
    assert (await post(head, "canned", {"version": "0", **ANSWER, "desk_general": "1"}))[0] == 303
    offered = {one["title"]: one for one in (await head.one(1))["canned"]}
    assert offered["Νέα"]["text"] == "Καλησπέρα"
    changed = {"version": "1", **ANSWER, "id": offered["Νέα"]["id"], "desk_permits": "1"}
    assert (await post(head, "canned", changed))[0] == 303
    assert "Νέα" not in {one["title"] for one in (await head.one(1))["canned"]}
    assert (await post(head, "canned", {"version": "2", "id": "hello", "gone": "1"}))[0] == 303
    assert "hello" not in {one["id"] for one in (await head.one(1))["canned"]}
    shown = await head.page("arrange/canned")
    assert shown.count("<del") >= 2
    assert (await post(head, "canned/back", {"version": "3", "number": "0"}))[0] == 303
    assert "hello" in {one["id"] for one in (await head.one(1))["canned"]}


@pytest.mark.parametrize(
    "text",
    [
        "{stage.__class__}",
        "{stage:>1000000}",
        "{stage!r}",
        "{who}",
        "{",
        "{0}",
        "{}",
        "{stage:{missing}}",
        "",
        "x" * 1001,
    ],
)
async def test_a_text_that_nothing_fills_is_refused(system: System, head: Employee, text: str) -> None:
    assert (await post(head, "canned", {"version": "0", **ANSWER, "text_el": text}))[0] == 422


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_another_sites_page_sets_nothing(system: System, head: Employee, headers: dict[str, str]) -> None:
    for kind in ("hours", "desks", "canned", "hours/back"):
        assert (await post(head, kind, {"version": "0", **HOURS}, headers))[0] == 403
        assert (await post(head, kind, {"version": "0", **HOURS, "csrf": "0" * 32}))[0] == 403
    assert (await post(head, "none", {"version": "0"}))[0] == 404


async def test_hours_that_a_setting_says_are_not_changed_here(sqlite_url: str) -> None:
    async with running_system(sqlite_url, EchoDialogue(), staff_hours="always") as system:
        await employ(system.store, "head@gov.gr", Role.SUPERVISOR)
        async with signed_in(system.url, "head@gov.gr") as head:
            assert "STAFF_HOURS=always" in await head.page("arrange/hours")
            assert (await post(head, "hours", {"version": "0", **HOURS}))[0] == 422


def test_what_changed_is_told_by_its_place() -> None:
    before = {"week": {"monday": ["08:00-16:00"], "sunday": []}, "answers": [{"id": "a", "text": "x"}]}
    after = {"week": {"monday": ["08:00-14:00"], "sunday": []}, "answers": [{"id": "b", "text": "y"}]}
    assert changes(before, after) == [
        ("week · monday", "08:00-16:00", "08:00-14:00"),
        ("answers · a · text", "x", ""),
        ("answers · b · text", "", "y"),
    ]
    assert changes(after, after) == []
