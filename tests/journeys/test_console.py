"""A citizen asks for a person and is answered by one, through signed HTTP on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.conversation.hours import load_hours
from casestore.staff.model import Role
from casestore.tables import contact_points
from dialogues.turn import Handover
from tests.clock import FakeClock
from tests.console import Employee, employ, signed_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER, MOBILE = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001"
CHANNELS = {"viber": VIBER, "sms": MOBILE}
BACK = {
    "viber": "Η συνομιλία με τον υπάλληλο τελείωσε. Από τώρα σας απαντά ξανά ο ψηφιακός βοηθός.",
    "sms": "Τέλος συνομιλίας με υπάλληλο. Απαντά ξανά ο βοηθός.",
}


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    """A bot that wants a person at every message, and two employees, in one time zone's office hours."""
    dialogue = EchoDialogue(effects=[Handover("asked")])
    async with running_system(sqlite_url, dialogue) as system:
        await employ(system.store, "anna@gov.gr", name="Άννα Π.")
        await employ(system.store, "nikos@gov.gr", name="Νίκος Κ.")
        await employ(system.store, "head@gov.gr", Role.SUPERVISOR)
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield employee


@pytest.fixture
async def nikos(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "nikos@gov.gr") as employee:
        yield employee


async def write(system: System, channel: str, text: str) -> None:
    network = system.phone.viber if channel == "viber" else system.phone.sms
    assert await network.write(CHANNELS[channel], text)
    await system.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_person_takes_over_answers_and_hands_back(system: System, anna: Employee, channel: str) -> None:
    address = CHANNELS[channel]
    await write(system, channel, "θέλω υπάλληλο")
    assert system.said_to(address) == ["re: θέλω υπάλληλο #1", "[utter_queue_place el] 1"]
    [item] = await anna.waiting()
    assert (item["owner"], item["preview"], item["reason"]) == ("queue", "θέλω υπάλληλο", "asked")
    version = await anna.claim(item["id"])
    assert await anna.waiting() == []
    await write(system, channel, "είσαι εκεί;")
    assert len(system.said_to(address)) == 2  # the bot is silent
    [mine] = await anna.waiting("mine")
    assert mine["waiting_since"] is not None
    assert (await anna.reply(item["id"], "Καλημέρα σας.", version))[0] == 202
    assert (await anna.reply(item["id"], "Το κοιτάζω.", version))[0] == 202
    await system.settle()
    assert system.said_to(address)[2:] == ["Άννα Π., υπάλληλος:\nΚαλημέρα σας.", "Το κοιτάζω."]
    shown = await anna.one(item["id"])
    assert [(line["author"], line["state"]) for line in shown["messages"][-3:]] == [
        ("citizen", "received"),
        ("agent", "sent"),
        ("agent", "sent"),
    ]
    assert (shown["messages"][-1]["text"], shown["messages"][-1]["name"]) == ("Το κοιτάζω.", "Άννα Π.")
    status, back = await anna.act(item["id"], "release", summary="Όλα καλά")
    assert (status, back["owner"]) == (200, "bot")
    await write(system, channel, "γεια")
    assert system.said_to(address)[4] == BACK[channel]
    assert system.said_to(address)[5].startswith("re: γεια")


async def claimed(system: System, employee: Employee, text: str = "θέλω υπάλληλο") -> tuple[int, int]:
    """A conversation by Viber, and the version since ``employee`` has it."""
    await write(system, "viber", text)
    [item] = await employee.waiting()
    return item["id"], await employee.claim(item["id"])


async def test_who_loses_is_told_who_won_and_sends_nothing(system: System, anna: Employee, nikos: Employee) -> None:
    number, version = await claimed(system, anna)
    lost = {"error": "owner", "owner": "anna@gov.gr", "version": version}
    assert await nikos.act(number, "claim", version - 1) == (409, lost)
    assert await nikos.reply(number, "Κι εγώ εδώ", version) == (409, lost)
    assert await nikos.act(number, "release", version) == (409, lost)
    said = len(system.said_to(VIBER))
    await system.settle()
    assert len(system.said_to(VIBER)) == said


async def test_one_key_is_one_answer_and_two_keys_are_two(system: System, anna: Employee) -> None:
    number, version = await claimed(system, anna)
    said = len(system.said_to(VIBER))
    first = await anna.reply(number, "Ναι", version, key="one")
    again = await anna.reply(number, "Ναι", version, key="one")
    assert (first[0], again[0], again[1]["message"]) == (202, 202, first[1]["message"])
    assert (await anna.reply(number, "Όχι", version, key="one"))[0] == 422
    assert (await anna.reply(number, "Ναι", version, key="two"))[0] == 202
    assert (await anna.act(number, "close", reason="τέλος"))[0] == 200
    assert await anna.reply(number, "Ναι", version, key="one") == again  # and after the conversation was closed
    await system.settle()
    texts = system.said_to(VIBER)[said:]
    assert [text.splitlines()[-1] for text in texts[:2]] == ["Ναι", "Ναι"]
    assert len(texts) == 3  # and that the bot is back
    for text in ("", "   ", "x" * 2001, "\u0000"):
        assert (await anna.reply(number, text, version))[0] == 422


