"""News of cases under SIGKILL, on PostgreSQL: while cases move the worker is killed again and again.

Then there is peace. Every change is in one notice, and each notice has reached its citizen in one message.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from bot.phone.app import running_phone
from bot.phone.context import Account
from bot.phone.phone import Options
from bot.phone.webhook_client import Addresses
from bot.store import Store, open_store
from casestore.cases.model import Case, CaseReport
from casestore.queues.lifecycle import OutboxState
from casestore.tables import notice_facts, notices, outbox
from tests.bot.notices.crowd import afm_of, crowd, mobile_of, reference_of
from tests.bot.notices.harness import NoticeStage
from tests.channels.sms_harness import FROM, SID, TOKEN
from tests.chaos.children import Child, running
from tests.conftest import TEST_SECRET
from tests.harness import VIBER_TOKEN, settings_for

pytestmark = pytest.mark.slow
PEOPLE, KILLS = 40, 3
STAGES = ("first-relief", "on-site-inspection")  # each case moves to one and then to the other
PEACE = 90.0  # seconds until all must have been told


def moves(rng: Random) -> Iterator[CaseReport]:
    for sequence, stage in enumerate(STAGES, 2):
        for number in rng.sample(range(PEOPLE), PEOPLE):
            now = datetime.now(UTC)
            what = ("civil_protection", reference_of(number), "flood-compensation", "Αρωγή", stage)
            yield CaseReport(afm_of(number), Case(*what, sequence, now))


async def left(store: Store) -> int:
    async with store.database.read() as connection:
        return await connection.scalar(select(func.count()).where(outbox.c.state == OutboxState.OPEN)) or 0


async def test_every_change_is_told_once(migrated_postgresql_url: str, tmp_path: Path) -> None:
    rng = Random(1)
    account, nowhere = Account(VIBER_TOKEN, SID, TOKEN, FROM), Addresses("http://127.0.0.1:1", "http://127.0.0.1:1")
    settings = settings_for(migrated_postgresql_url, notices_default="on", notices_quiet="off")
    async with open_store(settings) as store, running_phone(account, nowhere, Options(receipts=None)) as phone:
        await crowd(store, PEOPLE, datetime.now(UTC))
        recorder = NoticeStage.over(store.database, datetime.now(UTC), notices_quiet="off").recorder
        env = {
            "DATABASE_URL": migrated_postgresql_url,
            "SECRET_KEY": TEST_SECRET,
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": FROM,
            "TWILIO_API_URL": phone.twilio_api_url,
            "SMS_RATE": "30",
            "NOTICES_QUIET": "off",
            "NOTICES_GATHER_MINUTES": "0",
        }
        worker, reports = Child("worker", ("tests.chaos.echo_worker",), env, tmp_path), moves(rng)

        async def move(count: int) -> None:
            for report in [one for _, one in zip(range(count), reports, strict=False)]:
                async with store.database.write(wake=True) as connection:
                    await recorder.record(connection, [report], datetime.now(UTC), source="test")

        async with running(worker):
            for _ in range(KILLS):
                await move(PEOPLE * len(STAGES) // KILLS + 1)
                async with asyncio.timeout(PEACE):
                    while not worker.has_logged("work.ready"):  # noqa: ASYNC110 (its log tells nobody)
                        await asyncio.sleep(0.05)
                await asyncio.sleep(rng.uniform(0.0, 1.0))
                await worker.kill()
                await worker.start()
            async with asyncio.timeout(PEACE):
                while await left(store):  # noqa: ASYNC110 (another process)
                    await asyncio.sleep(0.2)
        async with store.database.read() as connection:
            facts = [(row.reference, row.sequence) for row in await connection.execute(select(notice_facts))]
            told = Counter(await connection.scalars(select(notices.c.reference)))
        assert sorted(facts) == sorted((reference_of(one), seq) for one in range(PEOPLE) for seq in (2, 3))
        messages = Counter(one.address for one in phone.phone.accepted)
        assert messages == {mobile_of(one): told[reference_of(one)] for one in range(PEOPLE)}
        assert worker.kills == KILLS
