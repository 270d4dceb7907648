"""Mass notices: broadcasts, their words and those whom they are for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _broadcasts()
    op.create_table(
        "broadcast_texts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _goes_with("broadcast_texts", "broadcast_id", "broadcasts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_texts")),
        sa.UniqueConstraint(
            "broadcast_id", "role", "language", name=op.f("uq_broadcast_texts_broadcast_id_role_language")
        ),
    )
    op.create_table(
        "broadcast_members",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("broadcast_id", ID, nullable=False),
        sa.Column("citizen_id", ID),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("notice_id", ID),
        _goes_with("broadcast_members", "broadcast_id", "broadcasts"),
        _goes_with("broadcast_members", "citizen_id", "citizens"),
        _goes_with("broadcast_members", "notice_id", "notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_members")),
        sa.UniqueConstraint("broadcast_id", "citizen_id", name=op.f("uq_broadcast_members_broadcast_id_citizen_id")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_broadcast_members_notice_id")),
    )
    op.create_index(op.f("ix_broadcast_members_citizen_id"), "broadcast_members", ["citizen_id"])
    _partial("ix_broadcast_members_waiting", "broadcast_members", ["broadcast_id", "due_at", "id"], "state = 'waiting'")


def _broadcasts() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("category", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text()),
        sa.Column("people", sa.Integer()),
        sa.Column("words_key", sa.String(64), nullable=False),
        sa.Column("repeats", sa.String(300)),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("approver", sa.String(64)),
        sa.Column("corrects", ID),
        *(sa.Column(name, TIME, nullable=name != "created_at") for name in _TIMES),
        sa.Column("lineage", sa.String(80)),
        _goes_with("broadcasts", "corrects", "broadcasts"),
        sa.CheckConstraint("approver IS NULL OR approver <> author", name="two_people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("corrects", name=op.f("uq_broadcasts_corrects")),
    )
    _partial("ix_broadcasts_live", "broadcasts", ["id"], "state IN ('running', 'paused')")
    op.create_index("ix_broadcasts_words", "broadcasts", ["words_key", "created_at"])
    op.create_index("ix_broadcasts_created", "broadcasts", ["created_at"])


_TIMES = ("created_at", "approved_at", "started_at", "first_done_at", "judged_from", "seen_at")


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