async def test_an_sms_that_would_be_cut_is_refused_and_the_preview_says_so(system: System, anna: Employee) -> None:
    await write(system, "sms", "υπάλληλο")
    [item] = await anna.waiting()
    version = await anna.claim(item["id"])
    said = len(system.said_to(MOBILE))
    assert (await anna.ask("POST", f"conversations/{item['id']}/preview", {"text": "α" * 600}))[1]["fits"] is False
    assert await anna.reply(item["id"], "α" * 600, version) == (422, {"error": "too long"})
    await system.settle()
    assert len(system.said_to(MOBILE)) == said
    assert (await anna.ask("POST", f"conversations/{item['id']}/preview", {"text": "α" * 400}))[1]["fits"] is True
    assert (await anna.reply(item["id"], "α" * 400, version))[0] == 202


async def test_what_goes_to_another_desk_is_seen_by_its_employees_alone(
    system: System, anna: Employee, nikos: Employee
) -> None:
    number, version = await claimed(system, anna)
    await employ(system.store, "petra@gov.gr", Role.AGENT, "permits")
    assert (await anna.act(number, "transfer", version, to="nobody@gov.gr", reason="x"))[0] == 422
    assert (await anna.act(number, "transfer", version, to="permits"))[0] == 422  # without a reason
    assert (await anna.act(number, "transfer", version, to="permits", reason="είναι άδεια"))[0] == 200
    await anna.get(f"conversations/{number}", 404)
    assert await anna.waiting("all") == await nikos.waiting("all") == []
    assert (await anna.act(number, "claim", version + 1))[0] == 404
    async with signed_in(system.url, "petra@gov.gr") as petra:
        [item] = await petra.waiting()
        assert item["owner"] == "queue"
        shown = await petra.one(number)
        assert [(note["kind"], note["text"]) for note in shown["notes"]] == [("reroute", "είναι άδεια")]
    async with signed_in(system.url, "head@gov.gr") as head:
        assert [item["id"] for item in await head.waiting()] == [number]


async def test_notes_and_drafts_never_leave(system: System, anna: Employee, nikos: Employee) -> None:
    number, _ = await claimed(system, anna)
    said = list(system.said_to(VIBER))
    assert (await anna.ask("POST", f"conversations/{number}/notes", {"text": "μόνο για μας"}))[0] == 201
    assert (await anna.ask("PUT", f"conversations/{number}/draft", {"text": "μισό"}))[0] == 200
    await system.settle()
    assert system.said_to(VIBER) == said
    assert ((await anna.one(number))["draft"], (await nikos.one(number))["draft"]) == ("μισό", "")
    assert [note["text"] for note in (await nikos.one(number))["notes"]] == ["μόνο για μας"]


async def test_details_are_masked_until_asked_for_with_a_reason_that_is_kept(system: System, anna: Employee) -> None:
    number, _ = await claimed(system, anna)
    assert (await anna.one(number))["citizen"]["address"].startswith("•••")
    assert (await anna.ask("POST", f"conversations/{number}/reveal", {"reason": ""}))[0] == 422
    asked = {"reason": "επιβεβαίωση στο τηλέφωνο"}
    assert await anna.ask("POST", f"conversations/{number}/reveal", asked) == (200, {"afm": "", "address": VIBER})
    actions = [row.action for row in await system.store.audits.newest(20)]
    assert actions[:1] == ["citizen.revealed"]
    assert "conversation.read" in actions
    assert (await system.store.audits.verify(system.clock())).broken is None


async def test_an_agent_who_has_gone_loses_it_to_the_queue_while_its_citizen_waits(
    system: System, anna: Employee
) -> None:
    number, version = await claimed(system, anna)
    await anna.reply(number, "Μια στιγμή", version)
    await system.later(120)
    assert (await anna.one(number))["owner"] == "anna@gov.gr"  # nobody waits
    await write(system, "viber", "λοιπόν;")
    await system.later(6)
    [item] = await anna.waiting()
    assert (item["owner"], item["version"]) == ("queue", version + 1)


async def test_who_is_present_keeps_it(system: System, anna: Employee) -> None:
    number, _ = await claimed(system, anna)
    for _ in range(4):
        assert (await anna.ask("POST", "presence", {"visible": True, "viewing": number, "typing": True}))[0] == 200
        await system.later(40)
    assert (await anna.one(number))["owner"] == "anna@gov.gr"


