"""What citizens hand in: files, what is to be done about them, their content, and links to the upload page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

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
    _documents()
    _table(
        "document_parts",
        {"document_id": "documents"},
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.UniqueConstraint("document_id", "number"),
    )
    if op.get_bind().dialect.name == "postgresql":  # it is cipher text: nothing to be gained by compressing it
        op.execute("ALTER TABLE document_parts ALTER COLUMN bytes SET STORAGE EXTERNAL")
    _tasks()
    _table(
        "upload_links",
        {"conversation_id": "conversations", "citizen_id": "citizens"},
        sa.Column("token_key", sa.String(32), nullable=False, unique=True),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("files", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
    )
    op.create_index("ix_upload_links_conversation_id", "upload_links", ["conversation_id"])
    op.create_index("ix_upload_links_citizen_id", "upload_links", ["citizen_id"])


def _documents() -> None:
    _table(
        "documents",
        {"citizen_id": "citizens", "conversation_id": "conversations"},
        sa.Column("key", sa.String(80), nullable=False, unique=True),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("registry", sa.String(32)),
        sa.Column("reference", sa.String(64)),
        sa.Column("code", sa.String(64)),
        sa.Column("title", sa.String(300)),
        sa.Column("bundle", sa.String(80)),
        sa.Column("submission", sa.String(32)),
        sa.Column("number", sa.String(64)),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(32)),
        sa.Column("size", sa.Integer),
        sa.Column("pages", sa.SmallInteger),
        sa.Column("blurred", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reason", sa.String(32)),
        sa.Column("stored_as", sa.String(64)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("submitted_at", TIME),
        sa.Column("finished_at", TIME),
    )
    op.create_index("ix_documents_citizen_id", "documents", ["citizen_id"])
    op.create_index("ix_documents_conversation", "documents", ["conversation_id", "id"])
    op.create_index("ix_documents_bundle", "documents", ["bundle"])
    op.create_index("ix_documents_paper", "documents", ["reference", "code"])


def _tasks() -> None:
    _table(
        "document_tasks",
        {"document_id": "documents"},
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
        sa.UniqueConstraint("document_id", "step"),
    )
    op.create_index("ix_document_tasks_open", "document_tasks", ["id"], **_OPEN)
