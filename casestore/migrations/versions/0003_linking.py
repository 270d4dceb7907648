"""Linking a chat through the login of the State."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Filled in with the tables it brings."""