async def test_nobody_waits_for_ever(system: System, anna: Employee) -> None:
    """Thirty staffed minutes, then it is escalated; sixteen staffed hours, then the bot has it back, and says so."""
    await write(system, "viber", "θέλω υπάλληλο")
    await system.later(29 * 60)
    [item] = await anna.waiting()
    assert (item["pressure"], item["escalated"]) == ("soon", False)
    await system.later(2 * 60)
    [item] = await anna.waiting()
    assert (item["pressure"], item["escalated"]) == ("late", True)
    hours = load_hours()
    given_back = hours.after(datetime.fromisoformat(item["waiting_since"]), hours.give_back)
    await system.later((given_back - system.clock()).total_seconds() + 9 * 3600)
    assert not hours.holds(system.clock())
    assert system.said_to(VIBER)[-1] != "[utter_given_back el]"  # nobody is written to at night
    await system.later((hours.opens(system.clock()) - system.clock()).total_seconds() + 1)
    async with signed_in(system.url, "anna@gov.gr") as later:
        assert await later.waiting() == []
    assert system.said_to(VIBER)[-1] == "[utter_given_back el]"


async def test_what_is_put_away_comes_back_in_time_and_when_its_citizen_writes(system: System, anna: Employee) -> None:
    number, version = await claimed(system, anna)
    await anna.reply(number, "Αύριο", version)
    until = (system.clock() + timedelta(minutes=20)).isoformat()
    assert (await anna.act(number, "snooze", version, until=until))[0] == 200
    assert (await anna.one(number))["snoozed_until"] == until
    await system.later(25 * 60)
    shown = await anna.one(number)
    assert (shown["snoozed_until"], shown["waiting_since"]) == (None, system.clock().isoformat())
    await anna.reply(number, "Ακόμη", version)
    await anna.act(number, "snooze", version, until=(system.clock() + timedelta(days=1)).isoformat())
    await write(system, "viber", "έγινε;")
    assert (await anna.one(number))["snoozed_until"] is None
    for wrong in ("2020-01-01T00:00:00+00:00", "2030-01-01T00:00:00+00:00", "soon", "2026-11-24T00:00:00"):
        assert (await anna.act(number, "snooze", version, until=wrong))[0] == 422


async def test_outside_staffed_hours_the_citizen_is_told_when_they_are_answered(sqlite_url: str) -> None:
    saturday = FakeClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    dialogue = EchoDialogue(effects=[Handover("asked")])
    async with running_system(sqlite_url, dialogue, clock=saturday) as system:
        await write(system, "viber", "υπάλληλο")  # nobody has an account: nothing is promised
        assert len(system.said_to(VIBER)) == 1
        await employ(system.store, "anna@gov.gr")
        await write(system, "sms", "υπάλληλο")
        assert system.said_to(MOBILE)[-1] == "[utter_queue_closed el] 23/11 08:00 23/11 08:30"


async def test_a_conversation_is_its_agents_whatever_desk_it_is_of(system: System, anna: Employee) -> None:
    await employ(system.store, "petra@gov.gr", Role.AGENT, "permits")
    number, version = await claimed(system, anna)
    assert (await anna.act(number, "transfer", version, to="petra@gov.gr", reason="άδεια"))[0] == 200
    async with signed_in(system.url, "petra@gov.gr") as petra:
        [item] = await petra.waiting("mine")
        assert item["id"] == number
        before = (await petra.get("me"))["event"]
        await write(system, "viber", "ακούτε;")
        told = await petra.get(f"changes?after={before}")
        assert {event["id"] for event in told["events"]} == {number}
        assert (await petra.reply(number, "Ναι"))[0] == 202


async def test_what_was_answered_meanwhile_is_not_moved(system: System, anna: Employee) -> None:
    number, version = await claimed(system, anna)
    [read] = await system.store.overdue.open(system.clock(), timedelta(days=1))
    assert (await anna.reply(number, "Ναι", version))[0] == 202
    async with system.store.database.write() as connection:
        assert not await system.store.overdue.hold(connection, read)
        assert not await system.store.overdue.escalate(connection, read, system.clock())
    [row] = [row for row in await system.store.audits.newest(50) if row.action == "reply.sent"]
    assert (row.actor, row.detail) == ("anna@gov.gr", f"conversation {number}")


async def test_one_address_that_does_not_open_keeps_nobody_waiting(system: System) -> None:
    await write(system, "viber", "υπάλληλο")
    await write(system, "sms", "υπάλληλο, ΑΦΜ 123456783")
    async with signed_in(system.url, "anna@gov.gr") as anna:
        assert [item["preview"] for item in await anna.waiting()] == ["υπάλληλο", "υπάλληλο, ΑΦΜ •••••6783"]
    async with system.store.database.write() as connection:
        await connection.execute(update(contact_points).where(contact_points.c.id == 1).values(address_sealed=b"?"))
    hours = load_hours()
    given_back = hours.after(system.clock(), hours.give_back) + timedelta(seconds=10)
    await system.later((hours.opens(given_back) - system.clock()).total_seconds() + 1)
    assert system.said_to(MOBILE)[-1] == "[utter_given_back el]"
    assert await system.store.overdue.open(system.clock(), timedelta(days=9)) == []
