"""A receipt whose message is not known yet: a day is not too long, and looking costs less and less."""

from __future__ import annotations

from tests.casestore.queues.dispatch_log import Log


async def test_a_receipt_of_which_the_message_is_known_only_hours_later_is_matched_then(log: Log) -> None:
    await log.spool("delivered", "id")
    looks = 0
    for _ in range(20 * 12):  # every five minutes, for twenty hours
        if await log.receipts.due(log.clock(), 100):
            looks += 1
            assert await log.apply() == 0
        log.clock.forward(300)
    assert looks < 30  # the longer it waits the less often
    await log.sent("id")
    log.clock.forward(4.2 * 3600)
    await log.apply()
    assert await log.stands() == ("sent", 3, "id")
