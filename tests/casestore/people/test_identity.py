"""Citizens, addresses and who is behind them, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import Store
from casestore.conversations.ownership import Ownership
from casestore.conversations.repository import Conversation
from casestore.database import Database
from casestore.people.identity import (
    KNOWN_NUMBER,
    PROVEN,
    Link,
)
from casestore.tables import citizens, contact_points
from casestore.vault import Vault, address_key
from tests.clock import START, FakeClock

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"


@pytest.fixture
def store(database: Database, vault: Vault) -> Store:
    return Store.over(database, vault)


class PeopleFixture:
    """Shorthands that each commit."""

    def __init__(self, database: Database, store: Store) -> None:
        self.database = database
        self.store = store

    async def citizen(self, afm: str = AFM) -> int:
        async with self.database.write() as connection:
            return await self.store.citizens.ensure_one(connection, afm, START)

    async def mobile(self, citizen: int, mobile: str | None) -> None:
        async with self.database.write() as connection:
            await self.store.links.set_mobile(connection, citizen, mobile, START)

    async def prove(
        self, conversation: Conversation, citizen: int, source: str = "code", rests_on: str | None = None
    ) -> None:
        async with self.database.write() as connection:
            await self.store.links.link(
                connection, conversation.contact_point_id, citizen, PROVEN, source, START, rests_on
            )

    async def unlink(self, conversation: Conversation) -> None:
        async with self.database.write() as connection:
            if conversation.citizen_id is not None:
                await self.store.links.unlink(connection, conversation.contact_point_id, conversation.citizen_id, START)

    async def link_at(self, address: str = MOBILE, channel: str = "sms") -> Link:
        link = (await self.at(address, channel)).link
        assert link is not None
        return link

    async def at(self, address: str = MOBILE, channel: str = "sms") -> Conversation:
        return await self.store.conversations.at(channel, address, START)

    async def behind(self, address: str = MOBILE, channel: str = "sms") -> tuple[int | None, int]:
        conversation = await self.at(address, channel)
        return conversation.citizen_id, conversation.level


@pytest.fixture
def fixture(database: Database, store: Store) -> PeopleFixture:
    return PeopleFixture(database, store)


async def test_a_conversation_is_begun_once(fixture: PeopleFixture) -> None:
    first = await fixture.at("tGVu", "viber")
    assert (first.ownership, first.language, first.reachable) == (Ownership(), "el", True)
    assert (first.citizen_id, first.level, first.link) == (None, 0, None)
    assert await fixture.at("tGVu", "viber") == first
    assert (await fixture.at("tGVu", "sms")).id != first.id


async def test_two_that_begin_it_at_once_find_the_same(fixture: PeopleFixture) -> None:
    found = await asyncio.gather(*(fixture.at() for _ in range(8)))
    assert len({one.id for one in found}) == 1


async def test_a_citizen_is_made_once_and_sealed(fixture: PeopleFixture) -> None:
    made = await asyncio.gather(*(fixture.citizen() for _ in range(4)))
    assert len(set(made)) == 1
    assert await fixture.citizen(OTHER) not in made
    assert await fixture.store.citizens.afm_of(made[0]) == AFM
    with pytest.raises(LookupError):
        await fixture.store.citizens.afm_of(10**9)
    async with fixture.database.read() as connection:
        row = (await connection.execute(select(citizens).where(citizens.c.id == made[0]))).one()
    assert AFM not in row.afm_key
    assert AFM.encode() not in row.afm_sealed


async def test_an_address_is_sealed(fixture: PeopleFixture) -> None:
    await fixture.at()
    async with fixture.database.read() as connection:
        row = (await connection.execute(select(contact_points))).one()
    assert MOBILE.encode() not in row.address_sealed
    assert MOBILE not in row.address_key


async def test_a_mobile_that_the_registry_holds_is_a_known_number(fixture: PeopleFixture) -> None:
    citizen = await fixture.citizen()
    await fixture.mobile(citizen, MOBILE)
    assert await fixture.behind() == (citizen, KNOWN_NUMBER)


async def test_a_number_held_for_two_is_nobodys(fixture: PeopleFixture) -> None:
    for afm in (AFM, OTHER):
        await fixture.mobile(await fixture.citizen(afm), MOBILE)
    assert await fixture.behind() == (None, 0)
    await fixture.mobile(await fixture.citizen(OTHER), None)
    assert await fixture.behind() == (await fixture.citizen(), KNOWN_NUMBER)


async def test_a_number_that_the_registry_let_go_is_let_go(fixture: PeopleFixture) -> None:
    citizen = await fixture.citizen()
    await fixture.mobile(citizen, MOBILE)
    await fixture.mobile(citizen, "+306900000009")
    assert await fixture.behind() == (None, 0)
    assert await fixture.behind("+306900000009") == (citizen, KNOWN_NUMBER)


async def test_who_is_proven_is_proven_and_the_last_one_counts(fixture: PeopleFixture) -> None:
    first, second = await fixture.citizen(), await fixture.citizen(OTHER)
    conversation = await fixture.at("tGVu", "viber")
    for citizen in (first, second):
        await fixture.prove(conversation, citizen)
        found = await fixture.at("tGVu", "viber")
        assert (found.citizen_id, found.level) == (citizen, PROVEN)


async def test_a_proof_is_above_the_registrys_word_and_not_lowered_by_it(fixture: PeopleFixture) -> None:
    known, proven = await fixture.citizen(), await fixture.citizen(OTHER)
    await fixture.mobile(known, MOBILE)
    await fixture.prove(await fixture.at(), proven)
    assert await fixture.behind() == (proven, PROVEN)
    await fixture.prove(await fixture.at(), known)
    await fixture.mobile(known, MOBILE)
    assert await fixture.behind() == (known, PROVEN)


# What a link rests on


async def test_what_rests_on_a_mobile_goes_with_it_at_every_level(fixture: PeopleFixture, vault: Vault) -> None:
    citizen = await fixture.citizen()
    key = address_key(vault, "sms", MOBILE)
    await fixture.mobile(citizen, MOBILE)
    await fixture.prove(await fixture.at(), citizen, rests_on=key)
    await fixture.prove(await fixture.at("tGVu", "viber"), citizen, rests_on=key)
    await fixture.prove(await fixture.at("login", "viber"), citizen, "login")
    await fixture.mobile(citizen, MOBILE)
    assert await fixture.behind() == (citizen, PROVEN)
    await fixture.mobile(citizen, "+306900000009")
    assert await fixture.behind() == (None, 0)
    assert await fixture.behind("tGVu", "viber") == (None, 0)
    assert await fixture.behind("login", "viber") == (citizen, PROVEN)  # a login does not rest on a mobile


async def test_a_login_at_the_citizens_own_number_still_rests_on_it(fixture: PeopleFixture, vault: Vault) -> None:
    citizen = await fixture.citizen()
    await fixture.mobile(citizen, MOBILE)
    await fixture.prove(await fixture.at(), citizen, "login")
    link = await fixture.link_at()
    assert (link.level, link.rests_on) == (PROVEN, address_key(vault, "sms", MOBILE))
    await fixture.mobile(citizen, None)
    assert await fixture.behind() == (None, 0)


async def test_a_number_that_became_the_citizens_is_rested_on_from_then(fixture: PeopleFixture) -> None:
    citizen = await fixture.citizen()
    await fixture.prove(await fixture.at(), citizen, "login")
    assert (await fixture.link_at()).rests_on is None
    await fixture.mobile(citizen, MOBILE)
    assert (await fixture.link_at()).agreed_at == START
    await fixture.mobile(citizen, "+306900000009")
    assert await fixture.behind() == (None, 0)


async def test_a_login_frees_a_chat_from_the_mobile_of_its_code(fixture: PeopleFixture, vault: Vault) -> None:
    citizen = await fixture.citizen()
    conversation = await fixture.at("tGVu", "viber")
    await fixture.prove(conversation, citizen, rests_on=address_key(vault, "sms", MOBILE))
    await fixture.prove(conversation, citizen, "login")
    await fixture.mobile(citizen, None)
    assert await fixture.behind("tGVu", "viber") == (citizen, PROVEN)


# Unlinking


async def test_unlinking_a_chat_forgets_who_was_there(fixture: PeopleFixture) -> None:
    citizen = await fixture.citizen()
    await fixture.prove(await fixture.at("tGVu", "viber"), citizen)
    await fixture.unlink(await fixture.at("tGVu", "viber"))
    assert await fixture.behind("tGVu", "viber") == (None, 0)
    assert await fixture.store.conversations.of_citizen(citizen) == []


async def test_unlinking_ones_own_number_lasts_until_a_proof(fixture: PeopleFixture, vault: Vault) -> None:
    citizen = await fixture.citizen()
    await fixture.mobile(citizen, MOBILE)
    await fixture.unlink(await fixture.at())
    assert await fixture.behind() == (None, 0)
    await fixture.mobile(citizen, MOBILE)  # the registry says so again, twice a day
    assert await fixture.behind() == (None, 0)
    await fixture.prove(await fixture.at(), citizen, rests_on=address_key(vault, "sms", MOBILE))
    assert await fixture.behind() == (citizen, PROVEN)


async def test_who_unlinks_a_shared_number_does_not_leave_it_to_the_other(fixture: PeopleFixture, vault: Vault) -> None:
    first, second = await fixture.citizen(), await fixture.citizen(OTHER)
    for one in (first, second):
        await fixture.mobile(one, MOBILE)
    await fixture.prove(await fixture.at(), first, rests_on=address_key(vault, "sms", MOBILE))
    await fixture.unlink(await fixture.at())
    assert await fixture.behind() == (None, 0)


async def test_unlinking_nobody_changes_nothing(fixture: PeopleFixture) -> None:
    await fixture.unlink(await fixture.at("tGVu", "viber"))
    assert await fixture.behind("tGVu", "viber") == (None, 0)


async def test_one_citizen_on_both_channels_is_one(fixture: PeopleFixture) -> None:
    citizen = await fixture.citizen()
    await fixture.mobile(citizen, MOBILE)
    chat, text = await fixture.at("tGVu", "viber"), await fixture.at()
    await fixture.prove(chat, citizen)
    assert await fixture.store.conversations.of_citizen(citizen) == [
        (text.id, "sms", KNOWN_NUMBER),
        (chat.id, "viber", PROVEN),
    ]


async def test_reachable_and_not(fixture: PeopleFixture) -> None:
    conversation = await fixture.at()
    for reason in ("unsubscribed", None):
        async with fixture.database.write() as connection:
            await fixture.store.contact_points.reachable(connection, conversation.contact_point_id, reason=reason)
        assert (await fixture.at()).reachable is (reason is None)


async def test_the_contact_registry_is_asked_again_in_time(fixture: PeopleFixture, clock: FakeClock) -> None:
    first, second = await fixture.citizen(), await fixture.citizen(OTHER)
    assert await fixture.store.citizens.contact_due(START, 10) == [(first, AFM), (second, OTHER)]
    assert len(await fixture.store.citizens.contact_due(START, 1)) == 1
    async with fixture.database.write() as connection:
        later = START + timedelta(hours=12)
        await fixture.store.links.set_mobile(connection, first, MOBILE, START)
        await fixture.store.citizens.ask_again(connection, first, later)
        await fixture.store.citizens.ask_again(connection, second, START + timedelta(minutes=1))
    assert await fixture.store.citizens.contact_due(START, 10) == []
    assert await fixture.store.citizens.contact_due(START + timedelta(minutes=1), 10) == [(second, OTHER)]
    assert [one for one, _ in await fixture.store.citizens.contact_due(later, 10)] == [second, first]
    assert await fixture.behind() == (first, KNOWN_NUMBER)


async def test_the_citizens_newest_word_on_alerts_counts_and_a_cause_counts_once(fixture: PeopleFixture) -> None:
    point = (await fixture.at()).contact_point_id
    assert await fixture.store.consents.newest(point) is None
    for key, allowed in (("in:1", True), ("in:2", False), ("in:1", True)):
        async with fixture.database.write() as connection:
            await fixture.store.consents.add(connection, point, allowed=allowed, source="word", key=key, now=START)
    assert await fixture.store.consents.newest(point) is False
