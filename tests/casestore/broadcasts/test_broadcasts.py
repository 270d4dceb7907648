"""Mass notices on both databases: each once, counted from the rows, moved as they may be, gone with who is erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from bot.store import Store
from casestore.broadcasts.model import (
    BROADCAST_MOVES,
    PARKED,
    Broadcast,
    BroadcastState,
    MemberState,
    Role,
    Stopped,
)
from casestore.broadcasts.rows import NewNotice
from casestore.database import Database
from casestore.notices.model import LogEvent, broadcast_of, reference_of
from casestore.queues.lifecycle import final
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.rights.retention import RETENTION_RULES
from casestore.tables import broadcast_members, citizens, notices, outbox
from casestore.vault import Vault
from tests.bot.notices.crowd import FIRST_ID, afm_of, crowd, mobile_of
from tests.clock import START

PEOPLE = 4
USEFUL = timedelta(days=3)
S = BroadcastState


@pytest.fixture
def store(database: Database, vault: Vault) -> Store:
    return Store.over(database, vault)


def dispatch(number: int, priority: Priority = Priority.MASS, channel: str = "sms", **more: Any) -> Dispatch:
    fields = {"key": f"k{channel}{priority}", "conversation_id": None, "due_at": START, "body": "{}"} | more
    return Dispatch(channel=channel, address=mobile_of(number), kind=Kind.CASE, priority=priority, **fields)


async def begun(store: Store, **more: Any) -> int:
    values: dict[str, Any] = {"title": "Πλημμύρα", "category": "mass", "audience": "{}", "words_key": "w"}
    values |= {"training": False, "author": "maria", "created_at": START} | more
    async with store.database.write() as connection:
        texts = {Role.NOTICE: {"el": "νερά"}, Role.CORRECTION: {"el": "όχι"}}
        return await store.broadcasts.begin(connection, texts, **values)


async def running(store: Store) -> Broadcast:
    """To everybody, approved and running."""
    number = await begun(store)
    async with store.database.write() as connection:
        which = {"registry": ("civil_protection",)}
        await store.broadcast_members.add_of_cases(connection, number, which, START)
        await store.broadcast_members.add_of_cases(connection, number, which, START)
        await store.broadcast_members.add(connection, number, [FIRST_ID, FIRST_ID], START)
        await store.broadcast_members.add_impossible(connection, number, ["unreadable"], START)
        for state in (S.PLANNED, S.APPROVED, S.RUNNING):
            found = await store.broadcasts.move(connection, number, state)
    assert found is not None
    return found


async def make(store: Store, broadcast: Broadcast, most: int = PEOPLE) -> int:
    async with store.database.write() as connection:
        waiting = await store.broadcast_members.waiting(connection, broadcast.id, START, most)
        new = [NewNotice(one, dispatch(one.citizen_id - FIRST_ID), one.citizen_id) for one in waiting]
        await store.broadcast_rows.make(connection, broadcast, new, START, USEFUL)
    return len(waiting)


async def moved(store: Store, broadcast: Broadcast, state: BroadcastState) -> Broadcast:
    async with store.database.write() as connection:
        found = await store.broadcasts.move(connection, broadcast.id, state)
        assert found is not None
        await store.broadcast_rows.align(connection, found, START, USEFUL)
    return found


async def add_again(store: Store, broadcast: Broadcast) -> None:
    row = {"broadcast_id": broadcast.id, "citizen_id": FIRST_ID, "state": MemberState.WAITING, "due_at": START}
    async with store.database.write() as connection:
        await connection.execute(broadcast_members.insert().values(**row))


async def test_everybody_is_in_it_once_and_has_one_notice(store: Store) -> None:
    await crowd(store, PEOPLE, START)
    broadcast = await running(store)
    assert [await make(store, broadcast, 3), await make(store, broadcast), await make(store, broadcast)] == [3, 1, 0]
    progress = await store.broadcast_progress.of(broadcast)
    assert (progress.made, progress.waiting, progress.impossible, progress.open) == (PEOPLE, 0, 1, PEOPLE)
    async with store.database.write() as connection:
        assert await connection.scalar(select(func.count(notices.c.citizen_id.distinct()))) == PEOPLE
        assert await connection.scalar(select(func.count()).select_from(outbox)) == PEOPLE
    with pytest.raises(IntegrityError):
        await add_again(store, broadcast)
    lines = await store.notice_records.lines(reference=reference_of(broadcast.id))
    assert [line.event for line in lines] == [LogEvent.ORDERED] * PEOPLE


async def test_a_pause_parks_a_resume_releases_and_a_stop_ends_what_is_in_nobodys_hands(store: Store) -> None:
    await crowd(store, PEOPLE, START)
    broadcast = await running(store)
    await make(store, broadcast, 3)
    [claimed] = await store.outbox.claim("sms", START, "me", limit=1, lease=USEFUL)
    paused = await moved(store, broadcast, S.PAUSED)
    async with store.database.write() as connection:
        await store.broadcast_rows.align(connection, paused, START, USEFUL)
        due = select(outbox.c.due_at).where(outbox.c.id != claimed.id)
        assert set(await connection.scalars(due)) == {PARKED}
        assert await store.broadcast_rows.waiting(connection) == 1
    assert await store.outbox.claim("sms", START + timedelta(days=1), "me", limit=9, lease=USEFUL) == []
    await moved(store, broadcast, S.RUNNING)
    async with store.database.write() as connection:
        assert await store.broadcast_rows.waiting(connection) == 3
        stopped = await store.broadcasts.move(connection, broadcast.id, S.STOPPED)
        assert stopped is not None
        assert await store.broadcast_rows.stop(connection, stopped, START) == Stopped(2, 0, 1)
        assert await store.broadcast_rows.stop(connection, stopped, START) == Stopped(0, 0, 1)
    progress = await store.broadcast_progress.of(stopped)
    assert (progress.open, progress.skipped, progress.in_flight) == (1, {"stopped": 2}, 1)


def test_what_was_in_flight_is_one_or_the_other_a_moment_later() -> None:
    assert Stopped(2, 5, 3).followed_by(Stopped(0, 7, 0)) == Stopped(3, 7, 0)


def test_only_legal_moves() -> None:
    assert final(BROADCAST_MOVES) == {S.STOPPED}
    assert [state for state, after in BROADCAST_MOVES.items() if S.RUNNING in after] == [S.APPROVED, S.PAUSED]
    assert (broadcast_of(reference_of(12)), broadcast_of("ΑΔ-2026-000123")) == (12, None)


async def test_a_move_that_it_may_not_make_changes_nothing(store: Store) -> None:
    number = await begun(store)
    async with store.database.write() as connection:
        assert await store.broadcasts.move(connection, number, S.RUNNING) is None
        assert (await store.broadcasts.hold(connection, number)).state is S.PLANNING  # type: ignore[union-attr]


async def test_who_is_gone_is_in_none_and_after_a_year_none_is_left(store: Store) -> None:
    await crowd(store, PEOPLE, START)
    broadcast = await running(store)
    await make(store, broadcast, 1)
    async with store.database.write() as connection:
        await connection.execute(delete(citizens).where(citizens.c.id == FIRST_ID))
    assert (await store.broadcast_progress.of(broadcast)).people == PEOPLE - 1
    [rule] = [rule for rule in RETENTION_RULES if rule.name == "broadcasts"]
    assert await store.purger.all(rule, START + timedelta(days=364)) == 0
    assert await store.purger.all(rule, START + timedelta(days=366)) == 1
    async with store.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(broadcast_members)) == 0


async def test_entries_of_a_list_stand_for_whom_they_stand_for_alone(store: Store) -> None:
    await crowd(store, PEOPLE, START)
    members = store.broadcast_members
    assert await members.by_afm([afm_of(1), "999999990"]) == {afm_of(1): FIRST_ID + 1}
    assert await members.by_mobile([mobile_of(2), "+306999999998"]) == {mobile_of(2): FIRST_ID + 2}
    key = store.vault.index("afm", afm_of(3))
    assert await members.by_afm_key([key]) == {key: FIRST_ID + 3}


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_every_lane_goes_before_those_below_it_on_every_channel(store: Store, channel: str) -> None:
    async with store.database.write() as connection:
        rows = [dispatch(9 - priority, priority, channel) for priority in sorted(Priority, reverse=True)]
        await store.outbox.add(connection, rows, START)
    order: list[str] = []
    for _ in Priority:
        [one] = await store.outbox.claim(channel, START, f"c{len(order)}", limit=1, lease=USEFUL)
        order.append(store.outbox.read(one)[0])
    assert order == [mobile_of(9 - priority) for priority in sorted(Priority)]
