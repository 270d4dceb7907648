"""Two wishes about two things in one message: «Πότε βγαίνουν τα ένσημα και τι λείπει από το κτηματολόγιο;». Pure.

Each half is heard by itself. Only what tells something counts: an act needs the whole message to ask for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

from dialogues.understanding.reading import Reading
from nlu.clauses import clauses
from nlu.fold import fold

TELLING = frozenset(
    {
        "ask_case_status", "ask_facet", "ask_fees", "ask_missing_documents", "ask_office_hours", "certificate_status",
        "help", "request_certificate",
    }
)  # fmt: skip
"""Wishes that are answered and change nothing."""
PERSON = "talk_to_human"
"""What may be wanted last, after an answer."""
_CERTIFICATE = "request_certificate"
_SURELY = 0.75
_OF_CASES = frozenset({"ask_case_status", "ask_facet", "ask_missing_documents"})
_CASE = tuple(map(fold, ["υπόθεσ", "αίτησ", "φάκελ", "διόρθωσ", "αποζημίωσ", "case", "applicat", "claim"]))
_IN_A_ROW = re.compile(
    r"\s*[,;.]?\s*(?:(?:και|κι|κ|and|also)\s*,?\s+)?(?<!\w)(?:δεύτερον|δευτερον|second|secondly|επίσης|επισης|also|besides)"
    r"(?!\w)\s*,?\s*",
    re.IGNORECASE,
)
"""«και, δεύτερον,»: no more than an *and*. «πρώτον» says nothing at all."""
_K = re.compile(r"\s+k\s+", re.IGNORECASE)  # «κ» in Latin letters
_FIRST = re.compile(r"(?<!\w)(?:πρώτον|πρωτον|firstly)(?!\w)\s*,?\s*", re.IGNORECASE)
NAMES = ("case_ref", "procedure", "agency", "certificate_type")
_UNCLEAR = frozenset({"nlu_fallback", "out_of_scope"})
"""What the first half may be as well: a case is named by its own words, which only its answer knows."""
_ASK_FACET = "ask_facet"
_OF_A_CASE = frozenset({"until", "documents", "submit", "late", "extension", "todo", "make"})
"""What, of a case that lacks a paper, is asked by the paper alone."""
_TWO = 2
_LIKELY = 0.45
"""From this probability on a half is a wish of its own."""
_MOST_CLAUSES = 6
_ASKS = (
    "πότε πού πως πώς τι ποιος ποια ποιο ποιες ποιοι ποιον πόσο πόσα πόσες πόση γιατί γτ "
    "θέλω θέλει θέλουν ήθελα πες πείτε μπορώ "
    "μπορείς μπορείτε βγάλε βγάλεις βγάλετε λείπει λείπουν χρειάζεται χρειάζομαι γίνεται πάει βρίσκεται νέα "
    "βάλε βάλτε μιλήσω συνδέστε σύνδεσέ δώστε talk speak put "
    "when where how what who which why want need can could status news update is are do does missing"
)
_WORD = re.compile(r"[^\W\d_]+")
_QUESTION = re.compile(r"[;?\u037e]")


def two_wishes(text: str, read: Callable[[str], Reading]) -> Reading | None:
    """The first half as ``read`` hears it, with the second as what comes ``then``; ``None`` where it is one wish, or
    both are about the same."""
    pieces = clauses(_K.sub(" και ", _IN_A_ROW.sub(" και ", _FIRST.sub("", text))))
    if not 1 < len(pieces) <= _MOST_CLAUSES or sum(map(asks_something, pieces)) < _TWO:
        return None
    for place in range(1, len(pieces)):
        halves = (", ".join(pieces[:place]), ", ".join(pieces[place:]))
        if all(map(asks_something, halves)) and (both := _both(*map(read, halves))):
            return both
    return None


def _both(first: Reading, second: Reading) -> Reading | None:
    """Both halves, where the second names something else than the first, or asks something else of what that names.
    What ends with a question of ours comes last: a certificate; and so does a person."""
    if second.intent == PERSON and second.confidence >= _SURELY:
        return _in_turn(first, second) if _is_wish(first) else None
    if not _is_wish(second) or not (_is_wish(first) or first.intent in _UNCLEAR):
        return None
    if _CERTIFICATE in (first.intent, second.intent) and first.intent != second.intent:
        case, paper = (second, first) if first.intent == _CERTIFICATE else (first, second)
        if case.intent in _OF_CASES and _is_of_a_case(case, paper) and _is_named(paper):
            return _in_turn(case, paper)
    about, before = _named(second), _named(first)
    own = second.intent == _ASK_FACET and second.facet in _OF_A_CASE and second.facet != first.facet
    if about - before if about else (before and own and _is_wish(first)):
        return _in_turn(first, second)
    return None


def _in_turn(first: Reading, second: Reading) -> Reading:
    return replace(first, then=replace(second, second_facet=None), second_facet=None)


def _is_of_a_case(reading: Reading, beside: Reading) -> bool:
    """Has it a word for a case, or a name of its own?"""
    return bool(_named(reading) - _named(beside)) or any(w.startswith(_CASE) for w in fold(reading.text).split())


def _is_named(reading: Reading) -> bool:
    return reading.has("certificate_type")


def asks_something(piece: str) -> bool:
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
