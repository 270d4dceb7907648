"""What goes when its time is over, and not a moment before, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from casestore.cases.model import CLOSED_KEPT, Case
from casestore.cases.repository import CLOSED_SHOWN
from casestore.people.codes import PER_CITIZEN, PER_CONVERSATION
from casestore.people.identity import KNOWN_NUMBER
from casestore.queues.receipts import Receipts, RetryRule
from casestore.rights.copy_links import WINDOW
from casestore.rights.purge import Purger
from casestore.rights.retention import DAY, RETENTION_RULES, YEAR
from casestore.tables import (
    audit,
    cases,
    citizens,
    codes,
    console_events,
    contact_points,
    conversations,
    copies,
    dialogue_events,
    handovers,
    inbox,
    links,
    login_links,
    outbox,
    receipts,
    registry_events,
    transcript,
)
from tests.casestore.fixture import StoreFixture, put_case
from tests.clock import START

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"
SECOND = timedelta(seconds=1)
BY_NAME = {rule.name: rule for rule in RETENTION_RULES}


async def went(purger: Purger, name: str, now: datetime) -> int:
    """Held against the dry run before and after."""
    rule = BY_NAME[name]
    told = await purger.count_due(rule, now)
    gone = await purger.all(rule, now)
    assert told == gone
    assert await purger.count_due(rule, now) == 0
    return gone


async def send(fixture: StoreFixture, now: datetime = START, **values: Any) -> None:
    """Everything that is open in the outbox was sent."""
    row = {"state": "sent", "finished_at": now, "provider_id": "p1", "status_rank": 1, **values}
    async with fixture.database.write() as connection:
        await connection.execute(update(outbox).where(outbox.c.state == "open").values(**row))


async def lengths(fixture: StoreFixture, column: Any) -> list[int]:
    return [length for (length,) in await fixture.rows(select(func.length(column)).order_by(column.table.c.id))]


async def test_a_message_its_answer_and_what_was_said_go_one_after_another(
    fixture: StoreFixture, purger: Purger
) -> None:
    await fixture.say(await fixture.at("viber", "tGVu"), "κάτι")
    await send(fixture)
    for name, period, table in (
        ("dialogue", 2 * DAY, dialogue_events),
        ("transcript", 180 * DAY, transcript),
    ):
        assert await went(purger, name, START + period) == 0
        assert await went(purger, name, START + period + SECOND) in (1, 2)
        assert await fixture.count(table) == 0
    for name, period, column in (
        ("inbox-text", 2 * DAY, inbox.c.payload_sealed),
        ("outbox-text", 7 * DAY, outbox.c.body_sealed),
    ):
        assert await went(purger, name, START + period) == 0
        assert await went(purger, name, START + period + SECOND) == 1
        assert await lengths(fixture, column) == [0]
    assert await lengths(fixture, outbox.c.address_sealed) == [0]
    for name, table in (("inbox", inbox), ("outbox", outbox)):
        assert await went(purger, name, START + YEAR) == 0
        assert await fixture.count(table) == 1  # emptied long ago, and still known
        assert await went(purger, name, START + YEAR + SECOND) == 1
        assert await fixture.count(table) == 0


async def test_a_repeat_of_an_emptied_message_is_still_known(fixture: StoreFixture, purger: Purger) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.say(conversation, "κάτι")
    await went(purger, "inbox-text", START + 300 * DAY)
    async with fixture.database.write() as connection:
        again: dict[str, Any] = {
            "channel": "viber",
            "external_id": "e1",
            "conversation_key": "k",
            "payload_sealed": b"x",
        }
        again |= {"received_at": START, "due_at": START}
        await connection.execute(fixture.database.insert_new(inbox).values(**again))
    assert await fixture.count(inbox) == 1
    async with fixture.database.write() as connection:
        await fixture.outbox.add(connection, [fixture.dispatch("in:1:0", conversation, START)], START)
    assert await fixture.count(outbox) == 1


async def test_what_waits_or_is_in_hand_never_goes(fixture: StoreFixture, purger: Purger) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.say(conversation, "κάτι")
    async with fixture.database.write() as connection:
        await connection.execute(update(inbox).values(state="open", finished_at=None))
        await fixture.store.handovers.ask(connection, conversation.id, "in:1", "asked", START)
    for name in ("inbox-text", "inbox-dead", "inbox", "outbox-text", "outbox", "handovers"):
        assert await went(purger, name, START + 50 * YEAR) == 0, name


async def test_a_dead_letter_waits_a_month_for_an_operator(fixture: StoreFixture, purger: Purger) -> None:
    await fixture.say(await fixture.at("viber", "tGVu"), "κάτι")
    async with fixture.database.write() as connection:
        await connection.execute(update(inbox).values(state="dead"))
    assert await went(purger, "inbox-text", START + 29 * DAY) == 0
    assert await went(purger, "inbox-dead", START + 30 * DAY) == 0
    assert await went(purger, "inbox-dead", START + 30 * DAY + SECOND) == 1
    assert await fixture.rows(select(inbox.c.state, inbox.c.payload_sealed)) == [("done", b"")]


async def test_no_receipt_however_late_opens_a_dispatch_that_was_emptied(fixture: StoreFixture, purger: Purger) -> None:
    conversation = await fixture.at("sms", MOBILE)
    await fixture.say(conversation, "κάτι")
    await send(fixture, attempts=1)
    await went(purger, "outbox-text", START + 8 * DAY)
    late = START + 9 * DAY
    told = Receipts(fixture.database, fixture.vault)
    row = told.row(
        channel="sms", provider_id="p1", status="failed", at=late, now=late, error="sms:30003", remedy="retry"
    )
    await fixture.database.append({receipts: [row]})
    assert await told.apply(await told.due(late, 1), late, RetryRule(8, after=timedelta(minutes=5))) == 0
    assert await fixture.rows(select(outbox.c.state)) == [("failed",)]


async def test_limits_look_back_no_further_than_their_rows_are_kept(fixture: StoreFixture, purger: Purger) -> None:
    assert BY_NAME["codes"].period > max(window for _, window in (*PER_CITIZEN, *PER_CONVERSATION))
    assert BY_NAME["copies"].period > WINDOW
    assert BY_NAME["closed-cases"].period > CLOSED_SHOWN
    assert BY_NAME["inbox"].period >= BY_NAME["transcript"].period > BY_NAME["inbox-text"].period
    conversation = await fixture.at("viber", "tGVu")
    await fixture.code(conversation, AFM)
    assert await went(purger, "codes-number", START + 2 * DAY + SECOND) == 1
    assert await lengths(fixture, codes.c.afm_sealed) == [0]
    assert await went(purger, "codes", START + 35 * DAY) == 0
    assert await went(purger, "codes", START + 35 * DAY + SECOND) == 1


async def test_a_code_without_its_number_opens_nothing(fixture: StoreFixture, purger: Purger) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.code(conversation, AFM)
    await went(purger, "codes-number", START + 3 * DAY)
    assert await fixture.store.codes.check(conversation.id, "123456", START) is None


async def test_copies_login_links_audit_and_handovers_go(fixture: StoreFixture, purger: Purger) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.offer(conversation, "token")
    async with fixture.database.write() as connection:
        await fixture.store.audits.note(connection, "code.tried", "right", START)
        await fixture.store.handovers.ask(connection, conversation.id, "in:1", "asked", START)
        await connection.execute(update(handovers).values(closed_at=START))
        row = {"conversation_id": conversation.id, "token_key": "k", "created_at": START, "expires_at": START}
        await connection.execute(login_links.insert().values(**row))
        event = {"registry": "permits", "event_key": "e", "subject_key": "s", "sequence": 1, "payload_sealed": b"x"}
        event |= {"state": "dead", "received_at": START, "due_at": START, "finished_at": START}
        await connection.execute(registry_events.insert().values(**event))
    for name, table in (
        ("copies", copies),
        ("login-links", login_links),
        ("handovers", handovers),
        ("audit", audit),
    ):
        assert await went(purger, name, START + BY_NAME[name].period) == 0
        assert await fixture.count(table) == 1
        assert await went(purger, name, START + BY_NAME[name].period + SECOND) == 1
        assert await fixture.count(table) == 0
    assert await went(purger, "registry-event-text", START + 31 * DAY) == 1
    assert await lengths(fixture, registry_events.c.payload_sealed) == [0]
    assert await went(purger, "registry-events", START + YEAR + SECOND) == 1


async def test_a_closed_case_goes_and_an_open_one_stays(fixture: StoreFixture, purger: Purger) -> None:
    citizen = await fixture.link(await fixture.at("viber", "tGVu"), AFM)
    await fixture.open_case(citizen, "ΑΔ-2026-000001", closed=True)
    await fixture.open_case(citizen, "ΑΔ-2026-000002")
    assert await went(purger, "closed-cases", START + 120 * DAY) == 0
    assert await went(purger, "closed-cases", START + 50 * YEAR) == 1
    assert await fixture.rows(select(cases.c.reference)) == [("ΑΔ-2026-000002",)]


async def test_a_closed_case_whose_time_is_over_is_not_put_on_record_again(fixture: StoreFixture) -> None:
    citizen = await fixture.link(await fixture.at("viber", "tGVu"), AFM)
    case = Case("permits", "ΑΔ-2026-000001", "building-permit", "Άδεια", "issuance", 9, START, closed=True)
    for now, kept in ((START + CLOSED_KEPT + SECOND, 0), (START + CLOSED_KEPT, 1)):
        async with fixture.database.write() as connection:
            await put_case(fixture.cases, connection, citizen, case, now)
        assert await fixture.count(cases) == kept


async def test_people_of_whom_nothing_is_pending_go_and_others_stay(fixture: StoreFixture, purger: Purger) -> None:
    linked, known, with_case = (
        await fixture.at("viber", "v"),
        await fixture.at("sms", MOBILE),
        await fixture.at("viber", "w"),
    )
    stays = await fixture.link(linked, AFM)
    gone = await fixture.link(known, OTHER, KNOWN_NUMBER)
    busy = await fixture.link(with_case, "090000057", KNOWN_NUMBER)
    await fixture.open_case(busy, "ΑΔ-2026-000001")
    assert await went(purger, "citizens", START + 180 * DAY) == 0
    assert await went(purger, "citizens", START + 180 * DAY + SECOND) == 1
    assert await fixture.rows(select(citizens.c.id).order_by(citizens.c.id)) == [(stays,), (busy,)]
    assert await fixture.count(links, links.c.citizen_id == gone) == 0
    assert await went(purger, "conversations", START + 4 * YEAR) == 1  # of whom nobody is known any more
    assert await went(purger, "contact-points", START + 4 * YEAR) == 1
    assert await fixture.count(contact_points) == await fixture.count(conversations) == 2


async def test_a_number_let_go_that_never_wrote_goes_soon_and_one_with_a_word_on_alerts_later(
    fixture: StoreFixture, purger: Purger
) -> None:
    async with fixture.database.write() as connection:
        for number in ("+306900000007", "+306900000008"):
            await fixture.store.contact_points.ensure(connection, "sms", number, START)
    [(first,), _] = await fixture.rows(select(contact_points.c.id).order_by(contact_points.c.id))
    async with fixture.database.write() as connection:
        await fixture.store.consents.add(connection, first, allowed=False, source="message", key="c", now=START)
    assert await went(purger, "numbers-let-go", START + 31 * DAY) == 1
    assert await went(purger, "contact-points", START + 3 * YEAR) == 0
    assert await went(purger, "contact-points", START + 3 * YEAR + SECOND) == 1


async def test_the_newest_event_of_the_console_stays_so_that_its_number_is_not_given_again(
    fixture: StoreFixture, purger: Purger
) -> None:
    async with fixture.database.write() as connection:
        rows = [{"kind": "signout", "staff_id": number, "at": START} for number in range(3)]
        await connection.execute(console_events.insert(), rows)
    newest = await fixture.store.live.newest()
    assert await went(purger, "console-events", START + 4 * DAY) == 2
    assert await fixture.store.live.newest() == newest
