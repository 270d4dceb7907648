"""Mass notices: what is told to many, who planned and approved it, and to whom it goes."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint

from casestore.columns import Utc, id_column, metadata, only_where, reference

broadcasts = Table(
    "broadcasts",
    metadata,
    id_column(),
    Column("title", String(120), nullable=False),
    Column("category", String(16), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(32)),  # why it is paused
    Column("audience", Text, nullable=False),  # as it was asked for
    Column("preview", Text),  # what the approver was shown
    Column("people", Integer),
    Column("words_key", String(64), nullable=False),  # by which another with the same words is known
    Column("repeats", String(300)),  # why another with the same words is sent within a day
    Column("training", Boolean, nullable=False),  # planned where nothing can be sent: it never is
    Column("author", String(64), nullable=False),
    Column("approver", String(64)),
    reference("corrects", "broadcasts", unique=True),
    Column("created_at", Utc, nullable=False),
    Column("approved_at", Utc),
    Column("started_at", Utc),
    Column("first_done_at", Utc),  # when the first few had gone
    Column("judged_from", Utc),  # failures and stops count from here on
    Column("seen_at", Utc),  # when a worker last saw it running
    Column("lineage", String(80)),  # in which database that was
    CheckConstraint("approver IS NULL OR approver <> author", name="two_people"),
    Index("ix_broadcasts_live", "id", **only_where("state IN ('running', 'paused')")),
    Index("ix_broadcasts_words", "words_key", "created_at"),
    Index("ix_broadcasts_created", "created_at"),
)

broadcast_texts = Table(
    "broadcast_texts",
    metadata,
    id_column(),
    reference("broadcast_id", "broadcasts", nullable=False),
    Column("role", String(16), nullable=False),  # the notice, or the correction that was approved with it
    Column("language", String(2), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("broadcast_id", "role", "language"),
)

broadcast_members = Table(  # one row for each who is to be told, there before any worker sees it; it never comes twice
    "broadcast_members",
    metadata,
    id_column(),
    reference("broadcast_id", "broadcasts", nullable=False),
    reference("citizen_id", "citizens", index=True),
    Column("state", String(12), nullable=False),
    Column("reason", String(32)),
    Column("due_at", Utc, nullable=False),  # not before: it is quiet there
    reference("notice_id", "notices", unique=True),
    UniqueConstraint("broadcast_id", "citizen_id"),
    Index("ix_broadcast_members_waiting", "broadcast_id", "due_at", "id", **only_where("state = 'waiting'")),
)
