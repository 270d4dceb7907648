"""What the words of a message are about: ``ανέβασα``, ``κατέθεσα`` and ``uploaded`` are all of the concept ``sent``.

A hand-written list (nlu/catalogue/concepts.yml) of beginnings of words. The model counts concepts beside n-grams, so
that what it learnt of one word it knows of its synonyms, and of the other language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from nlu.fold import fold, fold_word
from nlu.memory import LONGEST_WORD, remembered
from nlu.yaml_file import read_yaml

_WHOLE = "."
_SHORTEST = 3  # letters of a beginning: two begin anything
_REMEMBERED = 20_000  # words whose look-up is kept
_MOST = 4  # more words of either kind tell nothing more
_NEGATION = "negation"

Concepts = tuple[str, ...]


def read_concepts(file: Path | None = None) -> tuple[Mapping[str, Concepts], Mapping[str, Concepts]]:
    """Whole words and beginnings, by their keys, each with its concepts. Raises OSError."""
    where = file or Path(__file__).with_name("catalogue") / "concepts.yml"
    whole: dict[str, Concepts] = {}
    begins: dict[str, Concepts] = {}
    for concept, words in read_yaml(where).items():
        for word in words.split():
            key = fold(word.removesuffix(_WHOLE)) if word.endswith(_WHOLE) else fold_word(word)
            table = whole if word.endswith(_WHOLE) or len(key) < _SHORTEST else begins
            table[key] = tuple(dict.fromkeys((*table.get(key, ()), concept)))
    return whole, begins


def concept_grams(key: str) -> Iterator[str]:
    """The concepts of a folded message, each with the one that follows it, what is denied, and how much is unknown.

    A placeholder (``__ref__``) is a concept of its own. Marks that no n-gram of words carries keep them apart.
    """
    in_turn: list[str] = []
    unknown = 0
    for word in key.split():
        found = (word,) if word.startswith("__") else concepts(word)
        yield from ("@" + concept for concept in found)
        in_turn += found[:1]
        unknown += not found and len(word) > _SHORTEST
    yield from (f"@{first} {second}" for first, second in pairwise(in_turn))
    if _NEGATION in in_turn:
        yield from (f"@{_NEGATION}>{denied}" for denied in in_turn[in_turn.index(_NEGATION) + 1 :][:_MOST])
    yield f"@{min(len(in_turn), _MOST)}/{min(unknown, _MOST)}"


@remembered(_REMEMBERED)
def concepts(word: str) -> Concepts:
    """The concepts of one word of a key; none for most words."""
    whole, begins = _tables()
    if word in whole:
        return whole[word]
    sizes = range(min(len(word), LONGEST_WORD), _SHORTEST - 1, -1)
    return next((begins[word[:size]] for size in sizes if word[:size] in begins), ())


@cache
def _tables() -> tuple[Mapping[str, Concepts], Mapping[str, Concepts]]:
    return read_concepts()
