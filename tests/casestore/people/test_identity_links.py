"""Links by contact point, on both databases: which go when another is proven, which stay, and since when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.store import Store
from casestore.database import Database
from casestore.people.identity import KNOWN_NUMBER, PROVEN, UNLINKED, Identity, Link, points_of, resolve_identity
from casestore.tables import citizens, contact_points, links
from casestore.vault import Vault, address_key
from tests.clock import START

FIRST, SECOND, THIRD = "123456783", "090000045", "090000057"
MOBILE, ANOTHER = "+306900000001", "+306900000002"
LATER, LAST = START + timedelta(hours=1), START + timedelta(hours=2)


class LinksHarness:
    """Shorthands that each commit."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.store = Store.over(database, vault)

    async def citizen(self, afm: str, now: datetime = START) -> int:
        async with self.database.write() as connection:
            return await self.store.citizens.ensure_one(connection, afm, now)

    async def point(self, channel: str = "sms", address: str = MOBILE) -> int:
        async with self.database.write() as connection:
            return await self.store.contact_points.ensure(connection, channel, address, START)

    def key(self, mobile: str = MOBILE) -> str:
        return address_key(self.vault, "sms", mobile)

    async def link(
        self, point: int, citizen: int, now: datetime = START, *, level: int = PROVEN, rests_on: str | None = None
    ) -> None:
        async with self.database.write() as connection:
            await self.store.links.link(connection, point, citizen, level, "code", now, rests_on)

    async def mobile(self, citizen: int, mobile: str | None, now: datetime = START) -> None:
        async with self.database.write() as connection:
            await self.store.links.set_mobile(connection, citizen, mobile, now)

    async def unlink(self, point: int, citizen: int, now: datetime = START) -> None:
        async with self.database.write() as connection:
            await self.store.links.unlink(connection, point, citizen, now)

    async def at(self, point: int) -> dict[int, tuple[int, str, datetime]]:
        """By citizen: level, source and since when."""
        found = select(links).where(links.c.contact_point_id == point)
        async with self.database.read() as connection:
            rows = await connection.execute(found)
            return {row.citizen_id: (row.level, row.source, row.linked_at) for row in rows}

    async def agreed(self, point: int) -> list[tuple[str | None, datetime | None]]:
        found = select(links.c.rests_on, links.c.agreed_at).where(links.c.contact_point_id == point)
        async with self.database.read() as connection:
            return [(row.rests_on, row.agreed_at) for row in await connection.execute(found)]


@pytest.fixture
def harness(database: Database, vault: Vault) -> LinksHarness:
    return LinksHarness(database, vault)


# When another is proven


async def test_a_proof_ends_the_one_before_it_at_that_point_alone(harness: LinksHarness) -> None:
    first, second = await harness.citizen(FIRST), await harness.citizen(SECOND)
    chat, other = await harness.point("viber", "a"), await harness.point("viber", "b")
    for point in (chat, other):
        await harness.link(point, first)
    await harness.link(chat, second, LATER)
    assert await harness.at(chat) == {second: (PROVEN, "code", LATER)}
    assert await harness.at(other) == {first: (PROVEN, "code", START)}


async def test_whose_own_number_it_is_stays_known_there_when_another_is_proven(harness: LinksHarness) -> None:
    own, guest = await harness.citizen(FIRST), await harness.citizen(SECOND)
    await harness.mobile(own, MOBILE)
    point = await harness.point()
    await harness.link(point, own, rests_on=harness.key())
    await harness.link(point, guest, LATER)
    assert await harness.at(point) == {own: (KNOWN_NUMBER, "registry", START), guest: (PROVEN, "code", LATER)}


async def test_a_proof_that_rests_on_another_number_goes_when_another_is_proven(harness: LinksHarness) -> None:
    before, after = await harness.citizen(FIRST), await harness.citizen(SECOND)
    point = await harness.point()
    await harness.link(point, before, rests_on=harness.key(ANOTHER))
    await harness.link(point, after, LATER)
    assert set(await harness.at(point)) == {after}


