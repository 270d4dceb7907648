"""Claims at the same moment on PostgreSQL, where a transaction does not see what another has not committed yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from casestore.database import Database
from casestore.migrate import migrate
from casestore.queues.inbox import Inbox
from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptStatus
from casestore.queues.outbox import Outbox, Priority
from casestore.queues.receipts import Receipts, RetryRule
from casestore.queues.results import Outcome, Results
from casestore.tables import inbox as arrivals
from casestore.tables import outbox as rows
from casestore.tables import receipts
from casestore.vault import Vault
from tests.casestore.fixture import message
from tests.casestore.queues.test_outbox import LEASE, claim, dispatch, put, texts
from tests.clock import START, FakeClock


@pytest.fixture
async def three(postgresql_url: str) -> AsyncIterator[list[Database]]:
    databases = [Database(postgresql_url) for _ in range(3)]
    await migrate(databases[0])
    yield databases
    for database in databases:
        await database.close()


async def test_a_row_that_was_committed_late_waits_for_the_younger_in_flight(
    three: list[Database], vault: Vault, clock: FakeClock
) -> None:
    """PostgreSQL numbers rows before they can be seen: the younger of two may be claimed before the elder is there."""
    slow, quick, third = (Outbox(database, vault) for database in three)
    async with three[0].write() as connection:
        await slow.add(connection, [dispatch("elder")], START)
        await put(quick, three[1], dispatch("younger"))
        [younger] = await claim(quick, clock, "first")
    assert texts(quick, [younger]) == ["younger"]
    assert await claim(third, clock, "second") == []
    await Results(three[1]).write([Outcome(younger.id, younger.claim, OutboxState.SENT, clock(), "id", 1)])
    assert texts(third, await claim(third, clock, "second")) == ["elder"]


async def test_a_claim_waits_for_another_that_is_not_committed_yet(
    three: list[Database], vault: Vault, clock: FakeClock
) -> None:
    """Else each could take another message to the same person, having seen nothing in flight."""
    outbox = Outbox(three[1], vault)
    await put(outbox, three[1], dispatch("bulk", priority=Priority.MASS), dispatch("reply"))
    bulk = rows.c.priority == int(Priority.MASS)
    async with three[0].write() as connection:
        await three[0].alone(connection, "outbox/viber")
        await connection.execute(update(rows).where(bulk).values(claim="first", lease_until=START + LEASE))
        second = asyncio.create_task(claim(outbox, clock, "second"))
        for _ in range(20):  # time enough for it to go wrong
            async with three[2].read() as reading:
                await reading.execute(select(1))
    assert await second == []


async def test_of_two_messages_that_came_at_once_the_younger_may_go_first_but_never_both(
    three: list[Database], vault: Vault, clock: FakeClock
) -> None:
    boxes = [Inbox(database, vault) for database in three]
    elder, younger = (message(boxes[0], name, "one conversation", START) for name in ("elder", "younger"))
    async with three[0].write() as connection:
        await connection.execute(three[0].insert_new(arrivals), [elder])
        await boxes[1].add([younger])
        [first] = await boxes[1].claim("viber", clock(), "first", limit=5, lease=LEASE)
    assert first.external_id == "younger"
    assert await boxes[2].claim("viber", clock(), "second", limit=5, lease=LEASE) == []
    async with three[1].write() as connection:
        await boxes[1].done(connection, first, clock())
    assert [one.external_id for one in await boxes[2].claim("viber", clock(), "second", limit=5, lease=LEASE)] == [
        "elder"
    ]


async def test_batches_that_write_the_same_rows_do_not_wait_for_one_another_for_ever(
    three: list[Database], vault: Vault, clock: FakeClock
) -> None:
    """Results in one order and receipts in the other, from several workers: no deadlock, and nothing goes missing."""
    count = 40
    outbox = Outbox(three[0], vault)
    await put(outbox, three[0], *(dispatch(f"{n}", f"{n}", channel="sms") for n in range(count)))
    held = await claim(outbox, clock, limit=count, channel="sms")
    appliers, writer = [Receipts(database, vault) for database in three[:2]], Results(three[2])
    outcomes = [Outcome(one.id, one.claim, OutboxState.SENT, clock(), f"SM{one.id}", 1) for one in held]
    spool = [
        appliers[0].row(
            channel="sms", provider_id=f"SM{one.id}", message_id=one.id, status=status, at=clock(), now=clock()
        )
        for one in reversed(held)
        for status in ("sent", "delivered")
    ]
    await three[0].append({receipts: spool})

    due, rule = await appliers[0].due(clock(), 2 * count), RetryRule(3, after=LEASE)
    await asyncio.gather(
        *(applier.apply(due[first::2], clock(), rule) for first, applier in enumerate(appliers)),
        writer.write(outcomes),
        writer.write(outcomes[::-1]),
    )
    async with three[0].read() as connection:
        found = (await connection.execute(select(rows.c.state, rows.c.status_rank).distinct())).all()
    assert [tuple(row) for row in found] == [("sent", RANKS[ReceiptStatus.DELIVERED])]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (OutboxState.SENT, {"status": "seen", "all_before": True}),
        (OutboxState.OPEN, {"status": "failed", "remedy": "stop-contact", "error": "viber:6"}),
    ],
)
async def test_what_reaches_back_over_a_recipients_rows_takes_them_in_order_too(
    three: list[Database], vault: Vault, clock: FakeClock, state: OutboxState, told: dict[str, Any]
) -> None:
    """*Seen* raises what was sent before, and a stop ends what waits: who holds the elder row may take the younger."""
    outbox, receipts_ = Outbox(three[0], vault), Receipts(three[1], vault)
    await put(outbox, three[0], dispatch("elder", channel="viber"), dispatch("younger", channel="viber"))
    ended = {"state": OutboxState.SENT, "provider_id": "7", "status_rank": 1}
    async with three[0].write() as connection:
        await connection.execute(update(rows).where(rows.c.key == "younger").values(**ended))
        if state is OutboxState.SENT:
            await connection.execute(update(rows).where(rows.c.key == "elder").values(state=state, status_rank=1))
    spooled = receipts_.row(channel="viber", provider_id="7", at=clock(), now=clock(), **told)
    await three[0].append({receipts: [spooled]})
    batch = await receipts_.due(clock(), 10)
    async with three[0].write() as connection:
        await connection.execute(select(rows.c.id).where(rows.c.key == "elder").with_for_update())
        applying = asyncio.create_task(receipts_.apply(batch, clock(), RetryRule(3, after=LEASE)))
        await _until_somebody_waits(three[2])
        await connection.execute(select(rows.c.id).where(rows.c.key == "younger").with_for_update())
    assert await applying == 0
    async with three[0].read() as connection:
        assert await connection.scalar(select(func.count()).select_from(receipts)) == 0


async def _until_somebody_waits(database: Database) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.read() as connection:
                if await connection.scalar(text("select count(*) from pg_locks where not granted")):
                    return
