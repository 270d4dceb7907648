"""Who owns a conversation, as of which change; and citizens about whom the contact registry is never asked, for which
the year 9999 stood until now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("agent", sa.String(length=80)))
    version = sa.Column("owner_version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    op.add_column("conversations", version)
    if op.get_bind().dialect.name == "sqlite":
        _never_is_null_on_sqlite()
    else:
        op.alter_column("citizens", "contact_due_at", existing_type=TIME, nullable=True)
        op.execute("UPDATE citizens SET contact_due_at = NULL WHERE contact_due_at >= '9999-01-01 00:00:00+00'")


def _never_is_null_on_sqlite() -> None:
    """A column beside the old one, in its place: copying the table would take all that refers to it away with it."""
    op.add_column("citizens", sa.Column("due_at", TIME))
    op.execute("UPDATE citizens SET due_at = contact_due_at WHERE contact_due_at < '9999'")
    op.drop_index("ix_citizens_contact_due_at", "citizens")
    op.execute("ALTER TABLE citizens DROP COLUMN contact_due_at")
    op.execute("ALTER TABLE citizens RENAME COLUMN due_at TO contact_due_at")
    op.create_index("ix_citizens_contact_due_at", "citizens", ["contact_due_at"])
