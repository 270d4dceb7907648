"""Telephone calls of employees, call-backs, and codes that are asked for in a call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")


def upgrade() -> None:
    _callbacks()
    _calls()
    with op.batch_alter_table("codes") as table:
        table.alter_column("conversation_id", existing_type=ID, nullable=True)
        table.add_column(sa.Column("call_id", ID))
        table.create_foreign_key(op.f("fk_codes_call_id"), "calls", ["call_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_codes_call_id"), "codes", ["call_id"])


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("citizen_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("opened_by", sa.String(64)),
        sa.Column("about_sealed", sa.LargeBinary()),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("agent", sa.String(64)),
        sa.Column("claimed_at", TIME),
        sa.Column("finished_at", TIME),
        _goes_with("callbacks", "citizen_id", "citizens"),
        _goes_with("callbacks", "conversation_id", "conversations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
        sa.UniqueConstraint("key", name=op.f("uq_callbacks_key")),
    )
    op.create_index(op.f("ix_callbacks_conversation_id"), "callbacks", ["conversation_id"])
    _open("uq_callbacks_open", "callbacks", ["citizen_id"], unique=True)
    _open("ix_callbacks_asked", "callbacks", ["asked_at"])
    op.create_index("ix_callbacks_citizen", "callbacks", ["citizen_id", "asked_at"])
    op.create_table(
        "callback_attempts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("callback_id", ID, nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("at", TIME, nullable=False),
        _goes_with("callback_attempts", "callback_id", "callbacks"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_attempts")),
    )
    op.create_index(op.f("ix_callback_attempts_callback_id"), "callback_attempts", ["callback_id"])


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("callback_id", ID),
        sa.Column("citizen_id", ID),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("found_by", sa.String(12), nullable=False),
        sa.Column("afm_sealed", sa.LargeBinary()),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("codes", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("code_asked_at", TIME),
        sa.Column("proven_at", TIME),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("about", sa.String(16)),
        sa.Column("asked_sealed", sa.LargeBinary()),
        sa.Column("answered_sealed", sa.LargeBinary()),
        sa.Column("noted_at", TIME),
        _goes_with("calls", "staff_id", "staff"),
        _goes_with("calls", "callback_id", "callbacks"),
        _goes_with("calls", "citizen_id", "citizens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_callback_id"), "calls", ["callback_id"])
    op.create_index("ix_calls_staff", "calls", ["staff_id", "begun_at"])
    op.create_index("ix_calls_citizen", "calls", ["citizen_id", "begun_at"])
    op.create_index("ix_calls_begun", "calls", ["begun_at"])
    _open("ix_calls_open", "calls", ["expires_at"])


def _open(name: str, table: str, columns: list[str], *, unique: bool = False) -> None:
    where = sa.text("finished_at IS NULL")
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")