async def test_a_proof_leaves_whoever_is_only_known_or_has_unlinked(harness: LinksHarness) -> None:
    known, gone, proven = [await harness.citizen(afm) for afm in (FIRST, SECOND, THIRD)]
    for citizen in (known, gone):
        await harness.mobile(citizen, MOBILE)
    point = await harness.point()
    await harness.unlink(point, gone, LATER)
    await harness.link(point, proven, LAST)
    assert await harness.at(point) == {
        known: (KNOWN_NUMBER, "registry", START),
        gone: (UNLINKED, "unlinked", LATER),
        proven: (PROVEN, "code", LAST),
    }


async def test_who_is_only_known_ends_no_proof(harness: LinksHarness) -> None:
    proven, known = await harness.citizen(FIRST), await harness.citizen(SECOND)
    point = await harness.point()
    await harness.link(point, proven)
    await harness.mobile(known, MOBILE, LATER)
    assert await harness.at(point) == {proven: (PROVEN, "code", START), known: (KNOWN_NUMBER, "registry", LATER)}


# Since when, and how surely


async def test_a_new_proof_counts_from_when_it_was_made(harness: LinksHarness) -> None:
    citizen, point = await harness.citizen(FIRST), await harness.point("viber", "a")
    await harness.link(point, citizen, rests_on=harness.key())
    assert await harness.agreed(point) == [(harness.key(), START)]
    await harness.link(point, citizen, LATER)
    assert await harness.at(point) == {citizen: (PROVEN, "code", LATER)}
    assert await harness.agreed(point) == [(None, None)]


async def test_the_registrys_word_counts_from_when_it_was_first_given(harness: LinksHarness) -> None:
    citizen = await harness.citizen(FIRST)
    await harness.mobile(citizen, MOBILE)
    point = await harness.point()
    await harness.mobile(citizen, MOBILE, LATER)
    assert await harness.at(point) == {citizen: (KNOWN_NUMBER, "registry", START)}
    assert await harness.agreed(point) == [(harness.key(), LATER)]


async def test_a_link_rises_and_is_not_lowered(harness: LinksHarness) -> None:
    citizen, point = await harness.citizen(FIRST), await harness.point("viber", "a")
    await harness.link(point, citizen, level=KNOWN_NUMBER)
    await harness.link(point, citizen, LATER)
    assert (await harness.at(point))[citizen][0] == PROVEN
    await harness.link(point, citizen, LAST, level=KNOWN_NUMBER)
    assert await harness.at(point) == {citizen: (PROVEN, "code", LATER)}


async def test_only_a_proof_raises_whoever_has_unlinked(harness: LinksHarness) -> None:
    citizen = await harness.citizen(FIRST)
    await harness.mobile(citizen, MOBILE)
    point = await harness.point()
    await harness.unlink(point, citizen, LATER)
    await harness.mobile(citizen, MOBILE, LAST)
    assert await harness.at(point) == {citizen: (UNLINKED, "unlinked", LATER)}
    await harness.link(point, citizen, LAST)
    assert await harness.at(point) == {citizen: (PROVEN, "code", LAST)}


async def test_a_login_at_ones_own_number_goes_on_resting_on_it_as_agreed(harness: LinksHarness) -> None:
    citizen = await harness.citizen(FIRST)
    await harness.mobile(citizen, MOBILE)
    point = await harness.point()
    await harness.link(point, citizen, LATER)
    assert await harness.agreed(point) == [(harness.key(), START)]


# Unlinking, and what the registry says afterwards


@pytest.mark.parametrize("rests_on", [None, ANOTHER])
async def test_unlinking_elsewhere_leaves_nothing_of_the_citizen_and_all_of_others(
    harness: LinksHarness, rests_on: str | None
) -> None:
    citizen, other = await harness.citizen(FIRST), await harness.citizen(SECOND)
    point = await harness.point()
    await harness.mobile(other, MOBILE)
    await harness.link(point, citizen, rests_on=rests_on and harness.key(rests_on))
    await harness.unlink(point, citizen, LATER)
    assert await harness.at(point) == {other: (KNOWN_NUMBER, "registry", START)}


