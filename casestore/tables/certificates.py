"""What was issued: how a certificate is found by its code or by its bytes, and what anybody may be told of it."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from casestore.columns import Utc, id_column, metadata

certificates = Table(  # nothing in it is of anybody: not the code but its keyed hash, and no name
    "certificates",
    metadata,
    id_column(),
    Column("code_key", String(32), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("title", String(300), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("issued_at", Utc, nullable=False),
    Column("valid_until", Utc),
    Column("revoked_at", Utc),
    Column("revoked_by", String(80)),
    Column("revoked_why", String(16)),
)
