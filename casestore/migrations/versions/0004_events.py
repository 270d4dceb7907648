"""Events that registries send, and comparing with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("cases", sa.Column("told_at", TIME))
    op.add_column("cases", sa.Column("gone_at", TIME))
    op.create_index("ix_cases_told", "cases", ["registry", "told_at"])
    op.add_column("cursors", sa.Column("caught_up_at", TIME))
    _registry_events()
    op.create_table(
        "reconciliations",
        sa.Column("registry", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("counts", sa.String(length=500), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("registry", name=op.f("pk_reconciliations")),
    )


def _registry_events() -> None:
    op.create_table(
        "registry_events",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("registry", sa.String(length=32), nullable=False),
        sa.Column("event_key", sa.String(length=32), nullable=False),
        sa.Column("subject_key", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("payload_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease_until", TIME),
        sa.Column("claim", sa.String(length=32)),
        sa.Column("finished_at", TIME),
        sa.Column("result", sa.String(length=32)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_events")),
        sa.UniqueConstraint("registry", "event_key", name=op.f("uq_registry_events_registry_event_key")),
    )
    for name, columns, state in (
        ("ix_registry_events_open", ["id"], "open"),
        ("ix_registry_events_open_subject", ["subject_key", "sequence", "id"], "open"),
        ("ix_registry_events_dead", ["id"], "dead"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "registry_events", columns, sqlite_where=where, postgresql_where=where)
