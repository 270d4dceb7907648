"""What ``doctor`` found, as a line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``state`` is ``ok``, ``off`` (by choice), ``warn`` (it works, and should not stay so) or ``wrong``."""

    what: str
    state: str
    why: str = ""
