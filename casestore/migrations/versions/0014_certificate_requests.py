"""Certificates that citizens ask for: requests, what is to be done about them, their papers, and links to these."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")
_OPEN: dict[str, Any] = {"sqlite_where": sa.text("state = 'open'"), "postgresql_where": sa.text("state = 'open'")}


def _row(name: str, target: str) -> tuple[sa.Column[Any], sa.ForeignKeyConstraint]:
    return sa.Column(name, ID, nullable=False), sa.ForeignKeyConstraint([name], [f"{target}.id"], ondelete="CASCADE")


def _table(name: str, references: dict[str, str], *columns: Any) -> None:
    rows = [part for column, target in references.items() for part in _row(column, target)]
    key = sa.Column("id", ID, primary_key=True, autoincrement=True)
    op.create_table(name, key, *rows, *columns)


def upgrade() -> None:
    _requests()
    _table(
        "certificate_parts",
        {"certificate_id": "certificate_requests"},
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.UniqueConstraint("certificate_id", "number"),
    )
    if op.get_bind().dialect.name == "postgresql":  # it is cipher text: nothing to be gained by compressing it
        op.execute("ALTER TABLE certificate_parts ALTER COLUMN bytes SET STORAGE EXTERNAL")
    _tasks()
    _table(
        "certificate_links",
        {"certificate_id": "certificate_requests", "conversation_id": "conversations", "citizen_id": "citizens"},
        sa.Column("token_key", sa.String(32), nullable=False, unique=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("openings", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    )
    for column in ("certificate_id", "conversation_id", "citizen_id"):
        op.create_index(f"ix_certificate_links_{column}", "certificate_links", [column])


def _requests() -> None:
    _table(
        "certificate_requests",
        {"citizen_id": "citizens", "conversation_id": "conversations"},
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("registry", sa.String(32), nullable=False),
        sa.Column("request", sa.String(32), nullable=False, unique=True),
        sa.Column("details_sealed", sa.LargeBinary, nullable=False),
        sa.Column("secrets_sealed", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("words_sealed", sa.LargeBinary),
        sa.Column("number", sa.String(64)),
        sa.Column("code_sealed", sa.LargeBinary),
        sa.Column("size", sa.Integer),
        sa.Column("stored_as", sa.String(64)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("issued_at", TIME),
        sa.Column("valid_until", TIME),
        sa.Column("kept_until", TIME),
        sa.Column("finished_at", TIME),
    )
    for column in ("citizen_id", "conversation_id"):
        op.create_index(f"ix_certificate_requests_{column}", "certificate_requests", [column])
    op.create_index("ix_certificate_requests_state", "certificate_requests", ["state", "state_at"])


def _tasks() -> None:
    _table(
        "certificate_tasks",
        {"certificate_id": "certificate_requests"},
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
        sa.UniqueConstraint("certificate_id", "step"),
    )
    op.create_index("ix_certificate_tasks_open", "certificate_tasks", ["id"], **_OPEN)
