"""What was issued: certificates by a keyed hash of their code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("code_key", sa.String(32), nullable=False, unique=True),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("valid_until", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("revoked_by", sa.String(80)),
        sa.Column("revoked_why", sa.String(16)),
    )
