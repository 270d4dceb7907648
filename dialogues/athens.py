"""The citizen's calendar. Everything else is UTC."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ATHENS = ZoneInfo("Europe/Athens")


def day_of(instant: datetime) -> date:
    """The day it is in Athens at this instant."""
    return instant.astimezone(ATHENS).date()
