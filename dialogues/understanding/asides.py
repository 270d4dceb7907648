"""Two things in one message, one of them how news is wanted or in which language: «μη μου γράφετε πριν τις 10, και
πείτε μου τι γίνεται με την άδεια». Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dialogues.understanding.acts import language_in
from dialogues.understanding.preference_phrases import PreferencePhrases
from dialogues.understanding.rights_phrases import PREFER
from nlu.clauses import clauses

_FEWEST = 2  # words of what is said beside


class Parted(NamedTuple):
    """``aside``: a preference's kind and value; ``rest``: what else the message says."""

    aside: tuple[str, str]
    rest: str


def parted(text: str, about: str, phrases: PreferencePhrases) -> Parted | None:
    """The message in its two parts; ``None`` where it is one."""
    pieces = clauses(text)
    for n, piece in enumerate(pieces if len(pieces) > 1 else ()):
        rest = ", ".join((*pieces[:n], *pieces[n + 1 :]))
        if len(rest.split()) >= _FEWEST and (aside := _wish(piece, about, phrases)):
            return Parted(aside, rest)
    return None


def _wish(text: str, about: str, phrases: PreferencePhrases) -> tuple[str, str] | None:
    return next(_wishes(text, about, phrases), None)


def _wishes(text: str, about: str, phrases: PreferencePhrases) -> Iterator[tuple[str, str]]:
    said = phrases.asked(text, about)
    if said is not None and said.intent == PREFER and said.wish:
        yield said.wish
    if (language := language_in(text)) and said is None:
        yield "language", language
