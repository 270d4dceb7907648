"""What a provider says of a dispatch later, on both databases: the past changes nothing, a status only rises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import Store
from casestore.queues.outbox import Priority
from casestore.queues.receipts import RECEIPT_AGAIN, RECEIPT_KEPT
from casestore.tables import contact_points
from casestore.vault import Vault, address_key
from tests.casestore.queues.dispatch_log import AGAIN, Log
from tests.casestore.queues.test_outbox import claim, dispatch, put
from tests.clock import START


async def test_receipts_move_forward_only(log: Log) -> None:
    one = await log.sent("id")
    ranks = []
    for status in ("sent", "delivered", "delivered", "sent", "failed", "seen", "delivered"):
        await log.told(status, "id", one.id)
        ranks.append((await log.row()).status_rank)
    assert ranks == [1, 3, 3, 3, 3, 4, 4]
    assert await log.stands() == ("sent", 4, "id")


async def test_a_failure_is_told_and_a_delivery_after_it_too(log: Log) -> None:
    one = await log.sent("id")
    await log.told("failed", "id", one.id, error="twilio:30004", remedy="never")
    assert (await log.row()).reason == "twilio:30004"
    assert await log.stands() == ("failed", 2, "id")
    await log.told("sent", "id", one.id)
    assert await log.stands() == ("failed", 2, "id")
    await log.told("delivered", "id", one.id)
    assert await log.stands() == ("sent", 3, "id")


async def test_a_receipt_by_the_providers_id_waits_for_the_result(log: Log) -> None:
    one = await log.claim()
    await log.told("delivered", "id")
    assert await log.stands() == ("open", 0, None)
    await log.result(one, "sent", "id")
    assert await log.apply() == 0  # not due yet
    log.clock.forward(RECEIPT_AGAIN.total_seconds())
    await log.apply()
    assert await log.stands() == ("sent", 3, "id")
    assert await log.spooled() == 0


async def test_a_receipt_for_a_message_unknown_is_given_up_after_a_while(log: Log) -> None:
    await log.spool("delivered", "nobody's")
    await log.spool("delivered", "id", 10**17)
    assert await log.apply() == 0
    log.clock.forward(RECEIPT_KEPT.total_seconds())
    assert await log.apply() == 0
    log.clock.forward(RECEIPT_AGAIN.total_seconds())
    assert await log.apply() == 2
    assert await log.spooled() == 0


async def test_a_receipt_with_our_id_may_be_faster_than_the_result(log: Log) -> None:
    one = await log.claim()
    await log.told("delivered", "id", one.id)
    await log.result(one, "sent", "id")
    assert await log.stands() == ("sent", 3, "id")
    assert (await log.row()).claim is None


async def test_a_failure_that_was_faster_than_the_result_stands(log: Log) -> None:
    one = await log.claim()
    await log.told("failed", "id", one.id, error="twilio:30004", remedy="never")
    await log.result(one, "sent", "id")
    assert await log.stands() == ("failed", 2, "id")


async def test_what_did_not_arrive_is_sent_again_later(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    assert await claim(log.outbox, log.clock, channel="sms") == []
    log.clock.forward(AGAIN.total_seconds())
    again = await log.claim()
    assert (again.attempts, again.in_doubt, again.since) == (2, False, log.clock())
    await log.result(again, "sent", "second")
    await log.told("delivered", "second", again.id)
    assert await log.stands() == ("sent", 3, "second")


async def test_a_failure_to_try_again_that_was_faster_than_the_result_stands(log: Log) -> None:
    one = await log.claim()
    await log.undelivered("first", one.id)
    await log.result(one, "sent", "first")
    assert (await log.stands())[0] == "open"
    log.clock.forward(AGAIN.total_seconds())
    assert (await log.claim()).attempts == 2


@pytest.mark.parametrize("claimed", [False, True])
async def test_word_of_the_attempt_that_failed_changes_nothing(log: Log, claimed: bool) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    due_at = (await log.row()).due_at
    if claimed:
        log.clock.forward(AGAIN.total_seconds())
        await log.claim()
    await log.told("sent", "first", one.id)
    await log.undelivered("first", one.id)
    row = await log.row()
    assert (row.state, row.due_at, row.claim) == ("open", due_at, "w" if claimed else None)


async def test_a_repeated_failure_does_not_open_what_was_stopped_meanwhile(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    await log.results.stop_contact("sms", one.recipient_key, "twilio:21610", log.clock())
    await log.undelivered("first", one.id)
    row = await log.row()
    assert (row.state, row.reason) == ("failed", "twilio:21610")


async def test_that_the_attempt_which_failed_arrived_after_all_is_news(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    await log.told("delivered", "first", one.id)
    assert await log.stands() == ("sent", 3, "first")


async def test_a_late_failure_of_the_attempt_before_does_not_send_a_third_time(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    log.clock.forward(AGAIN.total_seconds())
    await log.sent("second")
    await log.undelivered("first", one.id)
    await log.told("failed", "first", one.id, error="twilio:30004", remedy="never")
    assert await log.stands() == ("sent", 1, "second")


async def test_word_of_the_second_attempt_may_be_faster_than_its_result(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    log.clock.forward(AGAIN.total_seconds())
    again = await log.claim()
    await log.told("sent", "second", one.id)
    await log.result(again, "sent", "second")
    assert await log.stands() == ("sent", 1, "second")


async def test_sending_again_has_an_end(log: Log) -> None:
    one = await log.sent("id 1")
    for number in (1, 2):
        await log.undelivered(f"id {number}", one.id)
        log.clock.forward(2 * AGAIN.total_seconds())
        await log.sent(f"id {number + 1}")
    await log.undelivered("id 3", one.id)
    assert await log.stands() == ("failed", 2, "id 3")


async def test_what_waits_to_be_sent_again_holds_up_nobody(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    await put(log.outbox, log.database, dispatch("2", channel="sms"))
    assert (await log.claim()).id != one.id


async def test_the_failed_attempt_is_not_found_in_place_of_the_next(log: Log) -> None:
    one = await log.sent("first")
    await log.undelivered("first", one.id)
    log.clock.forward(AGAIN.total_seconds())
    again = await log.claim()
    assert again.since == START + AGAIN  # looked for only among what came after it


async def test_what_belongs_to_another_row_is_known(log: Log) -> None:
    one = await log.sent("first")
    assert await log.results.known_ids("sms", one.recipient_key, START, excluding=0) == {"first"}
    assert await log.results.known_ids("viber", one.recipient_key, START, excluding=0) == frozenset()


async def test_a_receipt_that_comes_between_claim_and_search_does_not_hide_the_message(log: Log) -> None:
    """Else it is not found, and sent again."""
    await log.claim("killed")
    log.clock.forward(31)
    one = await log.claim("next")
    await log.told("sent", "accepted before the kill", one.id)
    assert await log.results.known_ids("sms", one.recipient_key, START, excluding=one.id) == frozenset()


async def test_seen_covers_what_was_delivered_before(log: Log) -> None:
    await log.sent("id 1")
    later = [dispatch("2", channel="sms"), dispatch("3", channel="sms"), dispatch("other", "b", channel="sms")]
    await put(log.outbox, log.database, *later)
    for provider_id in ("id 2", "id 3"):
        for one in await claim(log.outbox, log.clock, channel="sms"):
            await log.result(one, "sent", f"{provider_id} {one.recipient_key[:4]}")
    _, _, second = await log.stands("2")
    await log.told("seen", second or "", all_before=True)
    assert [(await log.row(key)).status_rank for key in ("1", "2", "3", "other")] == [4, 4, 1, 1]


async def test_who_cannot_be_reached_gets_nothing_that_waits(log: Log, vault: Vault) -> None:
    store = Store.over(log.database, vault)
    conversation = await store.conversations.at("sms", "a", START)
    flying = await log.claim()
    waiting = [dispatch("2", channel="sms"), dispatch("3", "b", channel="sms")]
    await put(log.outbox, log.database, *waiting)
    await log.results.stop_contact("sms", address_key(vault, "sms", "a"), "twilio:21610", log.clock())
    assert [(await log.row(key)).state for key in "123"] == ["open", "failed", "open"]
    assert not (await store.conversations.at("sms", "a", START)).reachable
    await log.result(flying, "sent", "id")
    assert await log.stands() == ("sent", 1, "id")
    async with log.database.write() as connection:
        await store.contact_points.reachable(connection, conversation.contact_point_id, reason=None)
    assert (await store.conversations.at("sms", "a", START)).reachable


async def test_a_receipt_that_stops_a_contact_does_it_once(log: Log, vault: Vault) -> None:
    store = Store.over(log.database, vault)
    conversation = await store.conversations.at("sms", "a", START)
    one = await log.sent("id")
    await log.told("failed", "id", one.id, error="twilio:30005", remedy="stop-contact")
    async with log.database.read() as connection:
        assert await connection.scalar(select(contact_points.c.unreachable_reason)) == "twilio:30005"
    async with log.database.write() as connection:
        await store.contact_points.reachable(
            connection, conversation.contact_point_id, reason=None
        )  # he has written since
    await log.told("failed", "id", one.id, error="twilio:30005", remedy="stop-contact")
    assert (await store.conversations.at("sms", "a", START)).reachable


async def test_two_workers_apply_a_receipt_once(log: Log) -> None:
    for number in range(20):
        await log.spool("delivered", f"nobody's {number}")
    log.clock.forward((RECEIPT_KEPT + RECEIPT_AGAIN).total_seconds())
    assert sum(await asyncio.gather(*(log.apply() for _ in range(4)))) == 20


async def test_depth_tells_the_oldest_that_is_due(log: Log) -> None:
    later = dispatch("2", "b", channel="sms", after=60, priority=Priority.MASS)
    await put(log.outbox, log.database, later)
    assert sorted(await log.results.depth()) == [
        ("sms", 1, 1, START),
        ("sms", 4, 1, START + timedelta(seconds=60)),
    ]


def test_how_long_a_receipt_waits_for_its_row() -> None:
    assert (timedelta(hours=24), timedelta(seconds=2)) == (RECEIPT_KEPT, RECEIPT_AGAIN)


async def test_a_receipt_is_about_its_own_message_alone_unless_it_says_so(log: Log) -> None:
    await log.sent("id 1")
    await put(log.outbox, log.database, dispatch("2", channel="sms"))
    await log.sent("id 2")
    await log.told("seen", "id 2")
    assert [await log.stands(key) for key in "12"] == [("sent", 1, "id 1"), ("sent", 4, "id 2")]


async def test_what_came_further_is_not_drawn_back_by_what_came_later(log: Log) -> None:
    await log.sent("id 1")
    await log.told("seen", "id 1")
    await put(log.outbox, log.database, dispatch("2", channel="sms"))
    await log.sent("id 2")
    await log.told("delivered", "id 2", all_before=True)
    assert [await log.stands(key) for key in "12"] == [("sent", 4, "id 1"), ("sent", 3, "id 2")]


@pytest.mark.parametrize(("seconds", "state"), [(59, "open"), (60, "failed"), (61, "failed")])
async def test_what_is_too_late_is_not_opened_again(log: Log, seconds: int, state: str) -> None:
    expiring = replace(dispatch("2", "b", channel="sms"), expires_at=START + timedelta(seconds=60))
    await log.sent("id 1")
    await put(log.outbox, log.database, expiring)
    one = await log.sent("id 2")
    log.clock.forward(seconds)
    await log.undelivered("id 2", one.id)
    assert (await log.stands("2"))[0] == state


async def test_what_is_opened_again_has_nothing_in_doubt_and_stands_at_the_beginning(log: Log) -> None:
    await log.claim("killed")
    log.clock.forward(31)
    one = await log.claim("next")
    assert one.doubts == 1
    await log.result(one, "sent", "id")
    await log.undelivered("id", one.id)
    row = await log.row()
    assert (row.state, row.status_rank, row.doubts, row.reason) == ("open", 0, 0, "twilio:30003")
    assert row.due_at == log.clock() + 2 * AGAIN  # after its second attempt
