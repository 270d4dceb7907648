"""Linking a chat through the login of the State."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """What the registry said of a number before now rests on that number."""
    op.add_column("links", sa.Column("rests_on", sa.String(length=32), nullable=True))
    op.add_column("links", sa.Column("agreed_at", TIME, nullable=True))
    op.execute(
        "UPDATE links SET agreed_at = linked_at, rests_on ="
        " (SELECT address_key FROM contact_points WHERE contact_points.id = links.contact_point_id)"
        " WHERE source = 'registry'"
    )
    op.add_column("codes", sa.Column("source", sa.String(length=16), nullable=False, server_default="code"))
    op.add_column("codes", sa.Column("mobile_key", sa.String(length=32), nullable=True))
    op.create_index("ix_codes_mobile", "codes", ["mobile_key", "created_at"], unique=False)
    op.create_table(
        "login_links",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("token_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("state_key", sa.String(length=32), nullable=True),
        sa.Column("browser_key", sa.String(length=32), nullable=True),
        sa.Column("verifier_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("code_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_login_links_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_links")),
        sa.UniqueConstraint("token_key", name=op.f("uq_login_links_token_key")),
        sa.UniqueConstraint("state_key", name=op.f("uq_login_links_state_key")),
    )
    op.create_index(op.f("ix_login_links_conversation_id"), "login_links", ["conversation_id"], unique=False)
