"""What the tests of the queues share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from casestore.database import Database
from casestore.migrate import migrate
from casestore.vault import Vault
from tests.casestore.queues.dispatch_log import Log
from tests.casestore.queues.machine import Stage
from tests.casestore.queues.test_outbox import dispatch, put
from tests.clock import FakeClock


@pytest.fixture
async def log(database: Database, vault: Vault, clock: FakeClock) -> Log:
    log = Log(database, vault, clock)
    await put(log.outbox, database, dispatch("1", channel="sms"))
    return log


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    with asyncio.Runner() as runner:
        database = Database(database_url)
        runner.run(migrate(database))
        yield Stage(runner, database)
        runner.run(database.close())
