"""Conversations and what was said in them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, text

from casestore.columns import Id, Utc, id_column, metadata, only_where, reference

_KNOWN = only_where("citizen_id IS NOT NULL")

_OPEN = only_where("owner <> 'bot'")
_CLAIMED = only_where("claimed_at IS NOT NULL")
_RELEASED = only_where("released_at IS NOT NULL")
_ANSWERED = only_where("answered_at IS NOT NULL")
_CLOSED = only_where("closed_at IS NOT NULL")
_STILL_OPEN = only_where("closed_at IS NULL")
_SAID = only_where("author = 'citizen'")

conversations = Table(
    "conversations",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False, unique=True),
    Column("owner", String(16), nullable=False, server_default="bot"),  # bot, queue, agent
    Column("agent", String(80)),  # which agent
    Column("owner_version", Integer, nullable=False, server_default=text("0")),  # counts the changes of owner
    Column("language", String(2), nullable=False, server_default="el"),
    Column("created_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("desk", String(16), nullable=False, server_default="general"),
    Column("owner_since", Utc),  # while it is not the bot's
    Column("waiting_since", Utc),  # while its citizen waits for a person: since the oldest message nobody answered
    Column("snoozed_until", Utc),
    Column("escalated_at", Utc),
    Column("released_at", Utc),  # when a person gave it back last
    Index("ix_conversations_open", "desk", "owner", "waiting_since", "id", **_OPEN),
    Index("ix_conversations_released", "released_at", **_RELEASED),
)

transcript = Table(
    "transcript",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False),
    reference("citizen_id", "citizens"),  # who was known to be there when it was said: whose copy it is in
    Column("key", String(80), nullable=False, unique=True),
    Column("author", String(16), nullable=False),
    Column("response", String(80)),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_transcript_conversation", "conversation_id", "id"),
    Index("ix_transcript_at", "at"),
    Index("ix_transcript_said", "at", "conversation_id", **_SAID),
    Index("ix_transcript_citizen", "citizen_id", "id", **_KNOWN),
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
    Index("ix_dialogue_events_at", "at"),
)

handovers = Table(
    "handovers",
    metadata,
    id_column(),
    reference("conversation_id", "conversations", nullable=False, index=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("reason", String(16), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("claimed_at", Utc),
    Column("agent", String(80)),  # who claimed it
    Column("answered_at", Utc),  # by an employee, for the first time
    Column("closed_at", Utc),
    Index("ix_handovers_claimed", "claimed_at", **_CLAIMED),
    Index("ix_handovers_asked", "asked_at"),
    Index("ix_handovers_answered", "answered_at", **_ANSWERED),
    Index("ix_handovers_closed", "closed_at", **_CLOSED),
    Index("ix_handovers_open", "asked_at", **_STILL_OPEN),
)

wishes = Table(  # what a citizen prefers about notices: never changed, the newest word of a kind counts
    "wishes",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False, index=True),
    reference("citizen_id", "citizens", index=True),  # who was known to be there when it was said
    Column("key", String(80), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("value", String(32), nullable=False),
    Column("source", String(16), nullable=False),
    Column("at", Utc, nullable=False),
)

copies = Table(  # links to a copy of what is held of a citizen: only a keyed hash of each is kept
    "copies",
    metadata,
    id_column(),
    reference("contact_point_id", "contact_points", nullable=False, index=True),
    reference("citizen_id", "citizens", nullable=False),
    Column("token_key", String(32), nullable=False, unique=True),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Index("ix_copies_citizen", "citizen_id", "created_at"),
    Index("ix_copies_created", "created_at"),
)
