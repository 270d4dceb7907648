"""What an employee should know before the first word, by rules alone: why a person is wanted, what was said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from casestore.conversations.transcript import Author
from casestore.staff.talks import ShownLine, Talk

MOST = 3
_LONGEST = 160


def summary(talk: Talk, lines: Sequence[ShownLine], citizen: Mapping[str, Any]) -> dict[str, Any]:
    """``reason``; ``said``: the citizen's newest words, oldest first; ``unanswered``: how many messages after the last
    answer of anybody; ``missing``: papers that open cases wait for."""
    said = [line.text.strip()[:_LONGEST] for line in lines if line.author is Author.CITIZEN and line.text.strip()]
    return {
        "reason": talk.reason or "none",
        "asked_at": talk.asked_at.isoformat() if talk.asked_at else None,
        "said": said[-MOST:],
        "unanswered": _unanswered(lines),
        "open_cases": sum(not case["closed"] for case in citizen["cases"]),
        "missing": [
            f"{case['reference']}: {paper['title']}"
            for case in citizen["cases"]
            if not case["closed"]
            for paper in case["missing"]
        ][:MOST],
    }


def _unanswered(lines: Sequence[ShownLine]) -> int:
    count = 0
    for line in reversed(lines):
        if line.author is not Author.CITIZEN:
            break
        count += 1
    return count
