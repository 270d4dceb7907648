"""Files that are sent into a chat to be checked; by what a request for a certificate finds what was issued."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")
_OPEN: dict[str, Any] = {"sqlite_where": sa.text("state = 'open'"), "postgresql_where": sa.text("state = 'open'")}


def upgrade() -> None:
    op.add_column("certificate_requests", sa.Column("code_key", sa.String(32)))
    op.create_index("ix_certificate_requests_code_key", "certificate_requests", ["code_key"])
    op.create_table(
        "certificate_checks",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("place", sa.SmallInteger, nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, server_default="open"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("claim", sa.String(32)),
        sa.Column("finished_at", TIME),
        sa.Column("error", sa.String(64)),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_certificate_checks_conversation_id", "certificate_checks", ["conversation_id"])
    op.create_index("ix_certificate_checks_open", "certificate_checks", ["id"], **_OPEN)
