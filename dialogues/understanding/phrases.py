"""Phrases found anywhere in a message by their words, however these are typed. Their tables are YAML beside this file.

A word is compared by its phonetic key (:mod:`nlu.fold`), a long one with one slip forgiven. A table holds ``lists`` of
words by name and ``phrases`` by intent. In a group of words ``@name`` stands for a list, and ``νερ*`` for whatever
begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogues.understanding.known_words import is_key_of_a_word
from nlu.fold import fold
from nlu.memory import remembered
from nlu.yaml_file import read_yaml

NEAR, GAP = 6, 2  # words: how far apart the groups of a phrase stand, in any order and in theirs
_COMMA, _STOP = 2, 30  # words that a comma and the end of a sentence count for
_PAUSE = re.compile(r"([.!?;·…\n]+(?=\s|$)|[.!?;·…\n]{2,}|\n|[,:()\"“”«»]+)")
_WHY = re.compile(r"\bwhy\b", re.IGNORECASE)
_MOST_WORDS = 80  # of a message that are looked at
_MOST_CHARACTERS = 2_000  # more than so many words have, unless they are none
_LONG = 6  # letters of a key in which one slip is forgiven, where that makes no other word
_REMEMBERED = 1 << 12  # words
_SAME = 3  # letters at the beginning that have to be right; the fewest of an open word


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a table. ``open``: anything may follow."""

    key: str
    open: bool = False

    def is_in(self, key: str) -> bool:
        """Does the key stand for this word?"""
        if key == self.key or (self.open and key.startswith(self.key)):
            return True
        if len(self.key) < _LONG or is_key_of_a_word(key):
            return False
        long = len(self.key)
        starts = (key[:n] for n in (long - 1, long, long + 1)) if self.open else (key,)
        return any(one_slip(start, self.key) for start in starts)


Group = frozenset[Word]


@dataclass(frozen=True, slots=True)
class Phrase:
    """``groups``: of each one word, near each other, in their order if ``ordered``. ``unless``: words that turn the
    whole message into something else. ``most``: words that the message has at most. ``whole``: it says nothing but
    words of the groups and of ``may``."""

    intent: str
    groups: tuple[Group, ...]
    ordered: bool = False
    reach: int = NEAR
    unless: Group = frozenset()
    most: int = _MOST_WORDS
    whole: bool = False
    may: Group = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """A message as keys and their places; a pause takes place as well."""

    keys: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Said:
        keys: list[str] = []
        places: list[int] = []
        at = 0
        for piece in _PAUSE.split(text[:_MOST_CHARACTERS]):
            if _PAUSE.fullmatch(piece):
                at += _COMMA if piece[0] in ',:()"“”«»' else _STOP
                continue
            for key in _key(piece).split():
                keys.append(key)
                places.append(at)
                at += 1
        return cls(tuple(keys[:_MOST_WORDS]), tuple(places[:_MOST_WORDS]))


