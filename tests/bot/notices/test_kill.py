"""A worker is killed between any two commits on a notice's way: it is told once, or on record why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.channels.port import Remedy, SendError, Sent
from bot.notices.announce import Announcer
from casestore.database import Database
from casestore.queues.outbox import ClaimedDispatch
from casestore.tables import case_events, notice_facts, notices, outbox
from tests.bot.notices.harness import FLOOD, PERMIT, NoticeStage

LEASE = timedelta(seconds=120)


@pytest.fixture
async def stage(database: Database) -> NoticeStage:
    stage = NoticeStage.over(database)
    await stage.begin(PERMIT, FLOOD)
    return stage


async def claimed(stage: NoticeStage, channel: str = "viber") -> ClaimedDispatch:
    """A worker has it in hand, and is heard of no more."""
    [dispatch] = await stage.store.outbox.claim(channel, stage.clock(), "killed", limit=1, lease=LEASE)
    return dispatch


async def test_before_the_commit_of_the_change_there_is_nothing_and_after_it_everything(
    stage: NoticeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise KeyboardInterrupt  # as it dies: no handler runs on

    with monkeypatch.context() as patch:
        patch.setattr(Announcer, "_order", killed)
        with pytest.raises(KeyboardInterrupt):
            await stage.change(PERMIT.reference, stage="pre-approval")
    async with stage.store.database.read() as connection:
        for table in (notice_facts, notices, outbox):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0
        assert await connection.scalar(select(func.max(case_events.c.sequence))) == 1
    stage.cases[PERMIT.reference] = PERMIT
    await stage.change(PERMIT.reference, stage="pre-approval")
    await stage.settle()
    assert len(stage.taken) == 1


@pytest.mark.parametrize("let_through", [False, True])
async def test_between_the_claim_the_last_look_and_the_send(stage: NoticeStage, *, let_through: bool) -> None:
    await stage.change(PERMIT.reference, stage="pre-approval")
    dispatch = await claimed(stage)
    if let_through:
        job = next(job for job in stage.jobs if job.name == "outbox-viber")
        gate = job._gates["case"]  # type: ignore[attr-defined] # the worker that dies has no other name for it
        assert (await gate.admit(dispatch)).body
    await stage.later(60)
    assert stage.taken == []
    await stage.later(61)
    await stage.later(10)
    assert [taken.channel for taken in stage.taken] == ["viber"]


async def test_a_stop_that_comes_while_nobody_has_it_counts_though_it_was_let_through(stage: NoticeStage) -> None:
    await stage.change(PERMIT.reference, stage="pre-approval")
    dispatch = await claimed(stage)
    job = next(job for job in stage.jobs if job.name == "outbox-viber")
    await job._gates["case"].admit(dispatch)  # type: ignore[attr-defined]
    await stage.consent("viber", allowed=False)
    await stage.later(130)
    await stage.later(600)
    assert stage.taken == []


async def test_an_sms_of_which_the_answer_was_lost_is_looked_up_and_not_sent_again(database: Database) -> None:
    stage = NoticeStage.over(database)
    await stage.begin(PERMIT, viber=False)
    sms = stage.providers["sms"]
    sms.trouble = SendError(Remedy.UNKNOWN, "timeout")
    await stage.change(PERMIT.reference, stage="pre-approval")
    await stage.settle()
    sms.trouble = None
    sms._findings.clear()
    sms._findings.append(Sent("found"))
    await stage.later(400)
    assert stage.taken == []
    assert [row.told_at is not None for row in await stage.rows()] == [True]


async def test_two_workers_that_hear_of_the_same_change_tell_once(stage: NoticeStage) -> None:
    await stage.change(PERMIT.reference, stage="pre-approval")
    await stage.report(stage.cases[PERMIT.reference])
    await stage.settle()
    await stage.report(stage.cases[PERMIT.reference])
    await stage.later(600)
    assert len({taken.id for taken in stage.taken}) == len(stage.taken) == 1
