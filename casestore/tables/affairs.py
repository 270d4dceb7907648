"""Cases, as the registries tell them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, String, Table, UniqueConstraint

from casestore.columns import Utc, id_column, metadata, reference

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

cursors = Table(
    "cursors",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("cursor", String(200), nullable=False),
    Column("updated_at", Utc, nullable=False),
)
