"""Indexes by which the queues are claimed from fairly: by channel and conversation, and by what was answered lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_index("ix_inbox_open", "inbox")
    op.drop_index("ix_inbox_open_conversation", "inbox")
    _partial("ix_inbox_open_lane", "inbox", ["channel", "conversation_key", "id"], "state = 'open'")
    _partial("ix_inbox_held", "inbox", ["conversation_key"], "lease_until IS NOT NULL AND state = 'open'")
    lane = ["channel", "recipient_key", "id"]
    _partial("ix_outbox_open_lane", "outbox", lane, "priority = 1 AND state = 'open'")
    _partial("ix_outbox_answers", "outbox", ["recipient_key", "created_at"], "priority = 1")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
