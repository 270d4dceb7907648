"""What became of a dispatch, on both databases: facts are written, the past changes nothing, a status only rises."""

from __future__ import annotations

import pytest

from casestore.queues.lifecycle import OutboxState
from casestore.queues.results import Outcome
from tests.casestore.queues.dispatch_log import Log
from tests.casestore.queues.test_outbox import claim, dispatch, put


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
