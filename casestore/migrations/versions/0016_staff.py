"""Employees: accounts, sessions, notes, drafts; who waits for a person since when; the audit log as a chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0016"
down_revision = "0015"

# the audit log's head until its first row with a chain: up to which row none has one
BEFORE_THE_CHAIN = """
    INSERT INTO meta (name, value)
    SELECT 'audit-head', '0\\:\\:' || CAST(coalesce(max(id), 0) AS VARCHAR(20)) || '\\:' FROM audit
"""
# nobody waits any more for an answer to what was asked long ago, and nobody shall hear of it now:
# only what is grave stays
OLD_ARE_CLOSED = """
    UPDATE handovers SET closed_at = asked_at
    WHERE closed_at IS NULL AND asked_at < {since} AND reason NOT IN ('despair', 'breach')
"""
SINCE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-3 days')",
    "postgresql": "now() - interval '3 days'",
}
QUEUED = """
    UPDATE conversations SET owner = 'queue', owner_version = owner_version + 1,
        waiting_since = (SELECT min(asked_at) FROM handovers WHERE handovers.conversation_id = conversations.id
                         AND handovers.closed_at IS NULL),
        owner_since = (SELECT min(asked_at) FROM handovers WHERE handovers.conversation_id = conversations.id
                       AND handovers.closed_at IS NULL)
    WHERE owner = 'bot' AND id IN (SELECT conversation_id FROM handovers WHERE closed_at IS NULL)
"""


def upgrade() -> None:
    op.add_column("audit", sa.Column("chain", sa.String(32)))
    op.execute(BEFORE_THE_CHAIN)
    op.add_column("handovers", sa.Column("claimed_at", TIME))
    op.add_column("handovers", sa.Column("agent", sa.String(80)))
    _partial("ix_handovers_claimed", "handovers", ["claimed_at"], "claimed_at IS NOT NULL")
    desk = sa.Column("desk", sa.String(16), nullable=False, server_default="general")
    op.add_column("conversations", desk)
    for name in ("owner_since", "waiting_since", "snoozed_until", "escalated_at", "released_at"):
        op.add_column("conversations", sa.Column(name, TIME))
    _partial("ix_conversations_open", "conversations", ["desk", "owner", "waiting_since", "id"], "owner <> 'bot'")
    _partial("ix_conversations_released", "conversations", ["released_at"], "released_at IS NOT NULL")
    op.execute(sa.text(OLD_ARE_CLOSED.format(since=SINCE[op.get_bind().dialect.name]).replace(":", r"\:")))
    op.execute(QUEUED)  # who asked before this has been waiting, and is in the queue now
    _staff()
    _sessions()
    _written()
    _events()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary()),
        sa.Column("totp_step", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("locked_until", TIME),
        sa.Column("demo", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.Column("present_at", TIME),
        sa.Column("viewing_id", ID),
        sa.Column("typing_at", TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "staff_desks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("desk", sa.String(16), nullable=False),
        _goes_with("staff_desks", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_desks")),
        sa.UniqueConstraint("staff_id", "desk", name=op.f("uq_staff_desks_staff_id_desk")),
    )


def _sessions() -> None:
    op.create_table(
        "staff_sessions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("token_key", sa.String(32), nullable=False),
        sa.Column("staff_version", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(120), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        _goes_with("staff_sessions", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_key", name=op.f("uq_staff_sessions_token_key")),
    )
    op.create_index(op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"])
    op.create_index("ix_staff_sessions_created", "staff_sessions", ["created_at"])


def _written() -> None:
    for table, more in (("staff_notes", [sa.Column("kind", sa.String(12), nullable=False)]), ("staff_drafts", [])):
        op.create_table(
            table,
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("conversation_id", ID, nullable=False),
            sa.Column("staff_id", ID, nullable=False),
            *more,
            sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
            sa.Column("at", TIME, nullable=False),
            _goes_with(table, "conversation_id", "conversations"),
            _goes_with(table, "staff_id", "staff"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            *([] if more else [_one_a_place(table)]),
        )
        op.create_index(f"ix_{table}_at", table, ["at"])
    op.create_index("ix_staff_notes_conversation", "staff_notes", ["conversation_id", "id"])


def _events() -> None:
    op.create_table(
        "console_events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("conversation_id", ID),
        sa.Column("desk", sa.String(16)),
        sa.Column("staff_id", ID),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_events")),
    )
    op.create_index("ix_console_events_at", "console_events", ["at"])


def _one_a_place(table: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("conversation_id", "staff_id", name=op.f(f"uq_{table}_conversation_id_staff_id"))


def _goes_with(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
