"""A mass notice under SIGKILL, on PostgreSQL: everybody has exactly one notice, and exactly one message.

The same at full size, with its figures: ``python -m bench mass``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, update

from bot.phone.app import running_phone
from bot.phone.context import Account
from bot.phone.phone import Options
from bot.phone.webhook_client import Addresses
from bot.store import open_store
from casestore.tables import broadcast_members, broadcasts, notices
from tests.bot.notices.crowd import crowd, mobile_of
from tests.bot.notices.harness import NoticeStage
from tests.bot.notices.mass_harness import AUTHOR, MassStage
from tests.channels.sms_harness import FROM, SID, TOKEN
from tests.chaos.children import Child, running
from tests.conftest import TEST_SECRET
from tests.harness import VIBER_TOKEN, settings_for

pytestmark = pytest.mark.slow
PEOPLE, KILLS = 300, 5
PEACE = 120.0  # seconds until all must have been told


async def test_everybody_is_told_once(migrated_postgresql_url: str, tmp_path: Path) -> None:
    rng = Random(1)
    account = Account(VIBER_TOKEN, SID, TOKEN, FROM)
    nowhere = Addresses("http://127.0.0.1:1", "http://127.0.0.1:1")
    settings = settings_for(migrated_postgresql_url, notices_default="on", notices_quiet="off")
    async with open_store(settings) as store, running_phone(account, nowhere, Options(receipts=None)) as phone:
        now = datetime.now(UTC)
        await crowd(store, PEOPLE, now)
        mass = MassStage.of(NoticeStage.over(store.database, now, notices_quiet="off"), PEOPLE)
        number = await mass.started()
        async with store.database.write() as connection:  # the first few and their five minutes are tested elsewhere
            await connection.execute(update(broadcasts).values(first_done_at=now - timedelta(days=1)))
        env = {
            "DATABASE_URL": migrated_postgresql_url,
            "SECRET_KEY": TEST_SECRET,
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": FROM,
            "TWILIO_API_URL": phone.twilio_api_url,
            "SMS_RATE": "60",
            "BROADCAST_BATCH": "50",
            "NOTICES_QUIET": "off",
        }
        worker = Child("worker", ("tests.chaos.echo_worker",), env, tmp_path)
        async with running(worker):
            for _ in range(KILLS):
                await asyncio.sleep(rng.uniform(0.2, 1.2))
                async with asyncio.timeout(PEACE):
                    while not worker.has_logged("work.ready"):  # noqa: ASYNC110 (its log tells nobody)
                        await asyncio.sleep(0.05)
                await asyncio.sleep(rng.uniform(0.0, 1.0))
                await worker.kill()
                await worker.start()
            async with asyncio.timeout(PEACE):
                while (await mass.progress(number)).handed_over < PEOPLE:  # noqa: ASYNC110 (processes)
                    await asyncio.sleep(0.2)
        told = Counter(one.address for one in phone.phone.accepted)
        assert told == {mobile_of(each): 1 for each in range(PEOPLE)}
        async with store.database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(notices)) == PEOPLE
            assert await connection.scalar(select(func.count()).select_from(broadcast_members)) == PEOPLE
        assert (await mass.control.stop(number, AUTHOR)).stopped == 0
