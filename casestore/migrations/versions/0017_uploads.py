"""Files that arrive by the upload page piece by piece, until they are whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.DateTime(timezone=True).with_variant(sa.String(26), "sqlite")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("link_id", ID, nullable=False),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["upload_links.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_uploads_link_id", "uploads", ["link_id"])
    op.create_table(
        "upload_pieces",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("upload_id", ID, nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("upload_id", "number"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE upload_pieces ALTER COLUMN bytes SET STORAGE EXTERNAL")
