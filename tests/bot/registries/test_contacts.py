"""The mobiles that the contact registry holds: known numbers follow them, and nobody holds up anybody else."""

from __future__ import annotations

import pytest

from bot.registries.contacts import CONTACT_AGAIN, CONTACT_BATCH, CONTACT_KEPT, ContactFeed
from bot.store import Store
from casestore.database import Database
from casestore.vault import Vault
from connectors.registry import RegistryUnavailable
from tests.clock import FakeClock
from tests.fakes.contact_registry import FakeContactRegistry
from tests.logbook import logging_to_book

AFM, OTHER_AFM = "123456783", "090000045"


class ContactHarness:
    def __init__(self, database: Database, vault: Vault, clock: FakeClock, **held: str | Exception | None) -> None:
        self.database, self.clock, self.store = database, clock, Store.over(database, vault)
        self.registry = FakeContactRegistry({name.removeprefix("afm_"): mobile for name, mobile in held.items()})
        self.job = ContactFeed(contacts=self.registry, store=self.store, clock=clock)

    async def citizen(self, afm: str) -> int:
        async with self.database.write() as connection:
            return await self.store.citizens.ensure_one(connection, afm, self.clock())

    async def behind(self, mobile: str) -> tuple[int | None, int]:
        found = await self.store.conversations.at("sms", mobile, self.clock())
        return found.citizen_id, found.level


OLD, NEW = "+306900000001", "+306900000002"


async def test_a_registered_mobile_makes_its_number_known(database: Database, vault: Vault, clock: FakeClock) -> None:
    contact = ContactHarness(database, vault, clock, afm_123456783=OLD)
    citizen = await contact.citizen(AFM)
    assert await contact.behind(OLD) == (None, 0)
    await contact.job.step()
    assert await contact.behind(OLD) == (citizen, 1)


@pytest.mark.parametrize("later", [NEW, None])
async def test_a_number_no_longer_held_is_let_go(
    database: Database, vault: Vault, clock: FakeClock, later: str | None
) -> None:
    contact = ContactHarness(database, vault, clock, afm_123456783=OLD)
    citizen = await contact.citizen(AFM)
    await contact.job.step()
    contact.registry.held["123456783"] = later
    clock.forward(CONTACT_KEPT.total_seconds())
    await contact.job.step()
    assert await contact.behind(OLD) == (None, 0)
    assert await contact.behind(NEW) == ((citizen, 1) if later else (None, 0))


async def test_a_number_of_two_citizens_proves_neither(database: Database, vault: Vault, clock: FakeClock) -> None:
    contact = ContactHarness(database, vault, clock, afm_123456783=OLD, afm_090000045=OLD)
    for afm in (AFM, OTHER_AFM):
        await contact.citizen(afm)
    await contact.job.step()
    assert await contact.behind(OLD) == (None, 0)


async def test_the_registry_is_asked_once_in_twelve_hours(database: Database, vault: Vault, clock: FakeClock) -> None:
    contact = ContactHarness(database, vault, clock, afm_123456783=None)
    await contact.citizen(AFM)
    for seconds in (0, CONTACT_KEPT.total_seconds() - 1, 1, 1):
        clock.forward(seconds)
        await contact.job.step()
    assert contact.registry.asked == [AFM, AFM]


async def test_one_that_cannot_be_told_is_asked_again_soon_and_holds_up_nobody(
    database: Database, vault: Vault, clock: FakeClock
) -> None:
    contact = ContactHarness(
        database, vault, clock, afm_123456783=RegistryUnavailable("contacts", "http:503"), afm_090000045=NEW
    )
    first, second = await contact.citizen(AFM), await contact.citizen(OTHER_AFM)
    with logging_to_book() as recorder:
        await contact.job.step()
    assert await contact.behind(NEW) == (second, 1)
    assert [line["reason"] for line in recorder.lines] == ["http:503"]
    contact.registry.held["123456783"] = OLD
    clock.forward(CONTACT_AGAIN.total_seconds())
    await contact.job.step()
    assert await contact.behind(OLD) == (first, 1)
    assert sorted(contact.registry.asked) == sorted([AFM, AFM, OTHER_AFM])


async def test_many_are_asked_about_in_batches(database: Database, vault: Vault, clock: FakeClock) -> None:
    afms = [f"{n:09d}" for n in range(CONTACT_BATCH + 1)]
    contact = ContactHarness(database, vault, clock, **{f"afm_{afm}": None for afm in afms})
    for afm in afms:
        await contact.citizen(afm)
    assert [await contact.job.step() for _ in range(3)] == [True, False, False]
    assert sorted(contact.registry.asked) == afms
