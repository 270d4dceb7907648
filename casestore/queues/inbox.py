"""The inbox: what came in, claimed one conversation at a time and finished once (:mod:`casestore.queues.lease`).

Each channel is claimed from by itself, and on it whoever has asked least goes first (:mod:`casestore.queues.fair`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, func, select

from casestore.database import Database
from casestore.queues.fair import CHANNEL, LATELY, Round, asked, lanes
from casestore.queues.lease import NOW, LeaseQueue, Statements, in_other_hands, in_state, is_free
from casestore.queues.lifecycle import QueueState
from casestore.tables import inbox
from casestore.vault import Vault


def _waits(rows: FromClause) -> ColumnElement[bool]:
    return and_(in_state(rows.c.state, QueueState.OPEN), rows.c.channel == CHANNEL)


_LANES = lanes(inbox, "conversation_key", _waits)


def _first() -> Select[Any]:
    """The oldest open message of each conversation, if it is due and nothing of that conversation is in hand."""
    oldest, other = inbox.alias("oldest"), inbox.alias("other")
    head = select(func.min(oldest.c.id)).where(_waits(oldest), oldest.c.conversation_key == _LANES.c.lane)
    is_open = in_state(other.c.state, QueueState.OPEN)
    of_lane = and_(is_open, other.c.conversation_key == _LANES.c.lane)
    in_hand = exists().where(of_lane, in_other_hands(other, inbox)).correlate(_LANES, inbox)
    heads = select(inbox.c.id).join_from(_LANES, inbox, inbox.c.id == head.correlate(_LANES).scalar_subquery())
    due = heads.where(inbox.c.due_at <= NOW, is_free(inbox), ~in_hand)
    return due.order_by(asked(_LANES.c.lane, _LANES), inbox.c.id)


_STATEMENTS = Statements.over(
    inbox,
    first=_first(),
    among=inbox.c.channel == CHANNEL,
    returned=("id", "channel", "external_id", "payload_sealed", "attempts", "received_at"),
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in hand until its lease runs out. ``attempts`` counts this one; the queue's ``read`` opens it."""

    id: int
    channel: str
    external_id: str
    sealed: bytes
    attempts: int
    received_at: datetime
    claim: str


class Inbox(LeaseQueue):
    """The queue of messages over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, vault, _STATEMENTS)
        self._round = Round(database, _LANES)

    def row(
        self, *, channel: str, external_id: str, conversation_key: str, payload: str, received_at: datetime
    ) -> dict[str, object]:
        """A message as a row. ``conversation_key`` orders it; ``payload`` is any text (JSON), sealed here: before the
        transaction, so that none waits for the cipher."""
        return {
            "channel": channel,
            "external_id": external_id,
            "conversation_key": conversation_key,
            "payload_sealed": self._vault.seal("inbox.payload", payload),
            "received_at": received_at,
            "due_at": received_at,
        }

    async def claim(self, channel: str, now: datetime, claim: str, *, limit: int, lease: timedelta) -> list[Claimed]:
        """Take up to ``limit`` messages of one channel, at most one of each conversation: of those who have asked least
        first, then the oldest."""
        if not await self._any_due(now, by_channel=channel):
            return []
        of = {"by_channel": channel, "after": await self._round.begins(channel), "since": now - LATELY}
        rows = await self._claim(now, claim, limit, lease, alone=channel, **of)
        return [
            Claimed(r.id, r.channel, r.external_id, r.payload_sealed, r.attempts, r.received_at, claim) for r in rows
        ]
