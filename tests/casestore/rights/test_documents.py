"""A person's rights over what they handed in: told, erased, let go of in time."""

from __future__ import annotations

from datetime import timedelta

from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import Handed, Paper
from casestore.rights.purge import Purger
from casestore.rights.retention import RETENTION_RULES
from casestore.tables import document_parts, document_tasks, documents, upload_links
from tests.casestore.fixture import StoreFixture
from tests.clock import START

SURVEY = Paper("cadastre", "ΚΤ-2026-000301", "survey", "Τοπογραφικό διάγραμμα")
TABLES = (documents, document_parts, document_tasks, upload_links)


async def hand_in(fixture: StoreFixture, channel: str, address: str, afm: str, key: str) -> int:
    """A known citizen has a link, and a file that waits to be handed in."""
    talk = await fixture.at(channel, address)
    citizen = await fixture.link(talk, afm)
    store = fixture.store
    sealed = await store.documents.sealed(key, b"x" * 1000, media_type="application/pdf", pages=1)
    async with fixture.database.write() as connection:
        handed = Handed(key, citizen, talk.id, channel, "διαζύγιο.pdf", SURVEY)
        made = await store.documents.keep(connection, handed, sealed, START)
        await store.documents.confirm(connection, [made or 0], SURVEY, f"{key}/b", key[:32], START)
        await store.upload_links.issue(connection, talk.id, SURVEY.reference, f"token {key}", START)
    return made or 0


async def test_the_copy_has_what_was_handed_in(fixture: StoreFixture) -> None:
    await hand_in(fixture, "viber", "b", "090000045", "k1")
    await hand_in(fixture, "viber", "c", "090000057", "k2")
    citizen = await fixture.store.citizens.find("090000045")
    held = await fixture.holdings.copy(citizen or 0)
    [told] = held["handed_in"]
    assert (told["name"], told["title"], told["state"]) == ("διαζύγιο.pdf", SURVEY.title, "checked")
    assert not {"bundle", "submission", "stored_as", "key", "id"} & set(told)
    assert (await fixture.holdings.kinds(citizen or 0))["handed_in"] == 1


async def test_an_erasure_takes_all_of_it_and_nothing_of_anothers(fixture: StoreFixture) -> None:
    await hand_in(fixture, "viber", "b", "090000045", "k1")
    await hand_in(fixture, "viber", "c", "090000057", "k2")
    await fixture.erase(await fixture.at("viber", "b"))
    assert [await fixture.count(table) for table in TABLES] == [1, 1, 1, 1]
    left = await fixture.rows(documents.select())
    assert [row.key for row in left] == ["k2"]


async def test_a_chat_that_is_erased_by_nobody_known_loses_what_was_sent_there(fixture: StoreFixture) -> None:
    await hand_in(fixture, "viber", "b", "090000045", "k1")
    talk = await fixture.at("viber", "b")
    async with fixture.database.write() as connection:
        await fixture.store.links.unlink(connection, talk.contact_point_id, talk.citizen_id or 0, START)
    await fixture.erase(await fixture.at("viber", "b"))
    assert [await fixture.count(table) for table in TABLES] == [0, 0, 0, 0]


async def purged(fixture: StoreFixture, purger: Purger, days: float) -> None:
    for rule in RETENTION_RULES:
        await purger.all(rule, START + timedelta(days=days))


async def test_content_goes_before_the_record_and_the_record_after_a_year(
    fixture: StoreFixture, purger: Purger
) -> None:
    made = await hand_in(fixture, "viber", "b", "090000045", "k1")
    async with fixture.database.write() as connection:
        await fixture.store.documents.move(connection, [made], DocumentState.SUBMITTED, START, number="1/2026")
    await purged(fixture, purger, 29)
    assert await fixture.count(document_parts) == 1
    assert await fixture.count(upload_links) == 0
    await purged(fixture, purger, 31)
    assert await fixture.count(document_parts) == 0
    [row] = await fixture.rows(documents.select())
    assert (row.number, row.name_sealed, row.stored_as) == ("1/2026", b"", None)
    await purged(fixture, purger, 366)
    assert await fixture.count(documents) == 0


async def test_what_was_never_answered_goes_after_two_days(fixture: StoreFixture, purger: Purger) -> None:
    talk = await fixture.at("viber", "b")
    citizen = await fixture.link(talk, "090000045")
    async with fixture.database.write() as connection:
        await fixture.store.documents.offer(connection, Handed("k", citizen, talk.id, "viber", ""), "{}", START)
    await purged(fixture, purger, 1.9)
    assert await fixture.count(documents) == 1
    await purged(fixture, purger, 2.1)
    assert [await fixture.count(table) for table in TABLES] == [0, 0, 0, 0]
