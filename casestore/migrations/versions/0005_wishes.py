"""Preferences, and what is kept for how long."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Filled in with the tables it brings."""
