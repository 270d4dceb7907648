"""What came in, what goes out, what became of it. A row is the queue's own record."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, SmallInteger, String, Table, UniqueConstraint, text

from casestore.columns import Id, Utc, id_column, metadata, only_where, reference

_OPEN = only_where("state = 'open'")


# by these casestore/rights/retention.py finds what is old: finished rows with their text, and finished rows without
_INBOX_KEPT = only_where("finished_at IS NOT NULL AND length(payload_sealed) > 0")
_INBOX_EMPTIED = only_where("finished_at IS NOT NULL AND length(payload_sealed) = 0")
_OUTBOX_KEPT = only_where("finished_at IS NOT NULL AND length(body_sealed) > 0")
_OUTBOX_EMPTIED = only_where("finished_at IS NOT NULL AND length(body_sealed) = 0")

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("channel", String(32), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("conversation_key", String(32), nullable=False),
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("finished_at", Utc),
    Column("error", String(200)),
    UniqueConstraint("channel", "external_id"),
    Index("ix_inbox_open_lane", "channel", "conversation_key", "id", **_OPEN),
    Index("ix_inbox_held", "conversation_key", **only_where("lease_until IS NOT NULL AND state = 'open'")),
    Index("ix_inbox_kept", "finished_at", **_INBOX_KEPT),
    Index("ix_inbox_emptied", "finished_at", **_INBOX_EMPTIED),
    Index("ix_inbox_dead", "id", **only_where("state = 'dead'")),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("key", String(80), nullable=False, unique=True),
    reference("conversation_id", "conversations", index=True),
    Column("channel", String(16), nullable=False),
    Column("recipient_key", String(32), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("doubts", SmallInteger, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("first_attempt_at", Utc),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("provider_id", String(64)),
    Column("parts", SmallInteger),
    Column("status_rank", SmallInteger, nullable=False),
    Column("finished_at", Utc),
    Column("reason", String(64)),
    Index("ix_outbox_open", "channel", "priority", "due_at", "id", **_OPEN),
    Index("ix_outbox_open_recipient", "recipient_key", "priority", "id", **_OPEN),
    Index("ix_outbox_open_lane", "channel", "recipient_key", "id", **only_where("priority = 1 AND state = 'open'")),
    Index("ix_outbox_answers", "recipient_key", "created_at", **only_where("priority = 1")),
    Index("ix_outbox_kept", "finished_at", **_OUTBOX_KEPT),
    Index("ix_outbox_emptied", "finished_at", **_OUTBOX_EMPTIED),
    Index("ix_outbox_failed", "finished_at", **only_where("state = 'failed'")),
    Index("ix_outbox_provider", "channel", "provider_id"),
    Index("ix_outbox_recipient", "recipient_key", "id"),
)

receipts = Table(  # a spool: a row is gone once it has been applied
    "receipts",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("provider_id", String(64), nullable=False),
    Column("message_id", Id),
    Column("recipient_key", String(32)),
    Column("status", String(16), nullable=False),
    Column("all_before", Boolean, nullable=False),
    Column("error", String(64)),
    Column("remedy", String(16)),
    Column("at", Utc, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False, index=True),
)
