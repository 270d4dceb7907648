"""Conversations and what was said in them."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table

from casestore.columns import Id, Utc, id_column, metadata, reference

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
