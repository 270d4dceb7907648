"""What the bot has not sent when an agent takes over: ended, and waited for where it is in a sender's hands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.queues.dispatch import SAID_BY_BOT, TAKEN_OVER
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import OutboxState
from casestore.tables import outbox


async def withdraw(connection: AsyncConnection, conversation_id: int, now: datetime) -> None:
    """An agent answers from now on: what the bot has not sent is ended. What is in a sender's hands is, at the latest,
    when it comes back."""
    free = outbox.c.claim.is_(None)
    ended = {
        "state": case((free, OutboxState.SKIPPED), else_=outbox.c.state),
        "reason": case((free, TAKEN_OVER), else_=outbox.c.reason),
        "finished_at": case((free, literal(now, outbox.c.finished_at.type)), else_=outbox.c.finished_at),
        "expires_at": case((free, outbox.c.expires_at), else_=literal(now, outbox.c.expires_at.type)),
    }
    await connection.execute(update(outbox).where(_of_bot(conversation_id)).values(**ended))


def _of_bot(conversation_id: int) -> ColumnElement[bool]:
    return and_(
        outbox.c.conversation_id == conversation_id,
        outbox.c.kind.in_(SAID_BY_BOT),
        in_state(outbox.c.state, OutboxState.OPEN),
    )


async def bot_in_flight(database: Database, conversation_id: int, now: datetime) -> bool:
    """Is something of the bot's in a sender's hands here?"""
    held = select(outbox.c.id).where(_of_bot(conversation_id), outbox.c.lease_until > now)
    async with database.look() as connection:
        return await connection.scalar(held.limit(1)) is not None
