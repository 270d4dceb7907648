"""What goes when a citizen wants to be erased, and what stays, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casestore.people.identity import KNOWN_NUMBER
from casestore.tables import (
    audit,
    citizens,
    codes,
    consents,
    contact_points,
    copies,
    dialogue_events,
    inbox,
    links,
    metadata,
    outbox,
    transcript,
    wishes,
)
from tests.casestore.fixture import StoreFixture
from tests.clock import START

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"


async def test_every_sealed_word_of_the_citizen_is_gone_and_of_the_neighbour_none(fixture: StoreFixture) -> None:
    """Of all sealed columns of all tables, the neighbour's are left as they were and the citizen's are not there."""
    neighbour = await fixture.at("viber", "neighbour")
    await fixture.link(neighbour, OTHER)
    await fixture.say(neighbour, "του γείτονα")
    before = await sealed(fixture)
    viber, phone = await fixture.at("viber", "tGVu"), await fixture.at("sms", MOBILE)
    citizen = await fixture.link(viber, AFM)
    await fixture.link(phone, AFM, KNOWN_NUMBER)
    for conversation in (viber, phone):
        await fixture.say(conversation, "κάτι δικό μου")
        await fixture.consent(conversation, allowed=True, key=f"c{conversation.id}")
        await fixture.wish(conversation, citizen, "none", f"w{conversation.id}")
        await fixture.code(conversation, AFM)
    await fixture.offer(viber, "token")
    erased = await fixture.erase(viber)
    assert (erased.points, erased.cases_stay) == (2, False)
    assert await sealed(fixture) == before


async def sealed(fixture: StoreFixture) -> set[tuple[str, str, bytes]]:
    """Everything that is sealed anywhere, but for what is empty."""
    found = set()
    for table in metadata.tables.values():
        for column in (column for column in table.c if column.name.endswith("_sealed")):
            rows = await fixture.rows(select(column).where(column.is_not(None), func.length(column) > 0))
            found |= {(table.name, column.name, bytes(value)) for (value,) in rows}
    return found


async def test_what_stays_protects_against_repeats_and_proves(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    said = await fixture.say(conversation, "κάτι")
    await fixture.consent(conversation, allowed=True, key="c")
    await fixture.code(conversation, AFM)
    await fixture.erase(conversation, START + timedelta(minutes=1), "in:9")
    assert await fixture.rows(select(inbox.c.id, inbox.c.external_id, inbox.c.state)) == [(said, "e1", "done")]
    [sent] = await fixture.rows(select(outbox))
    assert (sent.key, sent.state, sent.reason, bytes(sent.body_sealed)) == (f"in:{said}:0", "skipped", "erased", b"")
    assert sent.expires_at == START + timedelta(minutes=1)
    words = await fixture.rows(select(consents.c.allowed, consents.c.source, consents.c.at).order_by(consents.c.id))
    assert words == [(True, "message", START), (False, "erasure", START + timedelta(minutes=1))]
    assert await fixture.count(codes, codes.c.used_at.is_not(None)) == 1
    [row] = await fixture.rows(select(audit))
    assert (row.action, row.detail, row.subject_key) == ("citizen.erased", "known", conversation.recipient_key)


async def test_who_has_cases_stays_on_record_and_is_let_alone_until_linking_anew(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    citizen = await fixture.link(conversation, AFM)
    await fixture.open_case(citizen, "ΑΔ-2026-000123")
    assert (await fixture.erase(conversation)).cases_stay
    assert await fixture.store.citizens.contact_due(START + timedelta(days=3650), 10) == []
    assert await fixture.rows(select(citizens.c.id, citizens.c.contact_due_at)) == [(citizen, None)]
    again = await fixture.at("viber", "tGVu")
    assert (again.citizen_id, again.level) == (None, 0)
    assert await fixture.link(again, AFM, now=START + timedelta(days=1)) == citizen
    assert [one for one, _ in await fixture.store.citizens.contact_due(START + timedelta(days=1), 10)] == [citizen]


async def test_who_writes_again_has_an_address_again_and_no_history(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.say(conversation, "κάτι")
    await fixture.erase(conversation)
    again = await fixture.at("viber", "tGVu", START + timedelta(hours=1))
    assert (again.contact_point_id, again.id) == (conversation.contact_point_id, conversation.id)
    [(address,)] = await fixture.rows(select(contact_points.c.address_sealed))
    assert fixture.vault.open("contact_points.address", address) == "tGVu"
    assert await fixture.store.history.since(again.id, START - timedelta(days=1)) == []
    assert await fixture.store.transcript.lines(again.id) == []


async def test_a_stranger_is_erased_at_their_own_address_alone(fixture: StoreFixture) -> None:
    conversation, there = await fixture.at("viber", "tGVu"), await fixture.at("viber", "other")
    for point in (conversation, there):
        await fixture.say(point, "κάτι")
    assert (await fixture.erase(conversation)).points == 1
    assert await fixture.count(transcript, transcript.c.conversation_id == conversation.id) == 0
    assert await fixture.count(transcript, transcript.c.conversation_id == there.id) == 2


async def test_only_the_chat_is_erased_where_no_more_was_said_to_be(fixture: StoreFixture) -> None:
    """The contact registry could not be asked: the turn knew nobody, and promised the chat alone."""
    conversation, there = await fixture.at("viber", "tGVu"), await fixture.at("sms", MOBILE)
    for point in (conversation, there):
        await fixture.link(point, AFM)
        await fixture.say(point, "κάτι")
    async with fixture.database.write() as connection:
        chat = conversation.contact_point_id
        await fixture.erasure.erase(connection, chat, START, key="in:9", subject_key=None, everywhere=False)
    assert await fixture.count(transcript, transcript.c.conversation_id == conversation.id) == 0
    assert await fixture.count(transcript, transcript.c.conversation_id == there.id) == 2
    assert await fixture.count(links) == 2


async def test_the_telephone_of_two_is_not_emptied_for_one_of_them(fixture: StoreFixture) -> None:
    viber, phone = await fixture.at("viber", "tGVu"), await fixture.at("sms", MOBILE)
    citizen = await fixture.link(viber, AFM)
    other = await fixture.link(phone, OTHER, KNOWN_NUMBER)
    await fixture.link(phone, AFM, KNOWN_NUMBER)
    await fixture.say(phone, "του άλλου")
    await fixture.erase(viber)
    assert await fixture.count(transcript, transcript.c.conversation_id == phone.id) == 2
    assert await fixture.count(links, links.c.citizen_id == citizen) == 0
    assert await fixture.count(links, links.c.citizen_id == other) == 1


async def test_the_answer_to_it_is_still_sent_and_nothing_else(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    async with fixture.database.write() as connection:
        waiting = [fixture.dispatch(key, conversation, START) for key in ("in:1:0", "in:12:0", "in:12:1", "in:123:0")]
        await fixture.outbox.add(connection, waiting, START)
        await fixture.erasure.erase(connection, conversation.contact_point_id, START, key="in:12", subject_key=None)
    assert await fixture.rows(select(outbox.c.key).where(outbox.c.state == "open").order_by(outbox.c.key)) == [
        ("in:12:0",),
        ("in:12:1",),
    ]


async def test_it_can_be_done_twice(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.consent(conversation, allowed=True, key="c")
    await fixture.erase(conversation, key="in:5")
    before = await sealed(fixture)
    assert (await fixture.erase(conversation, key="in:6")).points == 1
    assert await sealed(fixture) == before
    assert await fixture.count(consents) == 3


async def test_an_erasure_that_is_not_committed_erases_nothing(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.say(conversation, "κάτι")
    before = await sealed(fixture)

    async def half() -> None:
        async with fixture.database.write() as connection:
            await fixture.erasure.erase(connection, conversation.contact_point_id, START, key="in:5", subject_key=None)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await half()
    assert await sealed(fixture) == before
    assert await fixture.count(links) == 1


async def test_nothing_of_a_citizen_is_left_in_any_table_that_knows_of_them(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    citizen = await fixture.link(conversation, AFM)
    await fixture.wish(conversation, citizen, "none", "w")
    await fixture.offer(conversation, "token")
    await fixture.erase(conversation)
    for table in metadata.tables.values():
        if "citizen_id" in table.c:
            assert await fixture.count(table) == 0, table.name
    for table in (citizens, wishes, copies, dialogue_events):
        assert await fixture.count(table) == 0, table.name


async def test_what_the_contact_registry_was_asked_before_brings_nobody_back(fixture: StoreFixture) -> None:
    """The question was under way when the citizen had themselves erased."""
    conversation = await fixture.at("viber", "tGVu")
    citizen = await fixture.link(conversation, AFM)
    await fixture.open_case(citizen, "ΑΔ-2026-000123")
    await fixture.erase(conversation)
    async with fixture.database.write() as connection:
        await fixture.store.links.set_mobile(connection, citizen, MOBILE, START)
        await fixture.store.citizens.ask_again(connection, citizen, START + timedelta(hours=12))
    assert await fixture.count(links) == 0
    assert await fixture.rows(select(citizens.c.contact_due_at)) == [(None,)]


async def test_what_was_said_in_a_chat_that_was_unlinked_goes_too(fixture: StoreFixture) -> None:
    viber, phone = await fixture.at("viber", "tGVu"), await fixture.at("sms", MOBILE)
    citizen = await fixture.link(viber, AFM)
    await fixture.link(phone, AFM)
    await fixture.open_case(citizen, "ΑΔ-2026-000123")
    conversation = await fixture.at("viber", "tGVu")
    await fixture.say(conversation, "δικό μου")
    async with fixture.database.write() as connection:
        await fixture.store.links.unlink(connection, conversation.contact_point_id, conversation.citizen_id or 0, START)
    await fixture.erase(await fixture.at("sms", MOBILE))
    assert await fixture.count(transcript, transcript.c.citizen_id == citizen) == 0
