"""The tables of the case store. Columns that end in ``_sealed`` hold :class:`casestore.vault.Vault` output,
columns that end in ``_key`` its blind indexes. Times are UTC.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from casestore.columns import Id, Utc, id_column, metadata, reference

meta = Table(
    "meta", metadata, Column("name", String(32), primary_key=True), Column("value", String(200), nullable=False)
)

citizens = Table(
    "citizens",
    metadata,
    id_column(),
    Column("afm_key", String(32), nullable=False, unique=True),
    Column("afm_sealed", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("contact_due_at", Utc, nullable=False, index=True),  # when to ask the contact registry again
)

contact_points = Table(
    "contact_points",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("address_key", String(32), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False),
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("unreachable_reason", String(64)),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("channel", "address_key"),
)

links = Table(  # who is known to be behind a contact point, how surely, and since when
    "links",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False),
    reference("citizen_id", "citizens", nullable=False, index=True),
    Column("level", SmallInteger, nullable=False),
    Column("source", String(16), nullable=False),
    Column("linked_at", Utc, nullable=False),
    UniqueConstraint("contact_point_id", "citizen_id"),
)

consents = Table(  # what a citizen said about being written to: never changed, the newest word counts
    "consents",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False),
    Column("key", String(80), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("source", String(16), nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_consents_contact_point", "contact_point_id", "purpose", "id"),
)

cases = Table(
    "cases",
    metadata,
    id_column(),
    reference("citizen_id", "citizens", nullable=False, index=True),
    Column("registry", String(32), nullable=False),
    Column("reference", String(64), nullable=False, unique=True),
    Column("procedure", String(64), nullable=False),
    Column("title_sealed", LargeBinary, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("expected_by", Date),
    Column("outcome", String(16)),
    Column("closed", Boolean, nullable=False),
    Column("note_sealed", LargeBinary, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

case_events = Table(
    "case_events",
    metadata,
    id_column(),
    reference("case_id", "cases", nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("outcome", String(16)),
    Column("happened_at", Utc, nullable=False),
    Column("recorded_at", Utc, nullable=False),
    UniqueConstraint("case_id", "sequence"),
)

required_documents = Table(
    "required_documents",
    metadata,
    id_column(),
    reference("case_id", "cases", nullable=False),
    Column("code", String(64), nullable=False),
    Column("title", String(300), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
    Column("deadline", Date),
    UniqueConstraint("case_id", "code"),
)

conversations = Table(
    "conversations",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False, unique=True),
    Column("owner", String(16), nullable=False, server_default="bot"),
    Column("language", String(2), nullable=False, server_default="el"),
    Column("created_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
)

transcript = Table(
    "transcript",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False),
    Column("key", String(80), nullable=False, unique=True),
    Column("author", String(16), nullable=False),
    Column("response", String(80)),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_transcript_conversation", "conversation_id", "id"),
)

dialogue_events = Table(  # one row a turn: the events that the turn added, as one sealed JSON list
    "dialogue_events",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False),
    Column("inbox_id", Id, nullable=False, unique=True),
    Column("events_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_dialogue_events_conversation", "conversation_id", "id"),
)

codes = Table(  # one-time codes: only a keyed hash of each is kept
    "codes",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("afm_key", String(32), nullable=False),
    Column("afm_sealed", LargeBinary, nullable=False),
    Column("code_key", String(32), nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("attempts_left", SmallInteger, nullable=False),
    Column("used_at", Utc),
    Index("ix_codes_afm", "afm_key", "created_at"),
)

handovers = Table(
    "handovers",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("reason", String(16), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("closed_at", Utc),
)

_OPEN: dict[str, Any] = {"sqlite_where": text("state = 'open'"), "postgresql_where": text("state = 'open'")}

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
    Index("ix_inbox_open", "id", **_OPEN),
    Index("ix_inbox_open_conversation", "conversation_key", "id", **_OPEN),
    Index("ix_inbox_dead", "id", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")),
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

cursors = Table(
    "cursors",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("cursor", String(200), nullable=False),
    Column("updated_at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", Utc, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject_key", String(32)),
    Column("detail", String(300), nullable=False),
    Column("transaction_id", String(64)),
    Column("call_sequence_id", String(64)),
    Column("outcome", String(64)),
    Column("elapsed_s", Float),
    Index("ix_audit_at", "at"),
)
