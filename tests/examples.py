"""How many examples a property is tried with: all it asks for, or few where ``EXAMPLES=fast`` (``make fast``)."""

from __future__ import annotations

import os

PROFILE = os.environ.get("EXAMPLES", "house")
FEW = 20


def examples(wanted: int) -> int:
    """For a property that asks for more, or fewer, than others: in the quick suite a tenth, if that is not too few."""
    return min(wanted, max(FEW, wanted // 10)) if PROFILE == "fast" else wanted
