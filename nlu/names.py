"""Names of certificates, agencies and procedures in a message: a fuzzy match of folded stems over the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.fold import fold_word
from nlu.letters import greek_codes, plain
from nlu.memory import LONGEST_WORD, Remembered, remembered
from nlu.references import Reading
from nlu.yaml_file import read_yaml

FILES = {"certificate_type": "certificates.yml", "agency": "agencies.yml", "procedure": "procedures.yml"}

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?|(?:[eEεΕ]-)?(?<!\d)\d*[^\W\d_][^\W_]*")
_BREAK = re.compile(r"[.,;!?:·\n]")
_SMALL_WORDS = (
    "ο η το οι τα του της των τον την τη τους τις και κι για από στο στη στην στον μου σου μας σας ένα μια με σε ότι "
    "είναι είμαι a an the of for my your from to i e"
)
_IGNORED = frozenset(map(fold_word, _SMALL_WORDS.split()))
_SHORT = {
    "πιστ": "πιστοποιητικό", "πιστοπ": "πιστοποιητικό", "πιστκο": "πιστοποιητικό", "βεβ": "βεβαίωση",
    "οικογ": "οικογενειακής",
    "κατ": "κατάστασης", "αντ": "αντίγραφο", "αντιγρ": "αντίγραφο", "αντιγ": "αντίγραφο", "αποσπ": "απόσπασμα",
    "ασφ": "ασφαλιστική", "ασφαλ": "ασφαλιστική", "ενημ": "ενημερότητα", "προυπ": "προϋπηρεσία",
    "κτημ": "κτηματολογίου",
    "κτηματ": "κτηματολογίου", "οικοδ": "οικοδομική", "cert": "certificate", "ληξ": "ληξιαρχική", "γεν": "γέννησης",
}  # fmt: skip
"""Words as they are cut short in an SMS; only as a part of a name, never alone."""
_REMEMBERED = 20_000  # words whose look-up is kept
_INTRUDERS = 1  # words that may stand between those of a name


@dataclass(frozen=True, slots=True)
class Entry:
    """One certificate, agency or procedure. ``registry`` and ``mitos`` are empty where there is none."""

    kind: str
    code: str
    el: str
    en: str
    registry: str = ""
    mitos: str = ""
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@cache
def read_catalogue(folder: Path | None = None) -> tuple[Entry, ...]:
    """The entries of ``folder`` (nlu/catalogue unless another is given)."""
    where = folder or Path(__file__).with_name("catalogue")
    return tuple(entry for kind, file in FILES.items() for entry in _entries(kind, where / file))


def _entries(kind: str, file: Path) -> Iterator[Entry]:
    for code, fields in read_yaml(file).items():
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        yield Entry(kind, code, **{**fields, **lists})


def stem(key: str) -> str:
    """A key without its inflection: ``enimerotitas`` -> ``enimerotit``, ``adias`` -> ``adia``."""
    bare = key.rstrip("sn")
    bare = bare[:4] + bare[4:].rstrip("aeiou")
    return bare[:-2] if len(bare) > 6 and bare.endswith("mat") else bare


def _near(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    return 0 if length < 6 else 1 if length < 10 else 2


@cache
def _shortened() -> dict[str, str]:
    return {fold_word(cut): stem(fold_word(whole)) for cut, whole in _SHORT.items()}


@dataclass(frozen=True, slots=True)
class _Token:
    """A word. ``clause`` counts the punctuation before it: a name does not reach over a comma."""

    key: str
    stem: str
    look: str
    start: int
    end: int
    clause: int


@remembered(1 << 14)
def _forms(word: str) -> tuple[str, str, str]:
    """A word's key, stem, and capitals in one script; nothing of what is too long for a name."""
    if len(word) > LONGEST_WORD:
        return "", "", ""
    key = fold_word(word)
    return key, stem(key), greek_codes(plain(word).text).replace(".", "").removeprefix("Ε-")


@dataclass(frozen=True, slots=True)
class _Name:
    entry: Entry
    stems: frozenset[str]