async def test_another_mobile_ends_what_rested_on_the_first_and_nothing_else(harness: LinksHarness) -> None:
    citizen, other = await harness.citizen(FIRST), await harness.citizen(SECOND)
    chat, login, theirs = [await harness.point("viber", name) for name in "abc"]
    await harness.link(chat, citizen, rests_on=harness.key())
    await harness.link(login, citizen)
    await harness.link(theirs, other, rests_on=harness.key())
    await harness.mobile(citizen, ANOTHER, LATER)
    assert [set(await harness.at(point)) for point in (chat, login, theirs)] == [set(), {citizen}, {other}]
    assert await harness.at(await harness.point("sms", ANOTHER)) == {citizen: (KNOWN_NUMBER, "registry", LATER)}
    await harness.mobile(citizen, None, LAST)
    assert [set(await harness.at(point)) for point in (login, await harness.point("sms", ANOTHER))] == [
        {citizen},
        set(),
    ]


async def test_what_the_registry_says_of_who_was_erased_brings_nobody_back_and_a_proof_does(
    harness: LinksHarness,
) -> None:
    citizen = await harness.citizen(FIRST)
    async with harness.database.write() as connection:  # as an erasure leaves it
        await connection.execute(update(citizens).values(contact_due_at=None))
    await harness.mobile(citizen, MOBILE)
    async with harness.database.read() as connection:
        assert (await connection.execute(select(contact_points))).all() == []
    await harness.link(await harness.point("viber", "a"), citizen, level=KNOWN_NUMBER)
    assert await harness.store.citizens.contact_due(LAST, 9) == []
    await harness.link(await harness.point("viber", "a"), citizen, LATER)
    assert await harness.store.citizens.contact_due(LATER, 9) == [(citizen, FIRST)]


async def test_a_proof_does_not_put_forward_when_the_registry_is_asked_next(harness: LinksHarness) -> None:
    citizen = await harness.citizen(FIRST, LAST)
    await harness.link(await harness.point("viber", "a"), citizen)
    assert await harness.store.citizens.contact_due(LATER, 9) == []
    assert await harness.store.citizens.contact_due(LAST, 9) == [(citizen, FIRST)]


# Who stands behind a point


def known(citizen: int, level: int, hours: int = 0) -> Link:
    return Link(citizen, level, START + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("found", "stands"),
    [
        ([], Identity()),
        ([known(1, UNLINKED)], Identity()),
        ([known(1, KNOWN_NUMBER)], Identity(1, 1, known(1, KNOWN_NUMBER))),
        ([known(1, KNOWN_NUMBER), known(2, KNOWN_NUMBER)], Identity()),
        ([known(1, KNOWN_NUMBER), known(2, UNLINKED)], Identity()),
        ([known(1, PROVEN)], Identity(1, 2, known(1, PROVEN), shared=False)),
        ([known(1, PROVEN), known(2, PROVEN, 1)], Identity(2, 2, known(2, PROVEN, 1), shared=False)),
        ([known(1, PROVEN), known(2, KNOWN_NUMBER)], Identity(1, 2, known(1, PROVEN), shared=True)),
        ([known(1, UNLINKED), known(2, PROVEN, 1)], Identity(2, 2, known(2, PROVEN, 1), shared=True)),
    ],
)
def test_the_last_proof_counts_or_else_the_only_one_known(found: list[Link], stands: Identity) -> None:
    assert resolve_identity(found) == stands
    assert stands.speaker == (None if stands.shared else stands.citizen_id)


async def test_a_citizens_points_with_and_without_those_at_anothers_number(harness: LinksHarness) -> None:
    citizen, other = await harness.citizen(FIRST), await harness.citizen(SECOND)
    chat, lost, theirs = await harness.point("viber", "a"), await harness.point("viber", "b"), await harness.point()
    await harness.mobile(other, MOBILE)
    for point in (chat, theirs):
        await harness.link(point, citizen)
    await harness.link(lost, other)
    async with harness.database.read() as connection:
        assert set(await points_of(connection, citizen)) == {chat, theirs}
        assert set(await points_of(connection, citizen, shared=False)) == {chat}
        assert set(await points_of(connection, other)) == {lost}
