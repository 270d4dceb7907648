"""What providers say of messages that they accepted: kept at once, applied to the dispatch log by a worker.

:func:`casestore.queues.lifecycle.after_receipt` decides what a receipt changes. A receipt waits until its row is found
or it is a day old: Viber's may come before the answer to the send that it is about, and a send whose answer was lost is
looked up later. The older it is, the less often its row is looked for.

What was accepted and did not arrive may be opened again. Its row keeps the provider's id of the attempt that failed
until the next is accepted: by it a late or repeated receipt is known to be about the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import note_changed
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptRemedy, ReceiptStatus, Standing, after_receipt
from casestore.queues.results import hold, stop
from casestore.tables import outbox, receipts
from casestore.vault import Vault, address_key

RECEIPT_KEPT = timedelta(hours=24)
RECEIPT_AGAIN = timedelta(seconds=2)
_HIGHEST = max(RANKS.values())
_LOOKED_AT = [outbox.c[name] for name in ("id", "recipient_key", "state", "provider_id", "status_rank", "attempts")]
_LOOKED_AT += [outbox.c.first_attempt_at, outbox.c.expires_at]


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt on the spool. ``all_before``: it holds for everything sent to that recipient before, too."""

    id: int
    channel: str
    provider_id: str
    message_id: int | None
    status: ReceiptStatus
    all_before: bool
    error: str | None
    remedy: str | None
    received_at: datetime


