"""News of cases that nobody asked for: notices, their facts, their sends, and every decision about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _notices()
    _facts()
    _sends()
    _log()


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("citizen_id", ID, nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("response", sa.String(80)),
        sa.Column("deadline", TIME),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("told_at", TIME),
        sa.Column("settled_at", TIME),
        _goes_with("notices", "citizen_id", "citizens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_case", "notices", ["citizen_id", "reference", "id"])
    _partial("ix_notices_due", "notices", ["due_at", "id"], "state = 'open'")
    op.create_index("ix_notices_settled", "notices", ["settled_at"])


def _facts() -> None:
    op.create_table(
        "notice_facts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("citizen_id", ID, nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False, server_default=""),
        sa.Column("at", TIME, nullable=False),
        _goes_with("notice_facts", "notice_id", "notices"),
        _goes_with("notice_facts", "citizen_id", "citizens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_facts")),
        sa.UniqueConstraint(
            "citizen_id",
            "reference",
            "sequence",
            "kind",
            name=op.f("uq_notice_facts_citizen_id_reference_sequence_kind"),
        ),
    )
    op.create_index(op.f("ix_notice_facts_notice_id"), "notice_facts", ["notice_id"])


def _sends() -> None:
    op.create_table(
        "notice_sends",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("outbox_id", ID, nullable=False),
        sa.Column("contact_point_id", ID, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("ordered_at", TIME, nullable=False),
        sa.Column("told_at", TIME),
        sa.Column("outbox_state", sa.String(8), nullable=False),
        sa.Column("outbox_rank", sa.SmallInteger(), nullable=False),
        sa.Column("watched_until", TIME),
        _goes_with("notice_sends", "notice_id", "notices"),
        _goes_with("notice_sends", "outbox_id", "outbox"),
        _goes_with("notice_sends", "contact_point_id", "contact_points"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_sends")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_notice_sends_outbox_id")),
        sa.UniqueConstraint("notice_id", "number", name=op.f("uq_notice_sends_notice_id_number")),
    )
    op.create_index(op.f("ix_notice_sends_contact_point_id"), "notice_sends", ["contact_point_id"])
    _partial("ix_notice_sends_watched", "notice_sends", ["watched_until"], "watched_until IS NOT NULL")


def _log() -> None:
    op.create_table(
        "notice_log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16)),
        sa.Column("reason", sa.String(64)),
        sa.Column("until", TIME),
        _goes_with("notice_log", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_log")),
    )
    op.create_index("ix_notice_log_notice", "notice_log", ["notice_id", "id"])


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
