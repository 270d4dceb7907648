"""What is told because time has passed: reminders before a deadline, a word after it, a case that takes long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")


def upgrade() -> None:
    op.create_table(
        "timed_facts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("citizen_id", ID, nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("notice_id", ID),
        sa.ForeignKeyConstraint(
            ["citizen_id"], ["citizens.id"], name=op.f("fk_timed_facts_citizen_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_timed_facts_notice_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_facts")),
        sa.UniqueConstraint(
            "citizen_id",
            "reference",
            "kind",
            "about",
            "step",
            name=op.f("uq_timed_facts_citizen_id_reference_kind_about_step"),
        ),
    )
    op.create_index(op.f("ix_timed_facts_notice_id"), "timed_facts", ["notice_id"])
    op.create_index("ix_timed_facts_reference", "timed_facts", ["reference"])
    _partial("ix_timed_facts_due", "timed_facts", ["due_at", "id"], "state = 'open'")
    _partial("ix_timed_facts_sitting", "timed_facts", ["reference"], "state = 'open' AND kind = 'late' AND step > 1")
    _for_the_watch()


def _for_the_watch() -> None:
    """By these it finds each minute what is beyond its time."""
    op.create_index("ix_registry_events_received", "registry_events", ["received_at", "registry"])
    op.create_index("ix_documents_state", "documents", ["state", "created_at"])
    _partial("ix_notices_unknown", "notices", ["settled_at"], "state = 'unknown'")
    _partial("ix_outbox_failed", "outbox", ["finished_at"], "state = 'failed'")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
