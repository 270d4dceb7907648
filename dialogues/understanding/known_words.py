"""Which words are words: what no language knows may be a slip, or typed on the wrong keyboard."""

from __future__ import annotations

from functools import cache

from nlu.fold import fold_word
from nlu.language import default_detector
from nlu.letters import GREEK_LETTER


def is_word(word: str) -> bool:
    """Is this, in small letters, a frequent Greek word in any spelling, or an English one?"""
    if GREEK_LETTER.search(word):
        return fold_word(word) in default_detector().greek
    return word in default_detector().english or fold_word(word) in default_detector().greek


def is_english(word: str) -> bool:
    return word in default_detector().english


def begins_a_word(word: str) -> bool:
    """Is it the beginning of a frequent Greek word, as it is cut short in an SMS?"""
    return any(key.startswith(fold_word(word)) for key in default_detector().greek)


def is_key_of_a_word(key: str) -> bool:
    """Is it the phonetic key of a frequent word?"""
    return key in default_detector().greek or key in _english_keys()


@cache
def _english_keys() -> frozenset[str]:
    return frozenset(map(fold_word, default_detector().english))
