"""Two wishes about two things in one message: «Πότε βγαίνουν τα ένσημα και τι λείπει από το κτηματολόγιο;». Pure.

Each half is heard by itself. Only what tells something counts: an act needs the whole message to ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from dialogues.understanding.reading import Reading
from nlu.facets import clauses
from nlu.fold import fold

TELLING = frozenset(
    {
        "ask_case_status", "ask_facet", "ask_fees", "ask_missing_documents", "ask_office_hours", "certificate_status",
        "help", "request_certificate",
    }
)  # fmt: skip
"""Wishes that are answered and change nothing."""
NAMES = ("case_ref", "procedure", "agency", "certificate_type")
_LIKELY = 0.45
"""From this probability on a half is a wish of its own."""
_MOST_CLAUSES = 6
_ASKS = (
    "πότε πού πως πώς τι ποιος ποια ποιο ποιες ποιοι ποιον πόσο πόσα πόσες πόση γιατί γτ θέλω θέλει θέλουν ήθελα πες πείτε μπορώ "
    "μπορείς μπορείτε βγάλε βγάλεις βγάλετε λείπει λείπουν χρειάζεται χρειάζομαι γίνεται πάει βρίσκεται νέα "
    "when where how what who which why want need can could status news update is are do does missing"
)
_WORD = re.compile(r"[^\W\d_]+")
_QUESTION = re.compile(r"[;?\u037e]")


def two_wishes(text: str, read: Callable[[str], Reading]) -> Reading | None:
    """The first half as ``read`` hears it, with the second as what comes ``then``; ``None`` where it is one wish, or
    both are about the same."""
    pieces = clauses(text)
    if not 1 < len(pieces) <= _MOST_CLAUSES:
        return None
    asking = [heard for piece in pieces if _asks(piece) and _is_wish(heard := read(piece))]
    for place, second in enumerate(asking[1:]):
        first = asking[place]
        if (about := _named(second)) and not about & _named(first):
            return replace(first, then=replace(second, second_facet=None), second_facet=None)
    return None


def _asks(piece: str) -> bool:
    """Has it a question mark, or a word that asks?"""
    return bool(_QUESTION.search(piece)) or any(fold(word) in _keys() for word in _WORD.findall(piece))


def _is_wish(reading: Reading) -> bool:
    return reading.intent in TELLING and reading.confidence >= _LIKELY


def _named(reading: Reading) -> frozenset[str]:
    return frozenset(_values(reading))


def _values(reading: Reading) -> Iterable[str]:
    return (found.value for found in reading.entities if found.entity in NAMES)


@cache
def _keys() -> frozenset[str]:
    return frozenset(fold(word) for word in _ASKS.split())
