"""Codes that need the digits which their chat was shown beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("codes", sa.Column("with_receipt", sa.Boolean(), nullable=False, server_default=sa.false()))
