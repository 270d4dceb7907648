"""The cues of nlu/catalogue/facet_cues.yml in a folded message: words that stand in order, a few others between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nlu.fold import fold, fold_word
from nlu.memory import remembered
from nlu.yaml_file import read_yaml

_STAR = "*"
_REMEMBERED = 20_000  # words whose look-up is kept
_BETWEEN = 2  # other words between two of a cue


class Word(NamedTuple):
    """A word of a cue: its key, and whether a word may go on after it."""

    key: str
    goes_on: bool

    def fits(self, word: str) -> bool:
        return word.startswith(self.key) if self.goes_on else word == self.key


Cue = tuple[Word, ...]


def read_cues(file: Path | None = None) -> Mapping[str, Sequence[tuple[str, Cue]]]:
    """By the first letter of their first word: (what it is a cue of, the cue). Raises OSError."""
    where = file or Path(__file__).with_name("catalogue") / "facet_cues.yml"
    by_letter: dict[str, list[tuple[str, Cue]]] = {}
    for name, lines in read_yaml(where).items():
        for line in lines:
            cue = tuple(_word(word) for word in str(line).split())
            by_letter.setdefault(cue[0].key[:1], []).append((name, cue))
    return by_letter


def cue_grams(key: str) -> Iterator[str]:
    """What the message has cues of, each once; a cue of several words counts by itself as well."""
    words = key.split()
    found = {mark for at in range(len(words)) for mark in _marks(words, at)}
    yield from sorted(found)


def _marks(words: Sequence[str], at: int) -> Iterator[str]:
    for name, cue in _begun_by(words[at]):
        if _goes_on(cue, words, at):
            yield f"?{name}"
            if len(cue) > 1:
                yield f"?{name}+"


@remembered(_REMEMBERED)
def _begun_by(word: str) -> Sequence[tuple[str, Cue]]:
    """The cues whose first word it is; none for most words."""
    return tuple((name, cue) for name, cue in _cues().get(word[:1], ()) if cue[0].fits(word))


def _goes_on(cue: Cue, words: Sequence[str], at: int) -> bool:
    """Whether a cue's other words follow its first one."""
    for word in cue[1:]:
        ahead = range(at + 1, min(at + 2 + _BETWEEN, len(words)))
        at = next((place for place in ahead if word.fits(words[place])), -1)
        if at < 0:
            return False
    return True


def _word(written: str) -> Word:
    if written.endswith(_STAR):
        return Word(fold_word(written[:-1]), goes_on=True)
    return Word(fold(written), goes_on=False)


@cache
def _cues() -> Mapping[str, Sequence[tuple[str, Cue]]]:
    return read_cues()
