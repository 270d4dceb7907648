"""Text as it was meant: typed on the other keyboard («ηελπ», ``u;elv na dv``), or drawn out («ναιιιι»)."""

from __future__ import annotations

import re

from dialogues.understanding.known_words import begins_a_word, is_english, is_word
from nlu.letters import GREEK_LETTER, LATIN_LETTER

_LATIN_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_GREEK_KEYS = ";ςερτυθιοπασδφγηξκλζχψωβνμ"
_TO_GREEK = str.maketrans(_LATIN_KEYS + "WERTYUIOPASDFGHJKLZXCVBNM", _GREEK_KEYS + "ΣΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ")
_TO_LATIN = str.maketrans(
    _GREEK_KEYS[1:] + "ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ" + "άέήίόύώ",
    _LATIN_KEYS[1:] + "ERTYUIOPASDFGHJKLZXCVBNM" + "aehioyv",
)
_ACCENT = re.compile(r"[;:'](?=[aehioyvAEHIOYV])")  # the dead keys of accent and dialytika
_WORD = re.compile(r"[^\W\d_]+")
_DRAWN_OUT = re.compile(r"([^\W\d_wW])\1{2,}")
_NAH = re.compile(r"^\W*na+h\W*$", re.IGNORECASE)  # its phonetic key would be that of «ναι»
_WAYS = re.compile(r"[\d@/\\]|www|http")  # what holds these is no mere words
_SHORTEST = 3  # letters of a word that tells
_MOST = 200  # characters


def as_meant(text: str) -> str:
    """The same text where it makes words as it stands."""
    if len(text) > _MOST or _WAYS.search(text):  # letters may stand for digits there
        return text
    drawn = _NAH.sub("nope", _DRAWN_OUT.sub(r"\1", text))
    greek, latin = GREEK_LETTER.search(drawn), LATIN_LETTER.search(drawn)
    if latin and not greek:
        return _in_greek(drawn)
    return _in_latin(drawn) if greek and not latin else drawn


def _in_greek(text: str) -> str:
    """Latin letters that make no words, and Greek ones by the keys they stand on."""
    words = _WORD.findall(text.lower())
    strange = [word for word in words if len(word) > 1 and not is_word(word)]
    if not strange:
        return text
    meant = _ACCENT.sub("", text).translate(_TO_GREEK)
    told = _WORD.findall(meant.lower())
    return meant if _tells(told) and all(map(is_word, told)) else text


def _in_latin(text: str) -> str:
    words = _WORD.findall(text.lower())
    if sum(map(is_word, words)) * 2 >= len(words):
        return text
    meant = text.translate(_TO_LATIN)
    told = _WORD.findall(meant.lower())
    cut_short = len(words) == 1 and len(words[0]) <= _SHORTEST and begins_a_word(words[0])  # «ποτ» is no "pot"
    return meant if _tells(told) and all(map(is_english, told)) and not cut_short else text


def _tells(words: list[str]) -> bool:
    return any(len(word) >= _SHORTEST for word in words)
