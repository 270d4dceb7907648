"""Nothing is forgotten: whatever is on its way has an end, and whoever falls silent is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update

from bot.metrics import Metrics
from bot.watch.expected import Listening, load_expected
from bot.watch.job import WatchJob
from casestore.columns import metadata
from casestore.database import Database
from casestore.documents.lifecycle import DocumentState
from casestore.tables import (
    broadcast_members,
    broadcasts,
    callbacks,
    calls,
    cases,
    certificate_checks,
    certificate_requests,
    certificate_tasks,
    conversations,
    cursors,
    document_tasks,
    documents,
    handovers,
    inbox,
    notices,
    outbox,
    receipts,
    reconciliations,
    registry_events,
    staff,
    upload_links,
    uploads,
)
from casestore.watch.states import MOVING, STUCK, Ending
from tests.bot.notices.harness import PERMIT, NoticeStage

DAY, SEALED = timedelta(days=1), b"sealed"


class WatchStage:
    """A store in which no job runs but the watch."""

    def __init__(self, stage: NoticeStage, registries: tuple[str, ...] = ("permits",)) -> None:
        self.stage, self.metrics, self.clock = stage, Metrics(), stage.clock
        self.listening = Listening(stage.store, load_expected(), registries, timedelta(seconds=30))
        self.job = self.another()

    def another(self) -> WatchJob:
        return WatchJob(store=self.stage.store, listening=self.listening, metrics=self.metrics, clock=self.stage.clock)

    async def put(self, table: Table, **values: Any) -> None:
        async with self.stage.store.database.write() as connection:
            await connection.execute(table.insert().values(**values))

    async def later(self, *, minutes: float) -> None:
        self.clock.forward(minutes * 60)
        await self.job.step()

    async def beyond(self) -> Mapping[str, int]:
        found = await self.stage.store.watch.beyond(self.clock())
        return {state.name: rows for state, rows in found if rows}

    async def everything_on_its_way(self) -> None:
        """A row in each state."""
        now = self.clock()
        await self.stage.begin(PERMIT)  # what time brings is planned with it
        await self.stage.change(PERMIT.reference, stage="pre-approval")
        await self.stage.hand_in(PERMIT.reference, "one")
        await self.stage.hand_in(PERMIT.reference, "two")
        await self.stage.hand_in(PERMIT.reference, "three")
        async with self.stage.store.database.write() as connection:
            offered = {"state": DocumentState.OFFERED, "confirmed_at": None}
            await connection.execute(update(documents).where(documents.c.code == "one").values(**offered))
            await connection.execute(update(documents).where(documents.c.code == "two").values(confirmed_at=None))
            talk = await connection.scalar(select(conversations.c.id).limit(1))
            citizen = await connection.scalar(select(cases.c.citizen_id).limit(1))
        queued = {"payload_sealed": SEALED, "received_at": now, "due_at": now}
        await self.put(inbox, channel="sms", external_id="1", conversation_key="1", **queued)
        keys: dict[str, Any] = {"event_key": "1", "subject_key": "1", "sequence": 1}
        await self.put(registry_events, registry="permits", type="case.closed", **keys, **queued)
        about = {"conversation_id": talk, "citizen_id": citizen, "token_key": "1", "reference": PERMIT.reference}
        await self.put(upload_links, id=1, **about, created_at=now, expires_at=now)
        await self.put(uploads, link_id=1, key="1", size=9, name_sealed=SEALED, created_at=now)
        for doubts, state in ((0, "open"), (1, "open"), (3, "failed")):
            await self.put(outbox, **dispatch(f"d{doubts}", now, state=state, doubts=doubts))
        spooled = {"channel": "sms", "provider_id": "1", "status": "sent", "all_before": False, "at": now}
        await self.put(receipts, **spooled, received_at=now, due_at=now)
        await self.put(handovers, conversation_id=talk, key="asked", reason="asked", asked_at=now)
        compared: dict[str, Any] = {"registry": "permits", "phase": "listed", "cursor": "", "pages": 1, "counts": "{}"}
        await self.put(reconciliations, **compared, started_at=now, updated_at=now)
        many: dict[str, Any] = {"title": "t", "category": "mass", "audience": "a", "words_key": "w", "author": "one"}
        for number, state in enumerate(("planning", "paused"), 1):
            await self.put(broadcasts, id=number, state=state, training=False, created_at=now, **many)
        wanted: dict[str, Any] = {"citizen_id": citizen, "conversation_id": talk, "kind": "birth", "registry": "kep"}
        wanted |= {"details_sealed": SEALED, "secrets_sealed": SEALED, "created_at": now, "state_at": now}
        for number, state in enumerate(("asked", "waiting"), 1):
            await self.put(certificate_requests, id=number, key=state, request=state, state=state, **wanted)
        step: dict[str, Any] = {"step": "request", "place": 0, "payload_sealed": SEALED, "received_at": now}
        await self.put(certificate_tasks, certificate_id=1, due_at=now, **step)
        await self.put(certificate_checks, key="in:1:e0:0", conversation_id=1, due_at=now, **step)
        rung = {"citizen_id": citizen, "conversation_id": talk, "key": "k", "state": "waiting"}
        await self.put(callbacks, **rung, asked_at=now, next_at=now)
        who = {"email": "anna@gov.gr", "name": "Άννα", "role": "agent", "password_hash": "x", "created_at": now}
        await self.put(staff, id=1, **who)
        begun = {"begun_at": now, "expires_at": now + timedelta(minutes=30), "afm_sealed": SEALED}
        await self.put(calls, staff_id=1, purpose="case", found_by="afm", **begun)
        await self.put(broadcast_members, broadcast_id=2, state="waiting", due_at=now)


def dispatch(key: str, now: datetime, *, state: str = "open", doubts: int = 0, rank: int = 0) -> dict[str, Any]:
    """A row of the outbox."""
    done = {"finished_at": now} if state != "open" else {}
    reason = {"reason": "in-doubt"} if state == "failed" else {}
    row: dict[str, Any] = {
        "key": key,
        "channel": "viber",
        "recipient_key": key,
        "address_sealed": SEALED,
        "body_sealed": SEALED,
    }
    row |= {"kind": "reply", "priority": 1, "state": state, "attempts": 0, "doubts": doubts, "provider_id": key}
    return {**row, "created_at": now, "due_at": now, "status_rank": rank, **done, **reason}


@pytest.fixture
def watch(database: Database) -> WatchStage:
    return WatchStage(NoticeStage.over(database))


def test_every_table_whose_rows_have_states_is_watched() -> None:
    with_states = {table.name for table in metadata.tables.values() if "state" in table.c}
    assert with_states == {state.table.name for state in MOVING if "state" in state.table.c}


async def test_no_row_stays_on_its_way_beyond_its_time_though_no_job_runs(watch: WatchStage) -> None:
    await watch.everything_on_its_way()
    assert await watch.beyond() == {}
    watch.clock.forward(70 * DAY.total_seconds())
    by_itself = {state.name for state in MOVING if state.ending is not Ending.BY_PERSON}
    assert await watch.beyond() == dict.fromkeys(by_itself, 1) | {
        "sends": 2,  # the notice's too
        "document-tasks": 3,
        "comparisons": 1,
        "persons-called": 1,
        "files-not-submitted": 1,
        "mass-notices-planning": 1,
        "mass-notices-waiting": 1,
    }
    for _ in range(64):
        await watch.later(minutes=1)
    left = await watch.beyond()
    assert left.keys() == {
        "comparisons",
        "persons-called",
        "files-not-submitted",
        "mass-notices-planning",
        "mass-notices-waiting",
    }
    async with watch.stage.store.database.read() as connection:
        dead = [await connection.scalar(select(table.c.state)) for table in (inbox, registry_events, document_tasks)]
        assert dead == ["dead", "dead", "dead"]  # an operator's
        assert (await connection.execute(select(notices.c.state, notices.c.reason))).all() == [("failed", STUCK)]
        ended = select(outbox.c.key, outbox.c.state, outbox.c.reason).where(outbox.c.key.in_(("d0", "d1")))
        assert [tuple(row) for row in await connection.execute(ended.order_by(outbox.c.key))] == [
            ("d0", "skipped", STUCK),
            ("d1", "failed", "in-doubt"),
        ]
    watch.clock.forward(2 * DAY.total_seconds())
    assert "sends-unknown" in await watch.beyond()  # shown to a person for a month, and never sent again by itself


async def test_what_its_own_job_takes_up_within_the_hour_is_not_ended(watch: WatchStage) -> None:
    now = watch.clock()
    await watch.put(inbox, channel="sms", external_id="1", conversation_key="1", payload_sealed=SEALED,
                    received_at=now, due_at=now)  # fmt: skip
    watch.clock.forward(2 * DAY.total_seconds())  # an outage
    for _ in range(50):
        await watch.later(minutes=1)
    await watch.another().step()  # a worker that comes later is not less patient
    async with watch.stage.store.database.write() as connection:
        assert await connection.scalar(select(inbox.c.state)) == "open"
        await connection.execute(update(inbox).values(state="done"))
    for _ in range(20):
        await watch.later(minutes=1)
    async with watch.stage.store.database.read() as connection:
        assert await connection.scalar(select(inbox.c.state)) == "done"
    assert watch.metrics.registry.get_sample_value("counter_overdue_rows", {"state": "messages"}) == 0


async def test_a_notice_of_which_nobody_can_say_whether_it_came_is_a_persons_after_a_day(watch: WatchStage) -> None:
    await watch.stage.begin(PERMIT)
    await watch.stage.change(PERMIT.reference, stage="pre-approval")
    await watch.stage.settle()
    for _ in range(3):
        await watch.stage.later(DAY.total_seconds())
    async with watch.stage.store.database.read() as connection:
        assert await connection.scalar(select(notices.c.state)) == "unknown"
    await watch.stage.later(DAY.total_seconds())
    assert (await watch.beyond())["notices-unknown"] == 1
    lines = await watch.stage.store.notice_records.unknown(watch.clock())
    assert {line.reference for line in lines} == {PERMIT.reference}
    for _ in range(70):
        await watch.later(minutes=1)
    async with watch.stage.store.database.read() as connection:
        assert await connection.scalar(select(notices.c.state)) == "unknown"  # and never silently failed


def silent(watch: WatchStage, what: str, of: str) -> float | None:
    return watch.metrics.registry.get_sample_value("counter_silent", {"what": what, "of": of})


@pytest.mark.parametrize(("told", "alarm"), [(0, 1), (1, 0)])
async def test_a_provider_that_takes_and_says_nothing_is_noticed(watch: WatchStage, told: int, alarm: int) -> None:
    for n in range(20):
        await watch.put(outbox, **dispatch(f"d{n}", watch.clock(), state="sent", rank=3 if n < told else 1))
    await watch.later(minutes=5)
    assert silent(watch, "receipts", "viber") is None  # it may still come
    await watch.later(minutes=30)
    assert silent(watch, "receipts", "viber") == alarm


@pytest.mark.parametrize(("today", "alarm"), [(0, 1), (1, 0)])
async def test_a_registry_that_is_silent_beyond_its_usual_is_noticed(watch: WatchStage, today: int, alarm: int) -> None:
    now = watch.clock()
    for ago, count in ((14, 5), (7, 6), (0, today)):
        for n in range(count):
            came = now - timedelta(days=ago, hours=1)
            keys = {"event_key": f"{ago}/{n}", "subject_key": "1", "sequence": n, "state": "done"}
            times = {"received_at": came, "due_at": came, "finished_at": came}
            await watch.put(registry_events, registry="permits", type="t", payload_sealed=SEALED, **keys, **times)
    await watch.put(cursors, feed="feed-permits", cursor="", updated_at=now, caught_up_at=now)
    await watch.job.step()
    assert silent(watch, "events", "permits") == alarm
    assert silent(watch, "feeds", "permits") == 0
    await watch.later(minutes=16)
    assert silent(watch, "feeds", "permits") == 1


async def test_cases_that_sit_are_counted_until_they_move(watch: WatchStage) -> None:
    await watch.stage.begin(PERMIT)
    await watch.stage.later(31 * DAY.total_seconds())
    await watch.job.step()
    sitting = {"registry": "permits"}
    assert watch.metrics.registry.get_sample_value("counter_sitting_cases", sitting) == 1
    await watch.stage.change(PERMIT.reference, stage="pre-approval")
    await watch.later(minutes=1)
    assert watch.metrics.registry.get_sample_value("counter_sitting_cases", sitting) is None
    async with watch.stage.store.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(cases)) == 1