class Names:
    """Finds the catalogue's entries. Build it once (about 30 ms); it holds no state of a message."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        self._names = [_Name(e, frozenset(_stems(name))) for e in entries for name in e.names]
        self._by_stem: dict[str, list[_Name]] = {}
        for name in self._names:
            for part in name.stems:
                self._by_stem.setdefault(part, []).append(name)
        self._stems = list(self._by_stem)
        self._words = {fold_word(word): e for e in entries for word in e.words}
        self._long_words = [key for key in self._words if _near(len(key) - 2)]
        self._acronyms = {_forms(word)[2]: e for e in entries for word in e.acronyms}
        self._unless = {(e.kind, e.code): frozenset(fold_word(word) for word in e.unless) for e in entries}
        self._similar = Remembered(self._find_similar, _REMEMBERED)
        self._misspelt = Remembered(self._find_misspelt, _REMEMBERED)

    def find(self, text: str) -> Iterator[Reading]:
        """Every reading of kind ``certificate_type``, ``agency`` or ``procedure``; they may overlap."""
        tokens = list(_tokens(text))
        content = [(i, token) for i, token in enumerate(tokens) if token.key not in _IGNORED]
        yield from self._phrases(tokens, content)
        for i, token in content:
            if found := self._acronyms.get(token.look):
                yield Reading(found.kind, found.code, token.start, token.end, 0.9)
            elif (found := self._word(token.key)) and not self._spoilt(found, tokens[max(0, i - 2) : i + 3]):
                yield Reading(found.kind, found.code, token.start, token.end, 0.6)

    def _word(self, key: str) -> Entry | None:
        if key in self._words or not _near(len(key) - 2):
            return self._words.get(key)
        return self._misspelt(key)

    def _find_misspelt(self, key: str) -> Entry | None:
        near = process.extractOne(key, self._long_words, scorer=OSA.distance, score_cutoff=1)
        return self._words[near[0]] if near and near[0][0] == key[0] and near[0][-2:] == key[-2:] else None

    def _phrases(self, tokens: list[_Token], content: list[tuple[int, _Token]]) -> Iterator[Reading]:
        found = [self._stems_like(_shortened().get(token.key, token.stem)) for _, token in content]
        present = {part for parts in found for part in parts}
        names = {id(name): name for part in present for name in self._by_stem[part] if name.stems <= present}
        places = _places(found)
        for name in names.values():
            for first, last in _windows(name.stems, found, places):
                start, end = content[first][0], content[last][0]
                if tokens[start].clause != tokens[end].clause or self._spoilt(
                    name.entry, tokens[max(0, start - 1) : end + 2]
                ):
                    continue
                strangers = last - first + 1 - len(name.stems)
                confidence = min(0.99, 0.7 + 0.1 * len(name.stems)) - 0.35 * strangers
                yield Reading(name.entry.kind, name.entry.code, tokens[start].start, tokens[end].end, confidence)

    def _stems_like(self, word: str) -> tuple[str, ...]:
        if word in self._by_stem:
            return (word,)
        if not _near(len(word)):
            return ()
        return self._similar(word)

    def _find_similar(self, word: str) -> tuple[str, ...]:
        near = process.extract(word, self._stems, scorer=OSA.distance, score_cutoff=_near(len(word)), limit=2)
        return tuple(part for part, _, _ in near if part[0] == word[0] and _near(len(part)))

    def _spoilt(self, entry: Entry, around: list[_Token]) -> bool:
        unless = self._unless[entry.kind, entry.code]
        return any(token.key in unless for token in around)


def _places(found: list[tuple[str, ...]]) -> dict[str, list[int]]:
    """Where each stem stands."""
    places: dict[str, list[int]] = {}
    for at, parts in enumerate(found):
        for part in parts:
            places.setdefault(part, []).append(at)
    return places


def _windows(
    stems: frozenset[str], found: list[tuple[str, ...]], places: dict[str, list[int]]
) -> Iterator[tuple[int, int]]:
    """Shortest runs of words that hold every stem of a name."""
    for first in sorted({at for part in stems for at in places[part]}):
        missing = set(stems)
        for last in range(first, min(first + len(stems) + _INTRUDERS, len(found))):
            hit = missing.intersection(found[last])
            missing -= set(list(hit)[:1])
            if not missing:
                yield first, last
                break


def _stems(name: str) -> Iterator[str]:
    keys = [token.key for token in _tokens(name)]
    return (stem(key) for key in keys if key not in _IGNORED)


def _tokens(text: str) -> Iterator[_Token]:
    clause, before = 0, 0
    for m in _TOKEN.finditer(text):
        clause += bool(_BREAK.search(text, before, m.start()))
        before = m.end()
        yield _Token(*_forms(m[0]), m.start(), m.end(), clause)


@cache
def default_names() -> Names:
    """The names of this counter's own catalogue, read when first asked for."""
    return Names(read_catalogue())
