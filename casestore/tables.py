"""The tables of the case store. Columns that end in ``_sealed`` hold :class:`casestore.vault.Vault` output,
columns that end in ``_key`` its blind indexes. Times are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def as_text(value: datetime) -> str:
    """A point in time as SQLite keeps it."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class Utc(TypeDecorator[datetime]):
    """A point in time. Naive values are refused. SQLite, which knows no times, gets ISO text, which sorts alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(26) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        if dialect.name != "sqlite":
            return value.astimezone(UTC)
        return as_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the base class names it)
        if value is None:
            return None
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id", ondelete="CASCADE"), **options)


meta = Table(
    "meta", metadata, Column("name", String(32), primary_key=True), Column("value", String(200), nullable=False)
)

citizens = Table(
    "citizens",
    metadata,
    _id(),
    Column("afm_key", String(32), nullable=False, unique=True),
    Column("afm_sealed", LargeBinary, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("contact_due_at", Utc, nullable=False, index=True),  # when to ask the contact registry again
)

contact_points = Table(
    "contact_points",
    metadata,
    _id(),
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
    _id(),
    _ref("contact_point_id", "contact_points", nullable=False),
    _ref("citizen_id", "citizens", nullable=False, index=True),
    Column("level", SmallInteger, nullable=False),
    Column("source", String(16), nullable=False),
    Column("linked_at", Utc, nullable=False),
    UniqueConstraint("contact_point_id", "citizen_id"),
)

consents = Table(  # what a citizen said about being written to: never changed, the newest word counts
    "consents",
    metadata,
    _id(),
    _ref("contact_point_id", "contact_points", nullable=False),
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
    _id(),
    _ref("citizen_id", "citizens", nullable=False, index=True),
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
    _id(),
    _ref("case_id", "cases", nullable=False),
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
    _id(),
    _ref("case_id", "cases", nullable=False),
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
    _id(),
    _ref("contact_point_id", "contact_points", nullable=False, unique=True),
    Column("owner", String(16), nullable=False, server_default="bot"),
    Column("language", String(2), nullable=False, server_default="el"),
    Column("created_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
)

transcript = Table(
    "transcript",
    metadata,
    _id(),
    _ref("conversation_id", "conversations", nullable=False),
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
    _id(),
    _ref("conversation_id", "conversations", nullable=False),
    Column("inbox_id", Id, nullable=False, unique=True),
    Column("events_sealed", LargeBinary, nullable=False),
    Column("at", Utc, nullable=False),
    Index("ix_dialogue_events_conversation", "conversation_id", "id"),
)

codes = Table(  # one-time codes: only a keyed hash of each is kept
    "codes",
    metadata,
    _id(),
    _ref("conversation_id", "conversations", nullable=False, index=True),
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
    _id(),
    _ref("conversation_id", "conversations", nullable=False, index=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("reason", String(16), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("closed_at", Utc),
)

_OPEN: dict[str, Any] = {"sqlite_where": text("state = 'open'"), "postgresql_where": text("state = 'open'")}

inbox = Table(
    "inbox",
    metadata,
    _id(),
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
    _id(),
    Column("key", String(80), nullable=False, unique=True),
    _ref("conversation_id", "conversations", index=True),
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
    _id(),
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
    _id(),
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
