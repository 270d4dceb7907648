"""What words mean: found in a message by their folded stems, however they are typed and inflected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from dialogues.say import LocalizedText
from nlu.fold import fold, fold_word
from nlu.names import stem
from nlu.yaml_file import read_yaml

FILE = Path(__file__).with_name("terms.yml")

_SMALL_WORDS = "ο η το οι τα του της των τον την τη τους τις και ή the a an of and or"
_UNSAID = frozenset(map(fold_word, _SMALL_WORDS.split()))  # no part of a name
_FORGIVEN = 8
"""A stem of this length or longer is still known with one letter wrong."""

_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}[^\W\d_]?")  # Α.Φ.Μ. is one word

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the counter: ``means`` goes on where the title and a colon end."""

    code: str
    title: LocalizedText
    means: LocalizedText
    names: tuple[str, ...]


class Terms:
    """The terms by code, and found in what people write. Pure; built once."""

    def __init__(self, terms: Mapping[str, Term]) -> None:
        self._terms = terms
        self._names = {stems: term for term in terms.values() for name in _names(term) if (stems := stems_of(name))}
        self._longest = max(map(len, self._names), default=0)
        self._stems = frozenset(part for name in self._names for part in name)
        self._long = tuple(part for part in self._stems if len(part) >= _FORGIVEN)

    def of(self, code: str) -> Term | None:
        """The term of a stage, a paper or a service."""
        return self._terms.get(code)

    def all(self) -> tuple[Term, ...]:
        return tuple(self._terms.values())

    def find(self, text: str) -> Term | None:
        """The term whose name is the longest in the text; of two equally long, the one that comes first."""
        words = stems_of(text)
        return self._longest_in(words) or self._longest_in(tuple(map(self._forgiven, words)))

    def _longest_in(self, words: Stems) -> Term | None:
        for size in range(min(self._longest, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                if found := self._names.get(words[start : start + size]):
                    return found
        return None

    def _forgiven(self, word: str) -> str:
        """The stem that was meant, where one letter is wrong."""
        if word in self._stems or len(word) < _FORGIVEN:
            return word
        near = process.extractOne(word, self._long, scorer=OSA.distance, score_cutoff=1)
        return near[0] if near else word


def stems_of(text: str) -> Stems:
    """A text's words in one spelling and without endings; articles are no part of a name."""
    joined = _DOTTED.sub(lambda dotted: dotted[0].replace(".", "") + " ", text)
    return tuple(found for word in fold(joined).split() if word not in _UNSAID and (found := stem(word)))


@cache
def load_terms(file: Path = FILE) -> Terms:
    """Read the terms. A malformed entry raises ``KeyError`` with its field."""
    entries = read_yaml(file).items()
    return Terms({code: _term(code, entry) for code, entry in entries})


def term_in(text: str) -> Term | None:
    """What the text asks about: the longest name of a term that it holds."""
    return load_terms(FILE).find(text)


def _term(code: str, entry: Mapping[str, Any]) -> Term:
    return Term(code, entry["title"], entry["means"], tuple(entry["names"]))


def _names(term: Term) -> Iterator[str]:
    yield from term.title.values()
    yield from term.names
