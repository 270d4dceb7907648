"""What went wrong elsewhere and is tested nowhere else here: see docs/notice-checks.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messaging.payload import OutboundBody
from casestore.database import Database, StoreDown
from casestore.people.quiet_hours import DEFAULT_TIMES
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.tables import notice_facts, notices
from tests.bot.notices.harness import FLOOD, MOBILE, PERMIT, NoticeStage
from tests.guards import sizes

DEEP_NIGHT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # three o'clock in Athens
SPEAKS_FIRST = {Kind.CASE}
"""What goes out without having been asked for: each passes the last look, where quiet hours are."""
MAKES_ROWS = {
    "bot/certificates/chat/checking.py": "what a file is, to who has sent it",
    "bot/certificates/effects.py": "a link to a paper, asked for in a turn",
    "bot/certificates/notes.py": "what became of a request, to who has asked",
    "bot/console/calls/asking.py": "a call-back is noted or closed, to who has asked for it",
    "bot/console/calls/following.py": "what was said in a call, once more in writing, by the employee who said it",
    "bot/console/calls/job.py": "that nobody was reached, to who has asked to be rung up",
    "bot/console/speaking.py": "an employee's answer",
    "bot/linking/completion.py": "the chat is told that it is linked, by whom it was asked to",
    "bot/conversation/effects.py": "codes, links and confirmations, each asked for in a turn",
    "bot/conversation/links.py": "a one-time link, asked for in a turn",
    "bot/conversation/turn_handler.py": "answers",
    "bot/documents/notes.py": "what became of a file, to who has sent it",
    "casestore/notices/sends.py": "news of cases and mass notices",
}
"""Who adds rows to the outbox, and to whom they speak."""


async def test_what_was_told_stays_told_however_often_all_jobs_look_again(database: Database) -> None:
    stage = NoticeStage.over(database)
    await stage.begin(PERMIT, FLOOD)
    await stage.change(PERMIT.reference, stage="pre-approval")
    await stage.settle()
    another = NoticeStage.over(database, stage.clock())
    for accepted in list(stage.taken):
        await stage.receipt(accepted, "delivered")
    for _ in range(10):
        await stage.later(3 * 3600)
        another.clock.forward(3 * 3600)
        await another.settle()
    assert (len(stage.taken), another.taken) == (1, [])


def test_whoever_adds_to_the_outbox_is_known_and_news_passes_one_place() -> None:
    texts = {
        path.relative_to(sizes.ROOT).as_posix(): path.read_text("utf-8")
        for room in ("bot", "casestore")
        for path in sizes.modules(room)
    }
    assert {name for name, text in texts.items() if re.search(r"outbox\.add\(", text)} == MAKES_ROWS.keys()
    written = re.compile(r"insert(_new)?\((connection, )?outbox\b")
    assert {name for name, text in texts.items() if written.search(text)} == {"casestore/queues/outbox.py"}
    assert {name for name, text in texts.items() if "Kind.CASE" in text} == {
        "bot/app.py",
        "bot/notices/planner.py",
        "casestore/staff/talks.py",
    }


async def test_at_night_what_was_asked_for_goes_and_news_waits(database: Database) -> None:
    assert DEFAULT_TIMES.holds(DEEP_NIGHT)
    stage = NoticeStage.over(database, DEEP_NIGHT)
    await stage.begin(PERMIT, viber=False)
    await stage.change(PERMIT.reference, stage="pre-approval")
    asked = [kind for kind in Kind if kind not in SPEAKS_FIRST]
    body, now = OutboundBody("λόγια").encode(), stage.clock()
    rows = [Dispatch(f"k:{kind}", "sms", MOBILE, body, kind, Priority.CODE, None, now) for kind in asked]
    async with stage.store.database.write(wake=True) as connection:
        await stage.store.outbox.add(connection, rows, stage.clock())
    await stage.settle()
    assert len(stage.taken) == len(asked)
    await stage.later(timedelta(hours=7).total_seconds())
    assert len(stage.taken) == len(asked) + 1


class LosesAnswers(Database):
    """Of some commits nobody hears that they were done: the connection is cut right after."""

    cut = 0.0
    rng = Random(7)

    @asynccontextmanager
    async def write(self, *, wake: bool = False) -> AsyncIterator[AsyncConnection]:
        async with super().write(wake=wake) as connection:
            yield connection
        if self.rng.random() < self.cut:
            raise ConnectionResetError("after the commit")


@pytest.mark.slow
async def test_a_commit_of_which_the_answer_is_lost_neither_tells_twice_nor_drops_a_fact(database_url: str) -> None:
    """Whoever did not hear does it again: the registry its event, a worker its step, also while facts are gathered."""
    database = LosesAnswers(database_url)
    stage, moves = NoticeStage.over(database), ("pre-approval", "review", "assignment")
    await stage.begin(PERMIT, FLOOD)
    database.cut = 0.3
    for sequence, where in enumerate(moves, 2):
        for case in (PERMIT, FLOOD):
            moved = replace(case, stage=where, sequence=sequence, updated_at=stage.clock())
            await again(partial(stage.report, moved))
            await again(stage.settle)
            stage.clock.forward(database.rng.choice([5, 200]))
    database.cut = 0.0
    for _ in range(5):
        await stage.later(310)
    async with database.read() as connection:
        facts = Counter([(row.reference, row.sequence) for row in await connection.execute(select(notice_facts))])
        told = set(await connection.scalars(select(notices.c.id).where(notices.c.told_at.is_not(None))))
        held = set(await connection.scalars(select(notice_facts.c.notice_id)))
    assert facts == {(case.reference, sequence): 1 for case in (PERMIT, FLOOD) for sequence in range(2, 5)}
    assert held <= told
    sends = {row.outbox_id: row.notice_id for row in await stage.rows()}
    reached = Counter((sends[one.id], one.channel) for one in stage.taken)  # silent on Viber, it goes by SMS as well
    assert set(reached.values()) == {1}
    assert {notice for notice, _ in reached} == told
    await database.close()


async def again(act: Callable[[], Awaitable[None]]) -> None:
    """Until it is heard that it was done."""
    for _ in range(50):
        with suppress(*StoreDown):
            return await act()
    raise AssertionError("never heard")
