"""Events of registries know their type, so that those which nobody applies yet can wait for who does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

EVENTS = sa.table("registry_events", *(sa.column(name) for name in ("state", "attempts", "finished_at", "result")))


def upgrade() -> None:
    op.add_column("registry_events", sa.Column("type", sa.String(length=128)))
    parked = sa.text("state = 'parked'")
    op.create_index(
        "ix_registry_events_parked", "registry_events", ["type", "id"], sqlite_where=parked, postgresql_where=parked
    )
    _back_into_the_queue()


def _back_into_the_queue() -> None:
    """Certificates' events were ended with this result and nothing was done: those that are still whole are parked."""
    unapplied = sa.and_(EVENTS.c.result == "no-case", sa.text("length(payload_sealed) > 0"))
    op.execute(EVENTS.update().where(unapplied).values(state="open", attempts=0, finished_at=None, result=None))
