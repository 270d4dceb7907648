"""Letters: marks off, look-alikes, and a plain copy of a text that keeps the way back to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

_DASHES = "‐‑‒–—―−﹘﹣－"
_DROPPED = "\0"

# By shape, as a reader sees them: used where one word mixes the two scripts.
LATIN_TO_GREEK = str.maketrans(
    "ABEZHIKMNOPTYXDFGLRSUVWCJQabezhikmnoptyxdfglrsuvwcjq",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧΔΦΓΛΡΣΥΒΩΣΞΘαβεζηικμνορτυχδφγλρσυνωσξθ",
)
GREEK_TO_LATIN = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ", "ABEZHIKMNOPTYXaeikvoptux")
_LOOKS_LIKE = dict(  # Cyrillic, and the signs of mathematics
    zip("АВЕЗКМНОРСТХУІЅЈГДЛПФ∆∏∑", "ABE3KMHOPCTXYISJΓΔΛΠΦΔΠΣ", strict=True)
)
_SIGNS = str.maketrans("∆∏∑", "ΔΠΣ")
_SIGN = re.compile("[∆∏∑]")

_CODE_TO_GREEK = dict(zip("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))  # only pairs that look the same

GREEK_LETTER = re.compile("[Ͱ-Ͽἀ-῿]")
LATIN_LETTER = re.compile("[A-Za-z]")
_ONLY_GREEK = re.compile("[ΓΔΘΛΞΠΣΦΨΩβγδζηθλμξπσςφψωάέήίόύώ]")
_ONLY_LATIN = re.compile("[CDFGJLQRSUVWbcdfghjlmnqrswyz]")
_WORD = re.compile(r"[^\W\d_]+")


def base(char: str) -> str:
    """``char`` without marks, in its compatible form: ``ΐ`` is ``ι``, ``ﬁ`` is ``fi``, a loose accent is empty."""
    return "".join(c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c) not in ("Mn", "Cf", "Me"))


class Table(dict[int, str]):
    """What `str.translate` replaces each code point by, worked out when met; remembered of alphabets, not of all."""

    def __init__(self, of: Callable[[str], str]) -> None:
        self._of = of

    def __missing__(self, code: int) -> str:
        found = self._of(chr(code))
        if code < _REMEMBERED:
            self[code] = found
        return found


_REMEMBERED = 0x10000  # behind it stand emoji and rare scripts


def _plain(char: str) -> str:
    """One upper-case character without marks."""
    if char in _DASHES:
        return "-"
    if char.isspace():
        return "\n" if char in "\r\n" else " "
    plain = base(char).upper()
    plain = _LOOKS_LIKE.get(plain, plain)
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return plain if len(plain) == 1 else char if plain else _DROPPED


_PLAIN = Table(_plain)
_CODES = Table(lambda char: _CODE_TO_GREEK.get(char, char))


def greek_codes(text: str) -> str:
    """``text`` with Latin capitals that look like Greek ones made Greek: what every code is compared by."""
    return text.translate(_CODES)


@dataclass(frozen=True, slots=True)
class Plain:
    """``text`` in capitals without marks. ``offsets[i]`` is where its ``i``-th character stands in the raw text."""

    text: str
    offsets: range | tuple[int, ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of a non-empty span of ``text``."""
        return self.offsets[start], self.offsets[end - 1] + 1


def plain(text: str) -> Plain:
    """Capitals, marks off, one kind of dash and of space, digits 0-9; characters without a look (joiners) dropped."""
    reduced = text.translate(_PLAIN)
    if _DROPPED not in reduced:
        return Plain(reduced, range(len(reduced)))
    kept = tuple(i for i, char in enumerate(reduced) if char != _DROPPED)
    return Plain("".join(reduced[i] for i in kept), kept)


_LOOSE = re.compile(
    "[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]"
)  # accents typed apart, joiners, soft hyphens


def without_loose_marks(text: str) -> Plain:
    """``text`` as it is, but for marks that stand as characters of their own."""
    if not _LOOSE.search(text):
        return Plain(text, range(len(text)))
    kept = tuple(i for i, char in enumerate(text) if not _LOOSE.match(char))
    return Plain("".join(text[i] for i in kept), kept)


def as_letters(text: str) -> str:
    """``text`` as it was meant, character by character: ∆ ∏ ∑ are the letters that they look like, and so are Latin
    capitals where a phone had no Greek ones to send: «TI XAPTIA;», «ΠOY EINAI;»."""
    if _SIGN.search(text):
        text = text.translate(_SIGNS)
    return _capitals(text) if text.isupper() and LATIN_LETTER.search(text) else text


def _capitals(text: str) -> str:
    words = _WORD.findall(text)
    alike = [word for word in words if _ALIKE.fullmatch(word)]
    if not _LATIN.isdisjoint(alike) or not (GREEK_LETTER.search(text) or _greek_alone(words, alike)):
        return text
    return _WORD.sub(lambda word: greek_codes(word[0]) if _ALIKE.fullmatch(word[0]) else word[0], text)


def _greek_alone(words: list[str], alike: list[str]) -> bool:
    return len(alike) == len(words) and any(len(word) >= _TELLING for word in alike)


_TELLING = 3  # letters: «:P» is no Greek
_ALIKE = re.compile(f"[{''.join(_CODE_TO_GREEK)}]+")
_LATIN_WORDS = (
    "THE THEY THEM THEN THAT IN IT AT AN AM BE BY HE HI HEY MY NO NOT ANY MAY MAN ONE TEN TIME MONTH NAME MONEY PAY "
    "TAX HOME MAKE TAKE NEXT OPEN OK OKAY YEP NOPE NAH PHONE PHOTO TEXT EMAIL PIN TIN KEP KAEK AMKA EXIT TAXI HTTP"
)
_LATIN = frozenset(_LATIN_WORDS.split())
"""Words of letters that look Greek and are none: where one stands, the others are Latin as well."""


def ascii_digits(text: str) -> str:
    """``text`` with the decimal digits of every script as 0 to 9, each in its place: ``٤٨٢٩``, ``４８２９``."""
    return text if text.isascii() else _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


def digits_for_letters(text: str) -> str:
    """``text`` with the letters that were typed for 0 and 1 as digits, in long numbers only: ``Ο9ΟΟΟΟΟ45``; the digits
    of other scripts as ours."""
    return _SLIP.sub(lambda number: number[0].translate(_AS_DIGITS), ascii_digits(text))


_ZEROS, _ONES = "OoΟοОо", "lLIΙιІі"
_AS_DIGITS = str.maketrans(_ZEROS + _ONES, "0" * len(_ZEROS) + "1" * len(_ONES))
_SLIP = re.compile(rf"(?<!\w)(?=(?:[{_ZEROS}{_ONES}]{{0,11}}\d){{2}})[\d{_ZEROS}{_ONES}]{{6,12}}(?!\w)")


def one_script(text: str) -> str:
    """Words that mix Greek and Latin letters, each in the script of the letters that only one of the two has."""
    if not (GREEK_LETTER.search(text) and LATIN_LETTER.search(text)):
        return text
    return _WORD.sub(_settle, text)


def _settle(found: re.Match[str]) -> str:
    word = found[0]
    if not (GREEK_LETTER.search(word) and LATIN_LETTER.search(word)):
        return word
    greek, latin = len(_ONLY_GREEK.findall(word)), len(_ONLY_LATIN.findall(word))
    return word.translate(LATIN_TO_GREEK if greek >= latin else GREEK_TO_LATIN)
