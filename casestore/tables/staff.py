"""Employees: who may sign in, who is, what they write for one another, and what their pages are told of."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from casestore.columns import Id, Utc, id_column, metadata, reference

_NO, _NONE = text("false"), text("0")

staff = Table(
    "staff",
    metadata,
    id_column(),
    Column("email", String(64), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("role", String(12), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_sealed", LargeBinary),  # the secret of the second factor
    Column("totp_step", BigInteger),  # the newest that was accepted: a code opens once
    Column("version", Integer, nullable=False, server_default=_NONE),  # of rights and password: sessions have it
    Column("failures", Integer, nullable=False, server_default=_NONE),
    Column("locked_until", Utc),
    Column("demo", Boolean, nullable=False, server_default=_NO),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
    Column("present_at", Utc),
    Column("viewing_id", Id),
    Column("typing_at", Utc),
)

staff_desks = Table(
    "staff_desks",
    metadata,
    id_column(),
    reference("staff_id", "staff", nullable=False),
    Column("desk", String(16), nullable=False),
    UniqueConstraint("staff_id", "desk"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    id_column(),
    reference("staff_id", "staff", nullable=False, index=True),
    Column("token_key", String(32), nullable=False, unique=True),
    Column("staff_version", Integer, nullable=False),
    Column("device", String(120), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Index("ix_staff_sessions_created", "created_at"),
)

staff_notes = Table(  # what employees tell one another: nothing that sends reads this table
    "staff_notes",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False),
    reference("staff_id", "staff", nullable=False),
    Column("kind", String(12), nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_staff_notes_conversation", "conversation_id", "id"),
    Index("ix_staff_notes_at", "at"),
)

staff_drafts = Table(
    "staff_drafts",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False),
    reference("staff_id", "staff", nullable=False),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    UniqueConstraint("conversation_id", "staff_id"),
    Index("ix_staff_drafts_at", "at"),
)

console_events = Table(  # that something changed, in the order of the commits; what, is read where it is kept
    "console_events",
    metadata,
    id_column(),
    Column("kind", String(12), nullable=False),
    Column("conversation_id", Id),
    Column("desk", String(16)),
    Column("staff_id", Id),
    Column("at", Utc, nullable=False),
    Index("ix_console_events_at", "at"),
)

arrangements = (
    Table(  # desks, hours, ready answers as supervisors set them: the newest of a kind counts, none is changed
        "arrangements",
        metadata,
        id_column(),
        Column("kind", String(12), nullable=False),
        Column("body", Text, nullable=False),  # JSON; empty: as the file has it
        Column("author", String(64), nullable=False),  # an e-mail address, as in the audit trail
        Column("at", Utc, nullable=False),
        Index("ix_arrangements_kind", "kind", "id"),
    )
)
