"""What became of a dispatch, on both databases: facts are written, the past changes nothing, a status only rises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casestore.queues.lifecycle import OutboxState
from casestore.queues.results import Outcome, Results
from casestore.vault import Vault, address_key
from tests.casestore.queues.dispatch_log import Log
from tests.casestore.queues.test_outbox import claim, dispatch, put
from tests.casestore.telling import Telling
from tests.clock import START, FakeClock

MOMENT = timedelta(microseconds=1)


async def test_a_receipt_is_kept_with_whom_it_is_of_where_that_is_told(log: Log, vault: Vault) -> None:
    told = {"channel": "sms", "provider_id": "id", "status": "sent", "at": START, "now": START}
    keys = [log.receipts.row(**told, address=address)["recipient_key"] for address in ("a", None)]  # type: ignore[arg-type]
    assert keys == [address_key(vault, "sms", "a"), None]


async def test_results_are_written_in_one_batch(log: Log) -> None:
    others = [dispatch(name, name, channel="sms") for name in ("2", "3", "4")]
    await put(log.outbox, log.database, *others)
    first, second, third, fourth = await claim(log.outbox, log.clock, channel="sms")
    now = log.clock()
    await log.results.write(
        [
            Outcome(first.id, first.claim, OutboxState.SENT, now, "id", 2),
            Outcome(second.id, second.claim, OutboxState.FAILED, now, reason="viber:3"),
            Outcome(third.id, third.claim, OutboxState.SKIPPED, now, reason="expired"),
            Outcome(fourth.id, fourth.claim, OutboxState.OPEN, now, reason="http:503", due_at=now, in_doubt=True),
        ]
    )
    stand = [((row := await log.row(key)).state, row.reason, row.doubts, row.parts) for key in "1234"]
    assert stand == [
        ("sent", None, 0, 2),
        ("failed", "viber:3", 0, 1),
        ("skipped", "expired", 0, 1),
        ("open", "http:503", 1, 1),
    ]
    assert [(channel, priority, count) for channel, priority, count, _ in await log.results.depth()] == [("sms", 1, 1)]


async def test_that_it_was_sent_is_a_fact_whoever_holds_the_row(log: Log) -> None:
    slow = await log.claim("slow")
    log.clock.forward(31)
    await log.claim("next")
    await log.result(slow, "sent", "id")
    assert await log.stands() == ("sent", 1, "id")


@pytest.mark.parametrize("state", ["open", "failed", "skipped"])
async def test_any_other_result_of_a_lost_claim_is_ignored(log: Log, state: str) -> None:
    slow = await log.claim("slow")
    log.clock.forward(31)
    await log.claim("next")
    await log.result(slow, state, in_doubt=True)
    row = await log.row()
    assert (row.state, row.claim, row.doubts) == ("open", "next", 1)


async def test_what_was_sent_is_never_unsent(log: Log) -> None:
    one = await log.sent("id")
    for state in ("open", "failed", "skipped"):
        await log.result(one, state)
    await log.result(one, "sent", "another")
    assert await log.stands() == ("sent", 1, "id")


async def test_another_attempt_is_no_doubt_unless_it_is_said_to_be(log: Log) -> None:
    await log.result(await log.claim(), "open")
    assert (await log.row()).doubts == 0
    log.clock.forward(30)
    assert not (await log.claim()).in_doubt


async def test_a_result_tells_the_workers_that_the_next_may_go(
    database_url: str, vault: Vault, clock: FakeClock
) -> None:
    database = Telling(database_url)
    log = Log(database, vault, clock)
    await put(log.outbox, database, dispatch("1", channel="sms"))
    one = await log.claim()
    before = len(database.told)
    await Results(database).write([Outcome(one.id, one.claim, OutboxState.SENT, clock(), "id", 1)])
    assert database.told[before:] == [True]
    await database.close()


async def test_a_recipients_ids_are_those_of_what_ended_since_then(log: Log) -> None:
    log.clock.forward(60)
    one = await log.sent("id")
    ended = START + timedelta(seconds=60)
    assert await log.results.known_ids("sms", one.recipient_key, ended, excluding=0) == {"id"}
    assert await log.results.known_ids("sms", one.recipient_key, ended + MOMENT, excluding=0) == frozenset()
    assert await log.results.known_ids("sms", "another", ended, excluding=0) == frozenset()


async def test_and_of_what_was_written_since_then_and_has_not_ended(log: Log) -> None:
    one = await log.sent("id")
    await log.undelivered("id", one.id)
    assert (await log.row()).finished_at is None
    assert await log.results.known_ids("sms", one.recipient_key, START, excluding=0) == {"id"}
    assert await log.results.known_ids("sms", one.recipient_key, START + MOMENT, excluding=0) == frozenset()


async def test_a_contact_is_stopped_on_its_own_channel_and_what_has_ended_stays_ended(log: Log) -> None:
    one = await log.sent("id")
    await put(log.outbox, log.database, dispatch("2", channel="sms"), dispatch("3", "a", channel="viber"))
    await log.results.stop_contact("sms", one.recipient_key, "twilio:21610", log.clock())
    assert [(await log.row(key)).state for key in "123"] == ["sent", "failed", "open"]
    stopped = await log.row("2")
    assert (stopped.reason, stopped.finished_at) == ("twilio:21610", log.clock())
