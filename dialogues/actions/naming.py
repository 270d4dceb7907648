"""Cases by their own words: «το οικόπεδο στη Σύρο» is the case whose title has Σύρος in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from rapidfuzz.distance import OSA

from dialogues.catalogue import title_words
from dialogues.ports import CaseView
from nlu.clauses import clauses
from nlu.denied import parted
from nlu.fold import fold
from nlu.language import default_detector
from nlu.names import stem

_SHORTEST = 4  # letters of a word that can tell a case; a name, with a capital, may have one less
_LONG = 6  # letters of a word in which one slip is forgiven
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
    """The cases whose title shares most telling words with what the text does not deny; none where no title shares any,
    or all do. A title's own word counts for more than another that means the same."""
    said = _said(parted(text)[0])
    shared = {case.reference: sum(_likeness(word, said) for word in _words(case.title)) for case in cases}
    most = max(shared.values(), default=0)
    best = [case for case in cases if shared[case.reference] == most]
    return best if most and len(best) < len(cases) else []


def denied_by(text: str, cases: Sequence[CaseView]) -> CaseView | None:
    """The one case that the text names to say that it is not meant."""
    _, denied = parted(text)
    found = named_by(denied, cases) if denied else []
    return found[0] if len(found) == 1 else None


def shares_words(text: str, case: CaseView) -> bool:
    """Has the text a telling word of the case's title?"""
    return names_title(text, case.title)


def each_named(text: str, cases: Sequence[CaseView]) -> list[CaseView]:
    """The cases that the clauses of the text name, each just one: «το περιβόλι και το πατάρι» are two."""
    named = (named_by(clause, cases) for clause in clauses(parted(text)[0]))
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
    said = _said(text)
    return any(_likeness(word, said) for word in _words(title))


def _said(text: str) -> frozenset[str]:
    return frozenset(key for word in fold(text).split() if len(word) >= _SHORTEST - 1 and (key := _key(word)))


def _words(title: str) -> frozenset[str]:
    """The words of a title that tell it: long ones, and short names («Κως») after the first word."""
    names = (word for word in title.split()[1:] if word[0].isupper())
    long = (word for word in fold(title).split() if len(word) >= _SHORTEST)
    short = (word for word in fold(" ".join(names)).split() if len(word) == _SHORTEST - 1)
    return frozenset(key for word in (*long, *short) if (key := _key(word)))


def _key(word: str) -> str | None:
    """What is compared of a word; ``None`` where many titles may have it. ``th`` before a consonant is read as τη in
    most words and as θ in names of places: here both are one."""
    return None if stem(word) in _COMMON else stem(re.sub("ti(?=[lmnr])", "t", word.replace("q", "t")))


def _likeness(word: str, said: Iterable[str]) -> int:
    """Two where the word itself is said, in whatever spelling; one where another is that means the same."""
    if any(_is_same(word, each) for each in said):
        return 2
    return int(any(_rows_of(word) & _rows_of(each) for each in said))


def _is_same(word: str, said: str) -> bool:
    if word[:_BEGINNING] == said[:_BEGINNING]:
        return True
    long = min(len(word), len(said)) >= _LONG and word[:2] == said[:2]
    return long and said not in default_detector().greek and OSA.distance(word, said, score_cutoff=1) <= 1


def _rows_of(word: str) -> frozenset[int]:
    return _rows().get(word[:_BEGINNING], frozenset())


@cache
def _rows() -> dict[str, frozenset[int]]:
    """The rows of words with one meaning that a word is in, by its beginning."""
    rows: dict[str, frozenset[int]] = {}
    for place, words in enumerate(title_words()):
        for key in filter(None, map(_key, map(fold, words))):
            rows[key[:_BEGINNING]] = rows.get(key[:_BEGINNING], frozenset()) | {place}
    return rows
