"""Mistakes that change nothing that could be noticed, and that no simpler code would rule out. They are not counted.

Few, each with its reason, and named by the line's text: a line that is changed is counted again.
"""

from __future__ import annotations

EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "bot/channels/viber/parse.py",
        "return Parsed((inbound,))",
        "nothing returned",
    ): "the quick way gives up, and the careful way reads the same",
    (
        "casestore/people/quiet_hours.py",
        "return min(end for end in self._ends(now) if end > now and not self.holds(end))",
        "comparison turned",
    ): "now is quiet here, so an end that is now is left out by what follows",
}
"""By file, line and what is done to it: why nothing comes of it."""
