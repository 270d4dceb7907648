"""What the store knows of itself, and who did what."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, String, Table

from casestore.columns import Utc, id_column, metadata, only_where

meta = Table(
    "meta", metadata, Column("name", String(32), primary_key=True), Column("value", String(200), nullable=False)
)

_NAMED = only_where("subject_key IS NOT NULL")

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
    Column("chain", String(32)),  # of this row and the one before it
    Index("ix_audit_at", "at"),
    Index("ix_audit_subject", "subject_key", "id", **_NAMED),
)
