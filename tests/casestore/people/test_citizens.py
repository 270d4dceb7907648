"""Citizens by their number, their points and what they said, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.store import Store
from casestore.database import Database
from casestore.tables import contact_points
from casestore.vault import Vault
from tests.clock import START

AFMS = ("123456783", "090000045", "090000057")
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(database: Database, vault: Vault) -> Store:
    return Store.over(database, vault)


async def record(store: Store, *afms: str, after: timedelta = timedelta()) -> dict[str, int]:
    async with store.database.write() as connection:
        return await store.citizens.ensure(connection, afms, START + after)


async def test_who_is_on_record_keeps_their_id_beside_those_who_are_new(store: Store) -> None:
    first = await record(store, AFMS[0])
    everybody = await record(store, *AFMS, AFMS[0])
    assert everybody[AFMS[0]] == first[AFMS[0]]
    assert len(set(everybody.values())) == len(everybody) == len(AFMS)
    assert await record(store, *AFMS) == everybody
    assert await record(store) == {}


async def test_only_those_on_record_are_found(store: Store) -> None:
    made = await record(store, *AFMS[:2])
    assert await store.citizens.known(AFMS) == made
    assert await store.citizens.find(AFMS[1]) == made[AFMS[1]]
    assert await store.citizens.find(AFMS[2]) is None
    assert await store.citizens.known([]) == {}


async def test_the_registry_is_asked_from_the_moment_on_and_about_the_longest_due_first(store: Store) -> None:
    later = await record(store, AFMS[0], after=2 * SECOND)
    sooner = await record(store, AFMS[1], after=SECOND)
    due = [(sooner[AFMS[1]], AFMS[1]), (later[AFMS[0]], AFMS[0])]
    assert await store.citizens.contact_due(START, 9) == []
    assert await store.citizens.contact_due(START + SECOND, 9) == due[:1]
    assert await store.citizens.contact_due(START + 2 * SECOND, 9) == due
    assert await store.citizens.contact_due(START + 2 * SECOND, 1) == due[:1]


async def test_one_address_is_a_point_of_its_own_on_each_channel(store: Store) -> None:
    async with store.database.write() as connection:
        points = [
            await store.contact_points.ensure(connection, channel, address, START)
            for channel, address in (("sms", "a"), ("viber", "a"), ("sms", "b"), ("sms", "a"))
        ]
    assert points[0] == points[3]
    assert len(set(points)) == 3


async def test_a_point_that_was_erased_has_its_address_again_and_begins_anew(store: Store, vault: Vault) -> None:
    later = START + timedelta(days=1)
    async with store.database.write() as connection:
        point = await store.contact_points.ensure(connection, "sms", "a", START)
        other = await store.contact_points.ensure(connection, "sms", "b", START)
        erased = update(contact_points).where(contact_points.c.id == point)
        await connection.execute(erased.values(address_sealed=b""))
        assert await store.contact_points.ensure(connection, "sms", "a", later) == point
        assert await store.contact_points.ensure(connection, "sms", "b", later) == other
    found = select(contact_points).order_by(contact_points.c.id)
    async with store.database.read() as connection:
        rows = (await connection.execute(found)).all()
    assert [vault.open("contact_points.address", row.address_sealed) for row in rows] == ["a", "b"]
    assert [row.created_at for row in rows] == [later, START]


async def test_why_a_point_cannot_be_written_to_is_kept_until_it_can(store: Store) -> None:
    async with store.database.write() as connection:
        points = [await store.contact_points.ensure(connection, "sms", address, START) for address in "ab"]
        for reason in ("unsubscribed", None):
            await store.contact_points.reachable(connection, points[0], reason=reason)
            found = await connection.execute(select(contact_points).order_by(contact_points.c.id))
            told = [(row.reachable, row.unreachable_reason) for row in found]
            assert told == [(reason is None, reason), (True, None)]


async def test_the_newest_word_on_alerts_counts_at_each_point(store: Store) -> None:
    async with store.database.write() as connection:
        points = [await store.contact_points.ensure(connection, "sms", address, START) for address in "abc"]
        for number, (point, allowed) in enumerate(((0, False), (1, True), (0, True), (1, False))):
            key = f"in:{number}"
            await store.consents.add(connection, points[point], allowed=allowed, source="word", key=key, now=START)
    async with store.database.read() as connection:
        assert await store.consents.newest_at(connection, points) == {points[0]: True, points[1]: False}
    assert [await store.consents.newest(point) for point in points] == [True, False, None]
