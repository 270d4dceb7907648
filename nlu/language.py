"""Which language a message is in: Greek, Greek in Latin letters, or English.

Greek letters decide by themselves. Between Greeklish and English each word is looked up twice: by its phonetic key
among Greek words, and as it stands among English ones. How much more frequent it is in one than in the other is its
evidence. General detectors take Greeklish for Slovene or Irish, so none is used. Frequencies: ``wordfreq`` (its data
is CC BY-SA 4.0).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

from nlu.fold import SHORTHAND, fold_word
from nlu.letters import GREEK_LETTER, LATIN_LETTER, as_letters, one_script
from nlu.names import read_catalogue
from nlu.references import mask

Language = Literal["el", "greeklish", "en", "unknown"]

_WORDS = 8_000
_RARE = 1e-6  # the frequency of a word that a list does not hold
_FIELD = 2e-5  # and of this field's own words, rare in the general lists
_LOUDEST = 5.0  # one word's evidence is no more than this, in natural logarithms
_SURE = 0.7
_GREEK_SHARE = 0.35  # of the letters; a Greek sentence may hold some English

_WORD = re.compile(r"(?:[^\W\d_]|(?<=[^\W\d_])['’](?=[^\W\d_])|[389](?=[^\W\d_])|(?<=[^\W\d_])[389])+")
_PLACEHOLDER = re.compile(r"__[a-z]+__")
_FIELD_WORDS = (
    "άκυρο ακύρωση ακύρωσε άστο άσε υπάλληλος υπάλληλο δικαιολογητικά ειδοποιήσεις ειδοποίηση ραντεβού κωδικός "
    "παράβολο ωράριο συνδεθώ ταυτοποίηση καταγγελία εξουσιοδότηση ένσημα αίτηση αίτησή υπόθεσή "
    "εκκρεμεί εκκρεμότητες ξαναστείλτε"
)
_NEUTRAL_WORDS = (
    "ok okay stop start sms email mail pdf link otp pin code viber site online internet app file fax afm amka kaek kep "
    "efka tee ada iban update status gov gr www http https ad ef kt pp ke"
)
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
"""What both type alike: no evidence of either."""


@dataclass(frozen=True, slots=True)
class Detector:
    """Frequencies per word: ``greek`` by phonetic key, ``english`` in small letters."""

    greek: Mapping[str, float]
    english: Mapping[str, float]

    @classmethod
    def load(cls, words: int = _WORDS) -> Detector:
        """From wordfreq's small lists: their ``words`` most frequent, and the catalogue's (about 0.6 s, 2 MB)."""
        greek = {key: _FIELD for key in SHORTHAND if len(key) > 1}
        entries = read_catalogue()
        for name in _names((_FIELD_WORDS.split(), *(entry.names + entry.words for entry in entries)), GREEK_LETTER):
            greek[fold_word(name)] = _FIELD
        for word, frequency in _frequent("el", words):
            if GREEK_LETTER.match(word):
                key = fold_word(word)
                greek[key] = max(frequency, greek.get(key, 0.0))
        english = dict.fromkeys(_names((entry.names for entry in entries), LATIN_LETTER), _FIELD)
        english.update((word, frequency) for word, frequency in _frequent("en", words) if word.isascii())
        return cls(greek, english)

    def detect(self, text: str) -> Language:
        """The language of one message; ``unknown`` when it holds no telling word."""
        words = [
            word
            for word in _WORD.findall(one_script(_PLACEHOLDER.sub(" ", mask(as_letters(text)))))
            if word.lower() not in _NEUTRAL
        ]
        greek = sum(len(GREEK_LETTER.findall(word)) for word in words)
        latin = sum(len(LATIN_LETTER.findall(word)) for word in words)
        if greek and greek >= _GREEK_SHARE * (greek + latin):
            return "el"
        score = sum(map(self._evidence, words))
        return "greeklish" if score > _SURE else "en" if score < -_SURE else "unknown"

    def _evidence(self, word: str) -> float:
        """Above zero for Greek, below for English."""
        if not LATIN_LETTER.search(word):
            return 0.0
        english = self.english.get(word.lower().replace("’", "'"), _RARE)
        ratio = math.log(self.greek.get(fold_word(word), _RARE) / english)
        return max(-_LOUDEST, min(_LOUDEST, ratio))


def _names(groups: Iterable[Iterable[str]], letters: re.Pattern[str]) -> Iterator[str]:
    return (word.lower() for names in groups for name in names for word in name.split() if letters.match(word))


def _frequent(language: str, count: int) -> Iterator[tuple[str, float]]:
    """The most frequent words with their share of all words. wordfreq is imported here: it takes 0.2 s."""
    import wordfreq

    path = Path(wordfreq.__file__).with_name("data") / f"small_{language}.msgpack.gz"
    buckets = wordfreq.read_cBpack(str(path))  # the i-th holds the words of frequency 10^(-i/100)
    return islice(((word, 10 ** (-i / 100)) for i, bucket in enumerate(buckets) for word in bucket), count)


@cache
def default_detector() -> Detector:
    """Loaded when first asked for."""
    return Detector.load()


def detect(text: str, detector: Detector | None = None) -> Language:
    """The language of one message, by ``detector`` or the default one."""
    return (detector or default_detector()).detect(text)
