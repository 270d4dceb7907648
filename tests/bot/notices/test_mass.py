"""Mass notices: two people, first a few, then the rest; paused, stopped, restored, corrected. Each is told once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from bot.channels.port import Remedy, SendError
from bot.notices.mass.audience import Audience
from bot.notices.mass.drafting import Refused
from bot.notices.mass.job import FIRST
from casestore.broadcasts.model import BroadcastState, PauseReason
from casestore.database import Database
from casestore.tables import audit, broadcasts
from tests.bot.notices.crowd import FIRST_ID, afm_of, mobile_of
from tests.bot.notices.mass_harness import APPROVER, AUTHOR, WORDS, MassStage, draft, listed

pytestmark = pytest.mark.slow
MINUTE, HOUR = 60, 3600
GREEK_ONLY = 'notice: {el: "Πλημμύρα."}'


@pytest.fixture
async def mass(database: Database) -> MassStage:
    return await MassStage.over(database, 130, broadcast_batch=20)


@pytest.fixture
async def embedded(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def many(embedded: Database) -> MassStage:
    return await MassStage.over(embedded, 130, broadcast_batch=20)


@pytest.fixture
async def few(embedded: Database) -> MassStage:
    return await MassStage.over(embedded, 30)


async def test_first_a_hundred_then_five_minutes_then_all_of_them_once(mass: MassStage) -> None:
    number = await mass.started()
    await mass.stage.settle()
    assert len(mass.told) == FIRST
    await mass.later(4 * MINUTE)
    assert len(mass.told) == FIRST
    assert not (await mass.progress(number)).finished
    await mass.later(3 * MINUTE)
    assert mass.told == {mobile_of(each): 1 for each in range(130)}
    progress = await mass.progress(number)
    assert (progress.made, progress.handed_over, sum(progress.settled.values())) == (130, 130, 0)  # no receipts yet
    await mass.stage.receipts(mass.stage.taken, "delivered")
    progress = await mass.progress(number)
    assert (dict(progress.settled), progress.finished, progress.parts) == ({"told": 130}, True, 130)
    for _ in range(10):
        await mass.stage.settle()
    assert len(mass.stage.taken) == 130


async def test_a_pause_holds_at_any_row_and_after_it_nothing_is_lost_or_copied(mass: MassStage) -> None:
    number = await mass.started()
    mass.stage.providers["sms"].trouble = SendError(Remedy.RETRY, "http:503")
    await mass.stage.settle()
    await mass.control.pause(number, APPROVER)
    mass.stage.providers["sms"].trouble = None
    await mass.later(30 * MINUTE)
    assert mass.stage.taken == []
    await mass.control.resume(number, AUTHOR)
    await mass.later(10 * MINUTE)
    assert mass.told == {mobile_of(each): 1 for each in range(130)}


async def test_a_stop_answers_three_numbers_once_and_nothing_goes_after_it(many: MassStage) -> None:
    number = await many.started()
    await many.stage.settle()
    found = await many.control.stop(number, APPROVER)
    assert (found.stopped, found.gone, found.in_flight) == (30, 100, 0)
    again = await many.control.stop(number, APPROVER)
    assert (again.stopped, again.gone, again.in_flight) == (0, 100, 0)
    await many.later(20 * MINUTE)
    assert len(many.stage.taken) == 100
    with pytest.raises(Refused, match="stopped"):
        await many.control.resume(number, AUTHOR)


async def test_what_is_made_and_not_gone_is_stopped_too(few: MassStage) -> None:
    number = await few.started()
    few.stage.providers["sms"].trouble = SendError(Remedy.RETRY, "http:503")
    await few.stage.settle()
    found = await few.control.stop(number, APPROVER)
    assert found.stopped + found.gone == 30
    few.stage.providers["sms"].trouble = None
    await few.later(20 * MINUTE)
    assert few.stage.taken == []
    assert (await few.progress(number)).finished or found.gone  # what was let through may have arrived: a day is waited


async def test_more_than_a_twentieth_of_failures_pauses_it(few: MassStage) -> None:
    few.stage.providers["sms"].trouble = SendError(Remedy.NEVER, "twilio:21211")
    number = await few.started()
    await few.later(2 * MINUTE)
    found = await few.get(number)
    assert (found.state, found.reason) == (BroadcastState.PAUSED, PauseReason.FAILURES)


async def test_more_than_a_fiftieth_of_stops_pauses_it_and_after_a_release_they_count_anew(many: MassStage) -> None:
    number = await many.started()
    await many.stage.settle()
    async with many.stage.store.database.write() as connection:
        for each in range(3):
            await many.stage.store.consents.add(
                connection, FIRST_ID + each, allowed=False, source="message", key=f"no{each}", now=many.stage.clock()
            )
    await many.later(MINUTE)
    found = await many.get(number)
    assert (found.state, found.reason) == (BroadcastState.PAUSED, PauseReason.STOPS)
    await many.later(10 * MINUTE)
    assert len(many.told) == FIRST
    await many.control.resume(number, AUTHOR)
    await many.later(10 * MINUTE)
    assert len(many.told) == 130


async def test_after_a_gap_or_in_another_database_it_waits_for_a_person(few: MassStage) -> None:
    number = await few.started()
    few.stage.clock.forward(11 * MINUTE)  # nobody looked: the rows may be those of a backup
    await few.stage.settle()
    assert (await few.get(number)).reason == PauseReason.GAP
    assert few.stage.taken == []
    await few.control.resume(number, AUTHOR)
    async with few.stage.store.database.write() as connection:
        await connection.execute(update(broadcasts).values(lineage="another"))
    await few.stage.settle()
    assert (await few.get(number)).reason == PauseReason.RESTORED
    assert few.stage.taken == []


async def test_a_database_that_goes_back_beneath_a_worker_is_noticed(few: MassStage) -> None:
    number = await few.started()
    few.stage.providers["sms"].trouble = SendError(Remedy.RETRY, "http:503")
    await few.later(2 * MINUTE)
    before = few.stage.clock() - timedelta(minutes=2)
    few.stage.providers["sms"].trouble = None
    async with few.stage.store.database.write() as connection:
        await connection.execute(update(broadcasts).values(seen_at=before))
    await few.later(30 * MINUTE)
    assert (await few.get(number)).reason == PauseReason.RESTORED
    assert few.stage.taken == []


async def test_whoever_planned_it_never_approves_it_not_in_the_store_either(few: MassStage) -> None:
    planned = await few.drafting.plan(draft(), AUTHOR)
    with pytest.raises(Refused, match="second person"):
        await few.control.approve(planned.id, AUTHOR, 30)
    with pytest.raises(IntegrityError):
        await few.approve_in_the_table(AUTHOR)
    with pytest.raises(Refused, match="not for 29"):
        await few.control.approve(planned.id, APPROVER, 29)
    with pytest.raises(Refused, match="cannot become running"):
        await few.control.start(planned.id, APPROVER)
    await few.control.approve(planned.id, APPROVER, 30)
    async with few.stage.store.database.read() as connection:
        acts = select(audit.c.actor, audit.c.action).where(audit.c.action.startswith("broadcast")).order_by(audit.c.id)
        found = [tuple(row) for row in await connection.execute(acts)]
    assert found == [
        (AUTHOR, "broadcast.planned"),
        (AUTHOR, "broadcast.refused"),
        (APPROVER, "broadcast.approved"),
    ]


async def test_a_missing_translation_or_correction_refuses_approval(few: MassStage) -> None:
    planned = await few.drafting.plan(draft(GREEK_ONLY), AUTHOR)
    with pytest.raises(Refused, match="notice, en; correction, el; correction, en"):
        await few.control.approve(planned.id, APPROVER, 30)


async def test_the_same_words_within_a_day_need_a_reason(few: MassStage) -> None:
    await few.drafting.plan(draft(), AUTHOR)
    shouted = WORDS.replace("Πλημμύρα στη Μαγνησία", "ΠΛΗΜΜΥΡΑ  ΣΤΗ ΜΑΓΝΗΣΙΑ")
    with pytest.raises(Refused, match="say why"):
        await few.drafting.plan(draft(shouted), APPROVER)
    await few.drafting.plan(draft(shouted, repeats="other region"), APPROVER)
    few.stage.clock.forward(25 * HOUR)
    await few.drafting.plan(draft(), AUTHOR)


async def test_a_correction_stops_it_and_reaches_whom_it_reached(many: MassStage) -> None:
    number = await many.started()
    await many.stage.settle()
    correction = await many.control.correct(number, APPROVER)
    assert (await many.control.correct(number, APPROVER)).id == correction.id
    await many.later(10 * MINUTE)
    assert sorted(many.told.values()) == [2] * 100
    assert (await many.get(number)).state is BroadcastState.STOPPED
    assert (await many.progress(correction.id)).handed_over == 100


async def test_one_who_is_in_three_audiences_gets_one_and_bad_entries_are_settled(few: MassStage) -> None:
    key = few.stage.store.vault.index("afm", afm_of(7))
    entries = ("123456783", mobile_of(7), key, "not a number", "+306999999999", "999999999")
    audience = Audience(
        ({"procedure": ("flood-compensation",)}, {"registry": ("civil_protection",)}), listed(*entries).lists
    )
    number = await few.started(draft(audience=audience))
    progress = await few.progress(number)
    assert (progress.people, progress.impossible) == (30, 4)
    await few.later(MINUTE)
    assert few.told[mobile_of(7)] == 1
    assert len(few.told) == 30


async def test_stop_another_owner_and_the_night_hold_for_it_too(few: MassStage) -> None:
    few.stage.clock.forward(11 * HOUR)  # 22:00 in Athens
    number = await few.started()
    few.stage.contacts.held[afm_of(1)] = None
    async with few.stage.store.database.write() as connection:
        await few.stage.store.consents.add(
            connection, FIRST_ID, allowed=False, source="message", key="no", now=few.stage.clock()
        )
    await few.later(10 * HOUR)
    assert few.stage.taken == []
    await few.later(2 * HOUR)
    assert set(few.told) == {mobile_of(each) for each in range(2, 30)}
    skipped = (await few.progress(number)).skipped
    assert skipped == {"no-consent": 1, "number-changed": 1}


async def test_an_alert_has_hours_of_its_own_and_is_civil_protections(few: MassStage) -> None:
    with pytest.raises(Refused, match="civil_protection"):
        await few.drafting.plan(draft(audience=listed(mobile_of(1)), category="alert"), AUTHOR)
    few.stage.clock.forward(11 * HOUR)
    await few.started(draft(category="alert"))
    await few.later(MINUTE)
    assert len(few.told) == 30


async def test_where_no_channel_has_credentials_it_is_training_and_never_sent(embedded: Database) -> None:
    none = {"viber_auth_token": None, "twilio_account_sid": None}
    training = await MassStage.over(embedded, 5, **none)
    number = await training.approved()
    with pytest.raises(Refused, match="training"):
        await training.control.start(number, AUTHOR)
    live = MassStage.of(type(training.stage).over(embedded), 5)
    with pytest.raises(Refused, match="training"):
        await live.control.start(number, AUTHOR)
    await live.later(MINUTE)
    assert live.stage.taken == []


@pytest.mark.parametrize("act", ["resume", "stop"])
async def test_what_fails_while_it_is_paused_has_failed_whether_it_goes_on_or_is_stopped(
    database: Database, act: str
) -> None:
    mass = await MassStage.over(database, 3)
    number = await mass.started()
    await mass.stage.settle()
    await mass.control.pause(number, AUTHOR)
    await mass.stage.receipt(mass.stage.taken[0], "failed")
    await getattr(mass.control, act)(number, AUTHOR)
    await mass.stage.later(120)
    assert (await mass.progress(number)).settled == {"failed": 1}
    for accepted in mass.stage.taken[1:]:
        await mass.stage.receipt(accepted, "delivered")
    progress = await mass.progress(number)
    assert progress.settled == {"failed": 1, "told": 2}
    assert progress.finished
