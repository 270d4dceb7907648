"""Cases by their own words: «το οικόπεδο στη Σύρο» is the case whose title has Σύρος in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dialogues.ports import CaseView
from nlu.clauses import clauses
from nlu.fold import fold
from nlu.names import stem

_SHORTEST = 4  # letters of a word that can tell a case
_BEGINNING = 5  # letters by which two forms of a word are one
_COMMON = frozenset(
    stem(word)
    for word in fold(
        "αίτηση υπόθεση φάκελος έγγραφο χαρτί άδεια διόρθωση στοιχείων πιστοποιητικό βεβαίωση αποζημίωση για από στον "
        "στην μου μας σας έχω είναι θέλω πρέπει πότε πώς πού γιατί τίποτα ακόμα μετά case application document status"
    ).split()
)
"""Words that a title may have and that tell no case from another."""
_FIRST = frozenset(
    fold("νωρίτερα πρώτο πρώτη πρώτα συντομότερα γρηγορότερα γρήγορο sooner soonest first earlier").split()
)
_LAST = frozenset(fold("αργότερα τελευταίο τελευταία αργό αργή αργεί later latest slowest").split())
_TWO = 2


def named_by(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """The cases whose title shares most telling words with the text; none where no title shares any, or all do."""
    said = {_key(word) for word in fold(text).split() if _tells(word)}
    shared = {case.reference: len(said & _words(case)) for case in cases}
    most = max(shared.values(), default=0)
    best = [case for case in cases if shared[case.reference] == most]
    return best if most and len(best) < len(cases) else []


def shares_words(text: str, case: CaseView) -> bool:
    """Has the text a telling word of the case's title?"""
    return any(_tells(word) and _key(word) in _words(case) for word in fold(text).split())


def each_named(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """The cases that the clauses of the text name, each just one: «το περιβόλι και το πατάρι» are two."""
    named = (named_by(clause, cases) for clause in clauses(text))
    return [one for found in named for one in found if len(found) == 1]


def compared(text: str, cases: Sequence[CaseView]) -> CaseView | None:
    """The one that is finished first, or last, where that is asked: «ποιο βγαίνει νωρίτερα;»."""
    said = set(fold(text).split())
    open_ = [case for case in cases if case.expected_by and not case.outcome]
    if len(open_) < _TWO or not said & (_FIRST | _LAST):
        return None
    return (min if said & _FIRST else max)(open_, key=lambda case: case.expected_by or date.max)


def names_title(text: str, title: str) -> bool:
    """Does the text have a telling word of this title?"""
    said = {_key(word) for word in fold(text).split() if _tells(word)}
    return any(_key(word) in said for word in fold(title).split() if _tells(word))


def _words(case: CaseView) -> set[str]:
    return {_key(word) for word in fold(case.title).split() if _tells(word)}


def _tells(word: str) -> bool:
    return len(word) >= _SHORTEST and stem(word) not in _COMMON


def _key(word: str) -> str:
    return stem(word)[:_BEGINNING]