_SPOOLED = [receipts.c[name] for name in ReceiptRow.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How often a message is sent in all, and how long after a failure: ``after`` times the attempts so far."""

    max_attempts: int
    after: timedelta


class Receipts:
    """The spool over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def row(
        self,
        *,
        channel: str,
        provider_id: str,
        status: str,
        at: datetime,
        now: datetime,
        message_id: int | None = None,
        address: str | None = None,
        all_before: bool = False,
        error: str | None = None,
        remedy: str | None = None,
    ) -> dict[str, object]:
        """A receipt as a row. ``at``: when it happened; ``now``: when we are told. ``message_id``: our own row's id,
        where the provider repeats it. ``error``: a code."""
        return {
            "channel": channel,
            "provider_id": provider_id,
            "message_id": message_id,
            "recipient_key": address_key(self._vault, channel, address) if address else None,
            "status": ReceiptStatus(status),
            "all_before": all_before,
            "error": error,
            "remedy": remedy,
            "at": at,
            "received_at": now,
            "due_at": now,
        }

    async def due(self, now: datetime, limit: int) -> list[ReceiptRow]:
        """The oldest that are to be applied."""
        due = select(*_SPOOLED).where(receipts.c.due_at <= now).order_by(receipts.c.id).limit(limit)
        async with self._database.look() as connection:
            rows = (await connection.execute(due)).mappings().all()
        return [ReceiptRow(**{**row, "status": ReceiptStatus(row["status"])}) for row in rows]

    async def apply(self, batch: Sequence[ReceiptRow], now: datetime, retry: RetryRule) -> int:
        """Apply receipts; those whose row is not there yet wait. Returns how many were given up as unknown."""
        lost = 0
        unclaimed = select(receipts.c.id).where(receipts.c.id.in_([receipt.id for receipt in batch]))
        async with self._database.write(wake=True) as connection:
            ours = set((await connection.scalars(unclaimed.with_for_update(skip_locked=True))).all())
            held = await hold(self._database, connection, _touched_by(batch))
            for receipt in batch:
                if receipt.id not in ours:
                    continue  # another worker has read the same spool
                if await self._apply(connection, receipt, held, now, retry):
                    await self._take_off(connection, receipt)
                elif not await self._wait(connection, receipt, now):
                    lost += 1
            told = select(outbox.c.conversation_id).where(_told_of(batch), outbox.c.conversation_id.is_not(None))
            await note_changed(self._database, connection, told, now)
        return lost

    async def _wait(self, connection: AsyncConnection, receipt: ReceiptRow, now: datetime) -> bool:
        """Look for its row again later; ``False`` when it has waited long enough, and is gone."""
        if now - receipt.received_at > RECEIPT_KEPT:
            await self._take_off(connection, receipt)
            return False
        again = now + max(RECEIPT_AGAIN, (now - receipt.received_at) / 4)
        again = min(again, max(receipt.received_at + RECEIPT_KEPT, now) + RECEIPT_AGAIN)
        later = update(receipts).where(receipts.c.id == receipt.id).values(due_at=again)
        await connection.execute(later)
        return True

    @staticmethod
    async def _take_off(connection: AsyncConnection, receipt: ReceiptRow) -> None:
        await connection.execute(delete(receipts).where(receipts.c.id == receipt.id))

    async def _apply(
        self,
        connection: AsyncConnection,
        receipt: ReceiptRow,
        held: ColumnElement[bool],
        now: datetime,
        retry: RetryRule,
    ) -> bool:
        """``False``: its row is not there, or was not when the rows were locked: to lock another is out of order."""
        row = await self._row_of(connection, receipt, held)
        if row is None:
            return False
        again = _may_retry(receipt, row, now, retry)
        state = after_receipt(_standing(row), receipt.status, receipt.provider_id, retry=again)
        if state is not None:
            later = now + retry.after * row.attempts
            values = _opened(receipt, later) if state is OutboxState.OPEN else _moved(receipt, state, now)
            await connection.execute(update(outbox).where(outbox.c.id == row.id).values(state=state, **values))
            if receipt.remedy == ReceiptRemedy.STOP_CONTACT:
                await stop(connection, receipt.channel, row.recipient_key, receipt.error or "stopped", now)
        if receipt.all_before:
            await _raise_earlier(connection, row, RANKS[receipt.status], held)
        return True

    @staticmethod
    async def _row_of(connection: AsyncConnection, receipt: ReceiptRow, held: ColumnElement[bool]) -> Row[Any] | None:
        by_ours, by_theirs = outbox.c.id == receipt.message_id, outbox.c.provider_id == receipt.provider_id
        told_of = by_theirs if receipt.message_id is None else by_ours
        rows = select(*_LOOKED_AT).where(told_of, outbox.c.channel == receipt.channel, held)
        return (await connection.execute(rows)).first()


def _told_of(batch: Sequence[ReceiptRow]) -> ColumnElement[bool]:
    """The rows that these receipts may be about."""
    by_ours = outbox.c.id.in_([receipt.message_id for receipt in batch if receipt.message_id is not None])
    by_theirs = outbox.c.provider_id.in_([receipt.provider_id for receipt in batch])
    return or_(by_ours, and_(outbox.c.channel.in_({receipt.channel for receipt in batch}), by_theirs))


def _touched_by(batch: Sequence[ReceiptRow]) -> ColumnElement[bool]:
    """The rows that applying these receipts may write: those they are about, and others of their recipients that
    :func:`_raise_earlier` raises or :func:`casestore.queues.results.stop` ends with them."""
    wide = [receipt for receipt in batch if receipt.all_before or receipt.remedy == ReceiptRemedy.STOP_CONTACT]
    if not wide:
        return _told_of(batch)
    recipients = select(outbox.c.recipient_key).where(_told_of(wide))
    alive = and_(in_state(outbox.c.state, OutboxState.OPEN, OutboxState.SENT), outbox.c.status_rank < _HIGHEST)
    return or_(_told_of(batch), and_(outbox.c.recipient_key.in_(recipients), alive))


def _standing(row: Row[Any]) -> Standing:
    return Standing(OutboxState(row.state), row.status_rank, row.provider_id, row.first_attempt_at is not None)


def _may_retry(receipt: ReceiptRow, row: Row[Any], now: datetime, retry: RetryRule) -> bool:
    in_time = row.expires_at is None or row.expires_at > now
    return receipt.remedy == ReceiptRemedy.RETRY and row.attempts < retry.max_attempts and in_time


def _opened(receipt: ReceiptRow, due_at: datetime) -> dict[str, Any]:
    """To be sent once more, with nothing in doubt: the attempt is known to have failed."""
    none = dict.fromkeys(("lease_until", "claim", "first_attempt_at", "finished_at"))
    known = {"reason": receipt.error, "provider_id": receipt.provider_id}
    return {**none, **known, "status_rank": 0, "doubts": 0, "due_at": due_at}


def _moved(receipt: ReceiptRow, state: OutboxState, now: datetime) -> dict[str, Any]:
    return {
        "status_rank": RANKS[receipt.status],
        "reason": receipt.error if state is OutboxState.FAILED else None,
        "provider_id": receipt.provider_id,
        "finished_at": func.coalesce(outbox.c.finished_at, now),
        "lease_until": None,
        "claim": None,
    }


async def _raise_earlier(connection: AsyncConnection, row: Row[Any], rank: int, held: ColumnElement[bool]) -> None:
    """What was sent to this recipient before has come as far."""
    earlier = and_(outbox.c.recipient_key == row.recipient_key, outbox.c.id < row.id)
    reached = and_(outbox.c.status_rank >= RANKS[ReceiptStatus.SENT], outbox.c.status_rank < rank)
    sent = in_state(outbox.c.state, OutboxState.SENT)
    await connection.execute(update(outbox).where(earlier, reached, sent, held).values(status_rank=rank))
