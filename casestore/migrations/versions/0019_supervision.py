"""What supervisors see and set: when a hand-over was answered first, what charts are counted by, arrangements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

_FIRST = """
UPDATE handovers SET answered_at = (
    SELECT min(at) FROM transcript
    WHERE transcript.conversation_id = handovers.conversation_id AND author = 'agent'
      AND at >= asked_at AND (closed_at IS NULL OR at <= closed_at)
) WHERE claimed_at IS NOT NULL
"""


def _index(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    op.add_column("handovers", sa.Column("answered_at", TIME))
    op.execute(_FIRST)
    _index("ix_handovers_asked", "handovers", ["asked_at"])
    _index("ix_handovers_answered", "handovers", ["answered_at"], "answered_at IS NOT NULL")
    _index("ix_handovers_closed", "handovers", ["closed_at"], "closed_at IS NOT NULL")
    _index("ix_handovers_open", "handovers", ["asked_at"], "closed_at IS NULL")
    _index("ix_transcript_said", "transcript", ["at", "conversation_id"], "author = 'citizen'")
    _index("ix_notices_told", "notices", ["told_at"], "told_at IS NOT NULL")
    op.create_table(
        "arrangements",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
    )
    _index("ix_arrangements_kind", "arrangements", ["kind", "id"])
