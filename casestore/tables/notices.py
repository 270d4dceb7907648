"""News of cases that nobody asked for: what is told, of which changes, on which way, and every decision about it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, SmallInteger, String, Table, UniqueConstraint

from casestore.columns import Id, Utc, id_column, metadata, only_where, reference

notices = Table(
    "notices",
    metadata,
    id_column(),
    reference("citizen_id", "citizens", nullable=False),
    Column("reference", String(64), nullable=False),  # of the case
    Column("category", String(16), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(64)),
    Column("response", String(80)),  # in which words it was told
    Column("deadline", Utc),  # after it the notice is of no use
    Column("not_before", Utc, nullable=False),  # what else changes until then comes with it
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc),  # when it is next looked at
    Column("told_at", Utc),  # when it was let through to a provider first
    Column("settled_at", Utc),
    Index("ix_notices_case", "citizen_id", "reference", "id"),
    Index("ix_notices_due", "due_at", "id", **only_where("state = 'open'")),
    Index("ix_notices_settled", "settled_at"),
    Index("ix_notices_told", "told_at", **only_where("told_at IS NOT NULL")),
    Index("ix_notices_unknown", "settled_at", **only_where("state = 'unknown'")),
)

notice_facts = Table(  # a change of a case that is told: in one notice and no other
    "notice_facts",
    metadata,
    id_column(),
    reference("notice_id", "notices", nullable=False, index=True),
    reference("citizen_id", "citizens", nullable=False),
    Column("reference", String(64), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("detail", String(300), nullable=False, server_default=""),  # codes of documents
    Column("at", Utc, nullable=False),
    UniqueConstraint("citizen_id", "reference", "sequence", "kind"),
)

notice_sends = Table(  # a notice on one channel: the row of the outbox, and how it stood when it was last looked at
    "notice_sends",
    metadata,
    id_column(),
    reference("notice_id", "notices", nullable=False),
    Column("number", SmallInteger, nullable=False),
    reference("outbox_id", "outbox", nullable=False, unique=True),
    reference("contact_point_id", "contact_points", nullable=False, index=True),
    Column("channel", String(16), nullable=False),
    Column("ordered_at", Utc, nullable=False),
    Column("told_at", Utc),  # when it was let through to the provider
    Column("outbox_state", String(8), nullable=False),
    Column("outbox_rank", SmallInteger, nullable=False),
    Column("watched_until", Utc),
    UniqueConstraint("notice_id", "number"),
    Index("ix_notice_sends_watched", "watched_until", **only_where("watched_until IS NOT NULL")),
)

notice_log = Table(  # every decision about a notice, and what became of it; rows are only added
    "notice_log",
    metadata,
    id_column(),
    reference("notice_id", "notices", nullable=False),
    Column("at", Utc, nullable=False),
    Column("event", String(16), nullable=False),
    Column("channel", String(16)),
    Column("reason", String(64)),
    Column("until", Utc),
    Index("ix_notice_log_notice", "notice_id", "id"),
)

timed_facts = Table(  # what is told because time has passed, and not because its case changed: planned ahead
    "timed_facts",
    metadata,
    id_column(),
    reference("citizen_id", "citizens", nullable=False),
    Column("reference", String(64), nullable=False),  # of the case
    Column("kind", String(16), nullable=False),
    Column("about", String(80), nullable=False),  # a deadline; a stage, and since when
    Column("step", SmallInteger, nullable=False),  # so many days before; the how-many-eth time
    Column("state", String(8), nullable=False),
    Column("due_at", Utc, nullable=False),  # when it is next looked at
    Column("notice_id", Id, ForeignKey("notices.id", ondelete="SET NULL"), index=True),
    UniqueConstraint("citizen_id", "reference", "kind", "about", "step"),
    Index("ix_timed_facts_reference", "reference"),
    Index("ix_timed_facts_due", "due_at", "id", **only_where("state = 'open'")),
    Index("ix_timed_facts_sitting", "reference", **only_where("state = 'open' AND kind = 'late' AND step > 1")),
)
