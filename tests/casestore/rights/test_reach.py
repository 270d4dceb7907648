"""A number that two people have had: neither copy nor erasure reaches what the other said there, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from casestore.conversations.repository import Conversation
from casestore.people.identity import KNOWN_NUMBER, PROVEN
from casestore.staff.model import GENERAL, Member, Role
from casestore.staff.moves import Move
from casestore.staff.takeovers import Request
from casestore.tables import contact_points, conversations, handovers, inbox, links, outbox, transcript
from tests.casestore.fixture import StoreFixture
from tests.clock import START

HERS, ANOTHER, MOBILE = "123456783", "090000045", "+306900000001"


async def held_for(fixture: StoreFixture, afm: str, level: int = KNOWN_NUMBER) -> int:
    """The contact registry holds the mobile for this citizen."""
    phone = await fixture.at("sms", MOBILE)
    async with fixture.database.write() as connection:
        citizen = await fixture.store.citizens.ensure_one(connection, afm, START)
        point, key = phone.contact_point_id, phone.recipient_key
        await fixture.store.links.link(connection, point, citizen, level, "registry", START, key)
    return citizen


async def speak(fixture: StoreFixture, conversation: Conversation, text: str) -> int:
    """As a turn is committed: kept for whoever counts as its speaker."""
    now = await fixture.at(conversation.channel, conversation.address)
    said = await fixture.say(now, text)
    async with fixture.database.write() as connection:
        one = transcript.c.key.startswith(f"in:{said}")
        await connection.execute(transcript.update().where(one).values(citizen_id=now.speaker))
        await fixture.store.handovers.ask(connection, now.id, f"in:{said}:e0", "asked", START)
    return said


async def texts(fixture: StoreFixture, conversation: Conversation) -> list[str]:
    return [line.text for line in await fixture.store.transcript.lines(conversation.id) if line.author == "citizen"]


async def emptied(fixture: StoreFixture, table: Any, column: str) -> list[bool]:
    rows = await fixture.rows(select(table.c[column]).order_by(table.c.id))
    return [not value for (value,) in rows]


async def test_at_anothers_registered_number_a_proof_is_told_its_cases_and_holds_no_line(fixture: StoreFixture) -> None:
    phone, viber = await fixture.at("sms", MOBILE), await fixture.at("viber", "another")
    hers = await held_for(fixture, HERS, PROVEN)
    await speak(fixture, phone, "δικό της")
    await fixture.link(viber, ANOTHER)
    another = await fixture.link(phone, ANOTHER)
    standing = await fixture.at("sms", MOBILE)
    assert (standing.citizen_id, standing.level, standing.shared, standing.speaker) == (another, PROVEN, True, None)
    await speak(fixture, phone, "πάλι δικό της")
    copy = await fixture.holdings.copy(another)
    assert copy["messages"] == copy["sends"] == copy["wishes_for_a_person"] == []
    assert [point["channel"] for point in copy["contact_points"]] == ["viber"]
    await fixture.erase(viber)
    assert await texts(fixture, phone) == ["δικό της", "πάλι δικό της"]
    assert await emptied(fixture, inbox, "payload_sealed") == [False, False]
    assert await emptied(fixture, outbox, "body_sealed") == [False, False]
    assert await fixture.count(handovers) == 1
    again = await fixture.at("sms", MOBILE)
    assert (again.citizen_id, again.level, again.shared) == (hers, KNOWN_NUMBER, False)


async def test_erased_at_anothers_number_only_the_link_goes(fixture: StoreFixture) -> None:
    phone = await fixture.at("sms", MOBILE)
    await held_for(fixture, HERS)
    await speak(fixture, phone, "δικό της")
    another = await fixture.link(phone, ANOTHER)
    assert (await fixture.erase(phone)).points == 0
    assert await texts(fixture, phone) == ["δικό της"]
    assert await fixture.count(links, links.c.citizen_id == another) == 0
    assert await emptied(fixture, contact_points, "address_sealed") == [False]


async def test_a_number_that_changed_hands_keeps_what_its_owner_before_said(fixture: StoreFixture) -> None:
    phone = await fixture.at("sms", MOBILE)
    await held_for(fixture, HERS)
    first = await speak(fixture, phone, "δικό της")
    async with fixture.database.write() as connection:
        await connection.execute(links.delete())
    await held_for(fixture, ANOTHER)
    await speak(fixture, phone, "του άλλου")
    await fixture.erase(await fixture.at("sms", MOBILE))
    assert await texts(fixture, phone) == ["δικό της"]
    assert [key for (key,) in await fixture.rows(select(handovers.c.key))] == [f"in:{first}:e0"]
    assert await emptied(fixture, inbox, "payload_sealed") == [False, True]
    assert await emptied(fixture, outbox, "body_sealed") == [False, True]


async def test_elsewhere_at_a_number_that_is_not_theirs_only_their_own_lines_go(fixture: StoreFixture) -> None:
    phone, viber = await fixture.at("sms", MOBILE), await fixture.at("viber", "another")
    await speak(fixture, phone, "κάποιου")  # the number is in no registry
    for conversation in (viber, phone):
        await fixture.link(conversation, ANOTHER, now=START + timedelta(minutes=1))
    await speak(fixture, phone, "του άλλου")
    await fixture.erase(viber)
    assert await texts(fixture, phone) == ["κάποιου"]
    assert await emptied(fixture, inbox, "payload_sealed") == [False, True]


async def test_in_the_chat_itself_what_nobody_known_said_goes_too(fixture: StoreFixture) -> None:
    """The tax number that a chat was linked with was typed while nobody was known there."""
    viber = await fixture.at("viber", "hers")
    await speak(fixture, viber, HERS)
    await fixture.link(viber, HERS)
    await speak(fixture, viber, "δικό της")
    await fixture.erase(viber)
    assert await texts(fixture, viber) == []
    assert await fixture.count(handovers) == 0


async def test_a_copy_does_not_name_the_employee_who_looked(fixture: StoreFixture) -> None:
    phone = await fixture.at("sms", MOBILE)
    citizen = await fixture.link(phone, ANOTHER)
    who = Member(1, "anna@gov.gr", "Άννα", Role.AGENT, frozenset({GENERAL}))
    async with fixture.database.write() as connection:
        await fixture.store.takeovers.note(connection, phone.id, "conversation.read", who, START)
    [call] = (await fixture.holdings.copy(citizen))["registry_calls"]
    assert call["action"] == "conversation.read"
    assert who.email not in str(call)


async def test_erased_while_an_agent_has_it_nobody_has_it_and_pages_hear_of_it(fixture: StoreFixture) -> None:
    phone = await fixture.at("sms", MOBILE)
    who = Member(1, "anna@gov.gr", "Άννα", Role.AGENT, frozenset({GENERAL}))
    async with fixture.database.write() as connection:
        await fixture.store.takeovers.move(connection, phone.id, Request(Move.CLAIM, 0), who, START)
    told = await fixture.store.live.newest()
    await fixture.erase(phone)
    [row] = await fixture.rows(select(conversations))
    assert (row.owner, row.agent, row.owner_version) == ("bot", None, 2)
    assert await fixture.store.live.newest() > told