class Phrases:
    """A table, ready to be asked. Holds nothing of any message."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        words = {word for phrase in self._phrases for group in _all(phrase) for word in group}
        self._exact: dict[str, frozenset[Word]] = {}
        self._others: dict[str, tuple[Word, ...]] = {}
        for word in words:
            if word.open or len(word.key) >= _LONG:
                self._others[word.key[:_SAME]] = (*self._others.get(word.key[:_SAME], ()), word)
            else:
                self._exact[word.key] = self._exact.get(word.key, frozenset()) | {word}
        self._words = remembered(_REMEMBERED)(self._look_up)
        self._holding: dict[Word, list[int]] = {}
        for number, phrase in enumerate(self._phrases):
            for word in min(phrase.groups, key=len):
                self._holding.setdefault(word, []).append(number)

    def find(self, text: str, *, whatever: bool = False) -> str | None:
        """The intent of the first phrase that the message holds. ``whatever``: no matter what else it says."""
        said = Said.of(text)
        hits = tuple(self._words(key) for key in said.keys)
        fitting = (phrase for phrase in self._among(hits) if _holds(phrase, hits, said.places, whatever=whatever))
        return next((phrase.intent for phrase in fitting), None)

    def _among(self, hits: Sequence[Group]) -> Iterator[Phrase]:
        """Those of which the group with the fewest words is there at all: of a hundred about one, in the table's
        order."""
        numbers = {number for word in frozenset().union(*hits) for number in self._holding.get(word, ())}
        return (self._phrases[number] for number in sorted(numbers))

    def _look_up(self, key: str) -> frozenset[Word]:
        """Those of the table that the key stands for."""
        near = (word for word in self._others.get(key[:_SAME], ()) if word.is_in(key))
        return self._exact.get(key, frozenset()).union(near)


def load_phrases(path: Path) -> Phrases:
    """A whole table from its file."""
    table: Mapping[str, Any] = read_yaml(path)
    return phrases_of(table["phrases"], table["lists"])


def phrases_of(entries: Mapping[str, Iterable[Mapping[str, Any]]], lists: Mapping[str, str]) -> Phrases:
    """A table from a file's section: phrases by intent."""
    return Phrases(phrase_of(intent, entry, lists) for intent, each in entries.items() for entry in each)


def phrase_of(intent: str, entry: Mapping[str, Any], lists: Mapping[str, str]) -> Phrase:
    """A phrase as a table writes it: ``near``, ``order`` or ``whole`` with groups of words, and what limits them."""
    kind = next(kind for kind in ("near", "order", "whole") if kind in entry)
    return Phrase(
        intent,
        tuple(group_of(words, lists) for words in entry[kind]),
        ordered=kind == "order",
        reach=entry.get("reach", GAP if kind == "order" else NEAR),
        unless=group_of(entry.get("unless", ""), lists),
        most=entry.get("most", _MOST_WORDS),
        whole=kind == "whole",
        may=group_of(entry.get("may", "@may" if kind == "whole" else ""), lists),
    )


def group_of(words: str, lists: Mapping[str, str]) -> Group:
    found: set[Word] = set()
    for word in words.split():
        if word.startswith("@"):
            found |= group_of(lists[word[1:]], lists)
        elif key := _key(word.rstrip("*")).replace(" ", ""):
            found.add(Word(key, word.endswith("*") and len(key) >= _SAME))
    return frozenset(found)


def _key(text: str) -> str:
    """Its key; ``why`` would be the key of «όχι»."""
    return fold(_WHY.sub("γιατί", text))


def one_slip(one: str, other: str) -> bool:
    """Do they differ by one letter too many, too few, wrong, or by two that changed places?"""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[at:], other[at:]
    swapped = len(rest) > 1 and rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    return swapped or rest[1:] in (other_rest, other_rest[1:]) or rest == other_rest[1:]


def _all(phrase: Phrase) -> tuple[Group, ...]:
    return (*phrase.groups, phrase.unless, phrase.may)


def _holds(phrase: Phrase, hits: Sequence[Group], places: Sequence[int], *, whatever: bool) -> bool:
    if len(hits) > phrase.most or (not whatever and any(words & phrase.unless for words in hits)):
        return False
    found = [[at for at, words in zip(places, hits, strict=True) if words & group] for group in phrase.groups]
    if not all(found):
        return False
    if phrase.whole:
        known = phrase.may.union(*phrase.groups)
        return all(words & known for words in hits)
    return _follows(found, phrase.reach) if phrase.ordered else _is_near(found, phrase.reach)


def _follows(found: Sequence[Sequence[int]], gap: int) -> bool:
    reached = list(found[0])
    for places in found[1:]:
        reached = [at for at in places if any(0 < at - before <= gap + 1 for before in reached)]
    return bool(reached)


def _is_near(found: Sequence[Sequence[int]], reach: int) -> bool:
    return any(all(any(abs(at - first) <= reach for at in places) for places in found[1:]) for first in found[0])
