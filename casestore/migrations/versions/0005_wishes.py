"""Preferences, copies of what is held, and what finds the rows whose time is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "wishes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contact_point_id", ID, nullable=False),
        sa.Column("citizen_id", ID),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("at", TIME, nullable=False),
        *_goes_with("wishes", "contact_point_id", "contact_points"),
        *_goes_with("wishes", "citizen_id", "citizens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wishes")),
        sa.UniqueConstraint("key", name=op.f("uq_wishes_key")),
    )
    op.create_index(op.f("ix_wishes_contact_point_id"), "wishes", ["contact_point_id"])
    op.create_index(op.f("ix_wishes_citizen_id"), "wishes", ["citizen_id"])
    op.create_table(
        "copies",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contact_point_id", ID, nullable=False),
        sa.Column("citizen_id", ID, nullable=False),
        sa.Column("token_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        *_goes_with("copies", "contact_point_id", "contact_points"),
        *_goes_with("copies", "citizen_id", "citizens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("token_key", name=op.f("uq_copies_token_key")),
    )
    op.create_index(op.f("ix_copies_contact_point_id"), "copies", ["contact_point_id"])
    op.create_index("ix_copies_citizen", "copies", ["citizen_id", "created_at"])
    op.create_index("ix_copies_created", "copies", ["created_at"])
    _transcript_knows_its_citizen()
    op.create_index("ix_transcript_at", "transcript", ["at"])
    op.create_index("ix_dialogue_events_at", "dialogue_events", ["at"])
    for table, sealed in (("inbox", "payload_sealed"), ("outbox", "body_sealed")):
        for name, sign in (("kept", ">"), ("emptied", "=")):
            where = sa.text(f"finished_at IS NOT NULL AND length({sealed}) {sign} 0")
            op.create_index(f"ix_{table}_{name}", table, ["finished_at"], sqlite_where=where, postgresql_where=where)


def _transcript_knows_its_citizen() -> None:
    """SQLite has no way to add a reference but to copy the table; PostgreSQL alters it in place."""
    with op.batch_alter_table("transcript") as table:
        table.add_column(sa.Column("citizen_id", ID))
        name = op.f("fk_transcript_citizen_id")
        table.create_foreign_key(name, "citizens", ["citizen_id"], ["id"], ondelete="CASCADE")
    known = sa.text("citizen_id IS NOT NULL")
    op.create_index(
        "ix_transcript_citizen", "transcript", ["citizen_id", "id"], sqlite_where=known, postgresql_where=known
    )
    asked = sa.text("subject_key IS NOT NULL")
    op.create_index("ix_audit_subject", "audit", ["subject_key", "id"], sqlite_where=asked, postgresql_where=asked)


def _goes_with(table: str, column: str, target: str) -> list[sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_{column}")
    return [sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")]
