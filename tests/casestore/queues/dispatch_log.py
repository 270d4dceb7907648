"""A dispatch log to play with: one message, and what may happen to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from casestore.database import Database
from casestore.queues.lifecycle import OutboxState
from casestore.queues.outbox import ClaimedDispatch, Outbox
from casestore.queues.receipts import Receipts, RetryRule
from casestore.queues.results import Outcome, Results
from casestore.tables import outbox as rows
from casestore.tables import receipts
from casestore.vault import Vault
from tests.casestore.queues.test_outbox import claim
from tests.clock import FakeClock

AGAIN = timedelta(minutes=5)


class Log:
    """The dispatch log with one message to ``a`` on SMS, and what may happen to it."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database = database
        self.outbox = Outbox(database, vault)
        self.results = Results(database)
        self.receipts = Receipts(database, vault)
        self.clock = clock
        self.vault = vault

    async def claim(self, name: str = "w") -> ClaimedDispatch:
        [one] = await claim(self.outbox, self.clock, name, channel="sms")
        return one

    async def result(self, one: ClaimedDispatch, state: str, provider_id: str | None = None, **more: Any) -> None:
        due_at = self.clock() + timedelta(seconds=30)
        outcome = Outcome(one.id, one.claim, OutboxState(state), self.clock(), provider_id, 1, due_at=due_at, **more)
        await self.results.write([outcome])

    async def sent(self, provider_id: str) -> ClaimedDispatch:
        one = await self.claim()
        await self.result(one, "sent", provider_id)
        return one

    async def spool(self, status: str, provider_id: str, message_id: int | None = None, **more: Any) -> None:
        now = self.clock()
        told: dict[str, Any] = {"channel": "sms", "provider_id": provider_id, "status": status} | more
        await self.database.append({receipts: [self.receipts.row(**told, message_id=message_id, at=now, now=now)]})

    async def apply(self) -> int:
        now = self.clock()
        batch = await self.receipts.due(now, 100)
        return await self.receipts.apply(batch, now, RetryRule(3, after=AGAIN))

    async def told(self, status: str, provider_id: str, message_id: int | None = None, **more: Any) -> None:
        await self.spool(status, provider_id, message_id, **more)
        await self.apply()

    async def undelivered(self, provider_id: str, message_id: int) -> None:
        await self.told("failed", provider_id, message_id, error="twilio:30003", remedy="retry")

    async def row(self, key: str = "1") -> Any:
        async with self.database.read() as connection:
            return (await connection.execute(select(rows).where(rows.c.key == key))).one()

    async def stands(self, key: str = "1") -> tuple[str, int, str | None]:
        row = await self.row(key)
        return row.state, row.status_rank, row.provider_id

    async def spooled(self) -> int:
        async with self.database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(receipts)) or 0)
