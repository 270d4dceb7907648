"""What became of a dispatch: the result of a send, and the provider's receipts after it.

Both only move a row forward. A result is written for the claim that sent it; that it *was sent* is written whoever
holds the row now, because it is a fact. A receipt is kept until it finds its row or is ten minutes old: Viber's may
come before the answer to the send that it is about.

What was accepted and did not arrive may be opened again. Its row keeps the provider's id of the attempt that failed
until the next is accepted: by it a late or repeated receipt is known to be about the past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import contact_points, outbox, receipts

RECEIPT_KEPT = timedelta(minutes=10)
RECEIPT_AGAIN = timedelta(seconds=2)
SENT = 1  # the status rank of a message that the provider accepted


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt. ``state`` is ``sent``, ``failed``, ``skipped``, or ``open`` to go on at ``due_at``."""

    id: int
    claim: str
    state: str
    at: datetime
    provider_id: str | None = None
    parts: int | None = None
    reason: str | None = None
    due_at: datetime | None = None
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt on the spool. ``rank`` orders statuses; ``retry`` re-opens a failed row while attempts are left."""

    id: int
    channel: str
    provider_id: str
    message_id: int | None
    recipient_key: str | None
    status: str
    all_before: bool
    error: str | None
    remedy: str | None
    at: datetime
    received_at: datetime


_mine = and_(outbox.c.id == bindparam("b_id"), outbox.c.claim == bindparam("b_claim"), outbox.c.state == "open")
_LOOKED_AT = [outbox.c[name] for name in ("id", "recipient_key", "state", "provider_id", "status_rank", "attempts")]
_LOOKED_AT += [outbox.c.first_attempt_at, outbox.c.expires_at]
_untold = or_(outbox.c.provider_id.is_(None), outbox.c.provider_id != bindparam("b_provider_id"))
_WRITE_SENT = (  # a receipt that was faster than the result has said this and more
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.state != "sent", _untold)
    .values(
        state="sent",
        provider_id=bindparam("b_provider_id"),
        parts=bindparam("b_parts"),
        finished_at=bindparam("b_at"),
        status_rank=SENT,
        lease_until=None,
        claim=None,
        reason=None,
    )
)
_WRITE_ENDED = (
    update(outbox)
    .where(_mine)
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        finished_at=bindparam("b_at"),
        lease_until=None,
        claim=None,
    )
)
_WRITE_AGAIN = (
    update(outbox)
    .where(_mine)
    .values(
        due_at=bindparam("b_due_at"),
        reason=bindparam("b_reason"),
        doubts=outbox.c.doubts + bindparam("b_doubt"),
        lease_until=None,
        claim=None,
    )
)
_STATEMENT: dict[str, Update] = {
    "sent": _WRITE_SENT,
    "failed": _WRITE_ENDED,
    "skipped": _WRITE_ENDED,
    "open": _WRITE_AGAIN,
}
_FIELDS: dict[str, tuple[str, ...]] = {
    "sent": ("id", "provider_id", "parts", "at"),
    "failed": ("id", "claim", "state", "reason", "at"),
    "skipped": ("id", "claim", "state", "reason", "at"),
    "open": ("id", "claim", "due_at", "reason"),
}


def _parameters(outcome: Outcome) -> dict[str, Any]:
    values = {f"b_{name}": getattr(outcome, name) for name in _FIELDS[outcome.state]}
    return values | {"b_doubt": int(outcome.in_doubt)} if outcome.state == "open" else values


def _rows_of(batch: Sequence[ReceiptRow]) -> ColumnElement[bool]:
    """The rows that these receipts may be about."""
    by_ours = outbox.c.id.in_([receipt.message_id for receipt in batch if receipt.message_id is not None])
    by_theirs = outbox.c.provider_id.in_([receipt.provider_id for receipt in batch])
    return or_(by_ours, and_(outbox.c.channel.in_({receipt.channel for receipt in batch}), by_theirs))


class Results:
    """Writes outcomes and receipts into the dispatch log."""

    def __init__(self, database: Database, ranks: dict[str, int]) -> None:
        """``ranks`` orders the statuses of receipts, ``sent`` being 1."""
        self._database = database
        self._ranks = ranks

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        """Write a batch in one commit."""
        async with self._database.write(wake=True) as connection:
            await self._hold(connection, outbox.c.id.in_([outcome.id for outcome in outcomes]))
            for state, statement in _STATEMENT.items():
                batch = [_parameters(outcome) for outcome in outcomes if outcome.state == state]
                if batch:
                    await connection.execute(statement, batch)

    async def _hold(self, connection: AsyncConnection, which: ColumnElement[bool]) -> None:
        """Lock these rows in the order of their ids: two batches that lock the same rows each in its own order would
        wait for one another. SQLite has one writer anyway."""
        if not self._database.is_sqlite:
            await connection.execute(select(outbox.c.id).where(which).order_by(outbox.c.id).with_for_update())

    async def stop_contact(self, channel: str, recipient_key: str, reason: str, now: datetime) -> None:
        """This recipient cannot be reached here: say so on the contact point, and end what waits for it."""
        async with self._database.write() as connection:
            await self._stop(connection, channel, recipient_key, reason, now)

    async def _stop(
        self, connection: AsyncConnection, channel: str, recipient_key: str, reason: str, now: datetime
    ) -> None:
        point = and_(contact_points.c.channel == channel, contact_points.c.address_key == recipient_key)
        await connection.execute(update(contact_points).where(point).values(reachable=False, unreachable_reason=reason))
        waiting = and_(
            outbox.c.recipient_key == recipient_key, outbox.c.state == "open", outbox.c.lease_until.is_(None)
        )
        await connection.execute(update(outbox).where(waiting).values(state="failed", reason=reason, finished_at=now))

    async def due_receipts(self, now: datetime, limit: int) -> list[ReceiptRow]:
        columns = [receipts.c[name] for name in ReceiptRow.__dataclass_fields__]
        due = select(*columns).where(receipts.c.due_at <= now).order_by(receipts.c.id).limit(limit)
        async with self._database.read() as connection:
            return [ReceiptRow(*row) for row in await connection.execute(due)]

    async def apply(
        self, batch: Sequence[ReceiptRow], now: datetime, *, max_attempts: int, retry_after: timedelta
    ) -> int:
        """Apply receipts; those whose row is not there yet wait. Returns how many were given up as unknown."""
        lost = 0
        which = receipts.c.id.in_([receipt.id for receipt in batch])
        unclaimed = select(receipts.c.id).where(which).with_for_update(skip_locked=True)
        async with self._database.write() as connection:
            mine = set((await connection.scalars(unclaimed)).all())  # another worker has read the same spool
            await self._hold(connection, _rows_of(batch))
            for receipt in (receipt for receipt in batch if receipt.id in mine):
                found = await self._apply(connection, receipt, now, max_attempts, retry_after)
                old = now - receipt.received_at > RECEIPT_KEPT
                this = receipts.c.id == receipt.id
                if found or old:
                    await connection.execute(delete(receipts).where(this))
                else:
                    await connection.execute(update(receipts).where(this).values(due_at=now + RECEIPT_AGAIN))
                lost += int(old and not found)
        return lost

    async def _apply(
        self, connection: AsyncConnection, receipt: ReceiptRow, now: datetime, max_attempts: int, retry_after: timedelta
    ) -> bool:
        by_id = receipt.message_id is not None
        which = outbox.c.id == receipt.message_id if by_id else outbox.c.provider_id == receipt.provider_id
        here = select(*_LOOKED_AT).where(which, outbox.c.channel == receipt.channel).with_for_update()
        row = (await connection.execute(here)).first()
        if row is None:
            return False
        rank = self._ranks[receipt.status]
        if rank > row.status_rank and not self._is_past(receipt, row):
            again = self._may_retry(receipt, row, now, max_attempts)
            due_at = now + retry_after * row.attempts
            values = self._reopened(receipt, due_at) if again else self._forward(receipt, rank, now)
            await connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
            if receipt.remedy == "stop-contact":
                await self._stop(connection, receipt.channel, row.recipient_key, receipt.error or "stopped", now)
        if receipt.all_before:
            await self._seen_before(connection, row, rank)
        return True

    def _is_past(self, receipt: ReceiptRow, row: Any) -> bool:
        """Is it about an attempt that another has followed? That it arrived after all is news even so."""
        if row.provider_id is None or self._ranks[receipt.status] > self._ranks["failed"]:
            return False
        same = bool(row.provider_id == receipt.provider_id)
        return same or row.first_attempt_at is None if row.state == "open" else not same

    @staticmethod
    def _reopened(receipt: ReceiptRow, due_at: datetime) -> dict[str, Any]:
        """To be sent once more, with nothing in doubt: the attempt is known to have failed."""
        none = dict.fromkeys(("lease_until", "claim", "first_attempt_at", "finished_at"))
        values = {"state": "open", "status_rank": 0, "doubts": 0, "due_at": due_at}
        return {**none, **values, "reason": receipt.error, "provider_id": receipt.provider_id}

    def _forward(self, receipt: ReceiptRow, rank: int, now: datetime) -> dict[str, Any]:
        failed = receipt.status == "failed"
        return {
            "state": "failed" if failed else "sent",
            "status_rank": rank,
            "reason": receipt.error if failed else None,
            "provider_id": receipt.provider_id,
            "finished_at": func.coalesce(outbox.c.finished_at, now),
            "lease_until": None,
            "claim": None,
        }

    @staticmethod
    def _may_retry(receipt: ReceiptRow, row: Any, now: datetime, max_attempts: int) -> bool:
        in_time = row.expires_at is None or row.expires_at > now
        return receipt.remedy == "retry" and row.attempts < max_attempts and in_time

    async def _seen_before(self, connection: AsyncConnection, row: Any, rank: int) -> None:
        earlier = and_(outbox.c.recipient_key == row.recipient_key, outbox.c.id < row.id, outbox.c.state == "sent")
        reached = and_(outbox.c.status_rank >= SENT, outbox.c.status_rank < rank)
        await connection.execute(update(outbox).where(earlier, reached).values(status_rank=rank))

    async def depth(self) -> list[tuple[str, int, int, datetime | None]]:
        """Open rows by (channel, priority): how many, and when the oldest due one became due."""
        waiting = outbox.c.state == literal_column("'open'")
        by = (outbox.c.channel, outbox.c.priority)
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(*by, func.count(), func.min(outbox.c.due_at)).where(waiting).group_by(*by)
            )
            return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def known_ids(self, channel: str, recipient_key: str, since: datetime, *, excluding: int) -> frozenset[str]:
        """Provider ids of this recipient's rows: what a search for a doubtful send must not take for its own.

        ``excluding`` is the row that is searched for: a receipt may have told its id since it was claimed.
        """
        recent = or_(outbox.c.finished_at >= since, outbox.c.created_at >= since)
        which = and_(
            outbox.c.recipient_key == recipient_key,
            outbox.c.channel == channel,
            outbox.c.provider_id.is_not(None),
            outbox.c.id != excluding,
        )
        async with self._database.read() as connection:
            return frozenset((await connection.scalars(select(outbox.c.provider_id).where(which, recent))).all())
