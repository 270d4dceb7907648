"""What goes when a citizen wants to be erased, and what stays, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casestore.database import Database
from casestore.people.identity import KNOWN_NUMBER, LET_ALONE
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
from casestore.vault import Vault
from tests.casestore.town import Town
from tests.clock import START

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"


@pytest.fixture
def town(database: Database, vault: Vault) -> Town:
    return Town(database, vault)


async def test_every_sealed_word_of_the_citizen_is_gone_and_of_the_neighbour_none(town: Town) -> None:
    """Of all sealed columns of all tables, the neighbour's are left as they were and the citizen's are not there."""
    neighbour = await town.at("viber", "neighbour")
    await town.link(neighbour, OTHER)
    await town.say(neighbour, "του γείτονα")
    before = await sealed(town)
    viber, phone = await town.at("viber", "tGVu"), await town.at("sms", MOBILE)
    citizen = await town.link(viber, AFM)
    await town.link(phone, AFM, KNOWN_NUMBER)
    for here in (viber, phone):
        await town.say(here, "κάτι δικό μου")
        await town.consent(here, allowed=True, key=f"c{here.id}")
        await town.wish(here, citizen, "none", f"w{here.id}")
        await town.code(here, AFM)
    await town.offer(viber, "token")
    erased = await town.erase(viber)
    assert (erased.points, erased.cases_stay) == (2, False)
    assert await sealed(town) == before


async def sealed(town: Town) -> set[tuple[str, str, bytes]]:
    """Everything that is sealed anywhere, but for what is empty."""
    found = set()
    for table in metadata.tables.values():
        for column in (column for column in table.c if column.name.endswith("_sealed")):
            rows = await town.rows(select(column).where(column.is_not(None), func.length(column) > 0))
            found |= {(table.name, column.name, bytes(value)) for (value,) in rows}
    return found


async def test_what_stays_protects_against_repeats_and_proves(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    said = await town.say(here, "κάτι")
    await town.consent(here, allowed=True, key="c")
    await town.code(here, AFM)
    await town.erase(here, START + timedelta(minutes=1), "in:9")
    assert await town.rows(select(inbox.c.id, inbox.c.external_id, inbox.c.state)) == [(said, "e1", "done")]
    [sent] = await town.rows(select(outbox))
    assert (sent.key, sent.state, sent.reason, bytes(sent.body_sealed)) == (f"in:{said}:0", "skipped", "erased", b"")
    assert sent.expires_at == START + timedelta(minutes=1)
    words = await town.rows(select(consents.c.allowed, consents.c.source, consents.c.at).order_by(consents.c.id))
    assert words == [(True, "message", START), (False, "erasure", START + timedelta(minutes=1))]
    assert await town.count(codes, codes.c.used_at.is_not(None)) == 1
    [row] = await town.rows(select(audit))
    assert (row.action, row.detail, row.subject_key) == ("citizen.erased", "known", here.recipient_key)


async def test_who_has_cases_stays_on_record_and_is_let_alone_until_linking_anew(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    citizen = await town.link(here, AFM)
    await town.open_case(citizen, "ΑΔ-2026-000123")
    assert (await town.erase(here)).cases_stay
    assert await town.people.contact_due(START + timedelta(days=3650), 10) == []
    assert await town.rows(select(citizens.c.id, citizens.c.contact_due_at)) == [(citizen, LET_ALONE)]
    again = await town.at("viber", "tGVu")
    assert (again.citizen_id, again.level) == (None, 0)
    assert await town.link(again, AFM, now=START + timedelta(days=1)) == citizen
    assert [one for one, _ in await town.people.contact_due(START + timedelta(days=1), 10)] == [citizen]


async def test_who_writes_again_has_an_address_again_and_no_history(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    await town.say(here, "κάτι")
    await town.erase(here)
    again = await town.at("viber", "tGVu", START + timedelta(hours=1))
    assert (again.contact_point_id, again.id) == (here.contact_point_id, here.id)
    [(address,)] = await town.rows(select(contact_points.c.address_sealed))
    assert town.vault.open("contact_points.address", address) == "tGVu"
    assert await town.talk.history(again.id, START - timedelta(days=1)) == []
    assert await town.talk.lines(again.id) == []


async def test_a_stranger_is_erased_at_their_own_address_alone(town: Town) -> None:
    here, there = await town.at("viber", "tGVu"), await town.at("viber", "other")
    for point in (here, there):
        await town.say(point, "κάτι")
    assert (await town.erase(here)).points == 1
    assert await town.count(transcript, transcript.c.conversation_id == here.id) == 0
    assert await town.count(transcript, transcript.c.conversation_id == there.id) == 2


async def test_only_the_chat_is_erased_where_no_more_was_said_to_be(town: Town) -> None:
    """The contact registry could not be asked: the turn knew nobody, and promised the chat alone."""
    here, there = await town.at("viber", "tGVu"), await town.at("sms", MOBILE)
    for point in (here, there):
        await town.link(point, AFM)
        await town.say(point, "κάτι")
    async with town.database.write() as connection:
        point = here.contact_point_id
        await town.erasure.erase(connection, point, START, key="in:9", subject_key=None, everywhere=False)
    assert await town.count(transcript, transcript.c.conversation_id == here.id) == 0
    assert await town.count(transcript, transcript.c.conversation_id == there.id) == 2
    assert await town.count(links) == 2


async def test_the_telephone_of_two_is_not_emptied_for_one_of_them(town: Town) -> None:
    viber, phone = await town.at("viber", "tGVu"), await town.at("sms", MOBILE)
    citizen = await town.link(viber, AFM)
    other = await town.link(phone, OTHER, KNOWN_NUMBER)
    await town.link(phone, AFM, KNOWN_NUMBER)
    await town.say(phone, "του άλλου")
    await town.erase(viber)
    assert await town.count(transcript, transcript.c.conversation_id == phone.id) == 2
    assert await town.count(links, links.c.citizen_id == citizen) == 0
    assert await town.count(links, links.c.citizen_id == other) == 1


async def test_the_answer_to_it_is_still_sent_and_nothing_else(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    async with town.database.write() as connection:
        waiting = [town.dispatch(key, here, START) for key in ("in:1:0", "in:12:0", "in:12:1", "in:123:0")]
        await town.outbox.add(connection, waiting, START)
        await town.erasure.erase(connection, here.contact_point_id, START, key="in:12", subject_key=None)
    assert await town.rows(select(outbox.c.key).where(outbox.c.state == "open").order_by(outbox.c.key)) == [
        ("in:12:0",),
        ("in:12:1",),
    ]


async def test_it_can_be_done_twice(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    await town.consent(here, allowed=True, key="c")
    await town.erase(here, key="in:5")
    before = await sealed(town)
    assert (await town.erase(here, key="in:6")).points == 1
    assert await sealed(town) == before
    assert await town.count(consents) == 3


async def test_an_erasure_that_is_not_committed_erases_nothing(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    await town.say(here, "κάτι")
    before = await sealed(town)

    async def half() -> None:
        async with town.database.write() as connection:
            await town.erasure.erase(connection, here.contact_point_id, START, key="in:5", subject_key=None)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await half()
    assert await sealed(town) == before
    assert await town.count(links) == 1


async def test_nothing_of_a_citizen_is_left_in_any_table_that_knows_of_them(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    citizen = await town.link(here, AFM)
    await town.wish(here, citizen, "none", "w")
    await town.offer(here, "token")
    await town.erase(here)
    for table in metadata.tables.values():
        if "citizen_id" in table.c:
            assert await town.count(table) == 0, table.name
    for table in (citizens, wishes, copies, dialogue_events):
        assert await town.count(table) == 0, table.name


async def test_what_the_contact_registry_was_asked_before_brings_nobody_back(town: Town) -> None:
    """The question was under way when the citizen had themselves erased."""
    here = await town.at("viber", "tGVu")
    citizen = await town.link(here, AFM)
    await town.open_case(citizen, "ΑΔ-2026-000123")
    await town.erase(here)
    async with town.database.write() as connection:
        await town.people.contact_seen(connection, citizen, MOBILE, START, START + timedelta(hours=12))
    assert await town.count(links) == 0
    assert await town.rows(select(citizens.c.contact_due_at)) == [(LET_ALONE,)]


async def test_what_was_said_in_a_chat_that_was_unlinked_goes_too(town: Town) -> None:
    viber, phone = await town.at("viber", "tGVu"), await town.at("sms", MOBILE)
    citizen = await town.link(viber, AFM)
    await town.link(phone, AFM)
    await town.open_case(citizen, "ΑΔ-2026-000123")
    here = await town.at("viber", "tGVu")
    await town.say(here, "δικό μου")
    async with town.database.write() as connection:
        await town.people.unlink(connection, here, START)
    await town.erase(await town.at("sms", MOBILE))
    assert await town.count(transcript, transcript.c.citizen_id == citizen) == 0
