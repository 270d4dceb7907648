"""Cases, as the registries tell them; the events that tell it; how far they were read and compared."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from casestore.columns import Utc, id_column, metadata, only_where, reference

_OPEN = only_where("state = 'open'")
_PARKED = only_where("state = 'parked'")
_DEAD = only_where("state = 'dead'")

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
    Column("told_at", Utc),  # when its registry last spoke of it
    Column("gone_at", Utc),  # since when its registry knows nothing of it
    Index("ix_cases_told", "registry", "told_at"),
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

cursors = Table(
    "cursors",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("cursor", String(200), nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("caught_up_at", Utc),  # when it was last read to its end: all that it held then is on record
)

registry_events = Table(  # what registries told by themselves, until it is applied
    "registry_events",
    metadata,
    id_column(),
    Column("registry", String(32), nullable=False),
    Column("type", String(128)),
    Column("event_key", String(32), nullable=False),
    Column("subject_key", String(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("received_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("lease_until", Utc),
    Column("claim", String(32)),
    Column("finished_at", Utc),
    Column("result", String(32)),
    UniqueConstraint("registry", "event_key"),
    Index("ix_registry_events_received", "received_at", "registry"),
    Index("ix_registry_events_open", "id", **_OPEN),
    Index("ix_registry_events_open_subject", "subject_key", "sequence", "id", **_OPEN),
    Index("ix_registry_events_parked", "type", "id", **_PARKED),
    Index("ix_registry_events_dead", "id", **_DEAD),
)

reconciliations = Table(  # comparing all our cases with a registry's: how far, and what was found
    "reconciliations",
    metadata,
    Column("registry", String(32), primary_key=True),
    Column("phase", String(8), nullable=False),
    Column("cursor", String(200), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("counts", String(500), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("finished_at", Utc),
)
