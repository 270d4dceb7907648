"""What was answered, on both databases: to one recipient within a minute and a day, on a channel since a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from casestore.database import Database
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import Dispatch, Kind, Outbox, Priority
from casestore.queues.results import Outcome, Results
from casestore.queues.spending import Spending, Spent
from casestore.tables import outbox as rows
from casestore.vault import Vault, address_key
from tests.clock import START

MINUTE, DAY, MOMENT = timedelta(minutes=1), timedelta(days=1), timedelta(microseconds=1)


class SpendingHarness:
    """An outbox, and what is said of it."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.outbox, self.spending = Outbox(database, vault), Spending(database)
        self._said = 0

    async def say(
        self, at: datetime, kind: Kind = Kind.REPLY, *, to: str = "a", parts: int = 1, urgent: bool = False
    ) -> None:
        self._said += 1
        priority = Priority.CODE if urgent else Priority.REPLY
        said = Dispatch(f"{self._said}", "sms", to, "text", kind, priority, None, at, parts=parts)
        async with self.database.write() as connection:
            await self.outbox.add(connection, [said], at)

    async def send(self, at: datetime, *, parts: int | None, channel: str = "sms") -> None:
        """All that waits is accepted then, in so many parts each."""
        held = await self.outbox.claim(channel, at, "w", limit=10, lease=MINUTE)
        ends = [Outcome(one.id, one.claim, OutboxState.SENT, at, f"id {one.id}", parts) for one in held]
        await Results(self.database).write(ends)

    async def spent(self, who: str = "a") -> Spent:
        return await self.spending.of(address_key(self.vault, "sms", who), START)


@pytest.fixture
def harness(database: Database, vault: Vault) -> SpendingHarness:
    return SpendingHarness(database, vault)


async def test_who_was_answered_nothing_has_spent_nothing(harness: SpendingHarness) -> None:
    await harness.say(START, to="another")
    assert await harness.spent() == Spent() == Spent(0, 0, 0, told_minute=False, told_day=False)


async def test_answers_of_the_last_minute_and_of_the_last_day_are_counted_with_their_parts(
    harness: SpendingHarness,
) -> None:
    for age, parts in ((timedelta(), 1), (MINUTE - MOMENT, 2), (MINUTE, 4), (DAY - MOMENT, 8), (DAY, 16)):
        await harness.say(START - age, parts=parts)
    assert await harness.spent() == Spent(minute=2, day=4, parts=15)


async def test_codes_links_and_notices_do_not_count(harness: SpendingHarness) -> None:
    for kind in (Kind.CODE, Kind.LINK, Kind.NOTICE):
        await harness.say(START, kind)
    await harness.say(START, urgent=True)
    assert await harness.spent() == Spent()


@pytest.mark.parametrize(
    ("kind", "age", "told"),
    [
        (Kind.WAIT_MINUTE, timedelta(), (True, False)),
        (Kind.WAIT_MINUTE, MINUTE - MOMENT, (True, False)),
        (Kind.WAIT_MINUTE, MINUTE, (False, False)),
        (Kind.WAIT_DAY, timedelta(), (False, True)),
        (Kind.WAIT_DAY, DAY - MOMENT, (False, True)),
        (Kind.WAIT_DAY, DAY, (False, False)),
    ],
)
async def test_whether_they_were_told_to_wait_in_that_time(
    harness: SpendingHarness, kind: Kind, age: timedelta, told: tuple[bool, bool]
) -> None:
    await harness.say(START - age, kind)
    spent = await harness.spent()
    assert (spent.told_minute, spent.told_day) == told
    assert (spent.minute, spent.day, spent.parts) == (0, 0, 0)


async def test_what_has_no_number_of_parts_is_one(harness: SpendingHarness) -> None:
    await harness.say(START)
    async with harness.database.write() as connection:
        await connection.execute(rows.update().values(parts=None))
    assert (await harness.spent()).parts == 1


async def test_the_parts_of_a_channel_are_those_that_were_accepted_since_with_and_without_their_text(
    harness: SpendingHarness,
) -> None:
    assert await harness.spending.parts_since("sms", START) == 0
    for at, parts in ((START - MOMENT, 1), (START, 2), (START + MINUTE, 4)):
        await harness.say(at)
        await harness.send(at, parts=parts)
    await harness.say(START + MINUTE, parts=8)  # not sent
    assert await harness.spending.parts_since("sms", START) == 6
    assert await harness.spending.parts_since("viber", START) == 0
    async with harness.database.write() as connection:  # as after its period
        await connection.execute(rows.update().where(rows.c.parts == 2).values(body_sealed=b""))
    assert await harness.spending.parts_since("sms", START) == 6
