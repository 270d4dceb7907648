"""How an SMS is billed, and how Greek is made to fit: GSM 03.38 and UCS-2.

GSM-7 has ten Greek capitals and no small letter; the other fourteen capitals look like Latin ones. Text folded
to it costs less than half, and reads as Greek capitals, but holds Latin letters: it is for bulk notices on their
way out, never for anything that is stored, searched or understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote

from bot.channels.text import units

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"  # each behind an escape: two septets that must stay together
SEPTETS: Mapping[str, int] = MappingProxyType({**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENDED, 2)})

_TWINS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_PUNCTUATION = {
    **dict.fromkeys("«»“”„‟″", '"'),
    **dict.fromkeys("‘’‚‛′`´\u0384\u1fbd\u1fbf\u1ffd\u1ffe", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("·\u0387•‧", "."),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f", ""),
    **dict.fromkeys("\t\v\u2028\u2029\u0085", " "),
    "\u037e": ";",
    "\u2044": "/",
    "…": "...",
}
_GREEK_LETTER, _LATIN_LETTER = re.compile("[\u0370-\u03ff]"), re.compile("[A-Za-z]")
_RARE = 2
"""So many times as many Latin letters as Greek ones has a text that is not Greek."""
_URL = re.compile(r"https?://[^\s«»“”\"<>]*[^\s«»“”\"<>.,;:!?·…)'’\]]")
_ASCII_IN_URL = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "`")


class Encoding(StrEnum):
    GSM7 = "gsm-7"
    UCS2 = "ucs-2"


_SIZES = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}  # alone; as one of several, beside the header


@dataclass(frozen=True, slots=True)
class Segments:
    """``parts`` is how many messages are billed, ``units`` how many septets (GSM-7) or UTF-16 units they hold."""

    encoding: Encoding
    parts: int
    units: int


def segments(text: str) -> Segments:
    """Count as a phone does: an escaped character or a surrogate pair that does not fit whole opens the next part."""
    septets = [SEPTETS.get(char, 0) for char in text]
    encoding = Encoding.GSM7 if all(septets) else Encoding.UCS2
    sizes = septets if encoding is Encoding.GSM7 else [units(char) for char in text]
    return Segments(encoding, _packed(sizes, *_SIZES[encoding]), sum(sizes))


def is_latin(text: str) -> bool:
    """Is it a text in Latin letters, with no more than some Greek names in it?"""
    greek, latin = (len(found.findall(_URL.sub("", text))) for found in (_GREEK_LETTER, _LATIN_LETTER))
    return 0 < greek * _RARE < latin


def fold_gsm7(text: str) -> str:
    """The text in GSM-7 alone: Greek in capitals without accents, typographic marks as plain ones, the rest as ``?``.

    Addresses of pages keep their case and carry what is not ASCII percent-encoded. Capitals and digits look as
    before, so a case reference does too (its letters are compared by their looks wherever one is read).
    Folding twice changes nothing more.
    """
    folded = _folded(unicodedata.normalize("NFC", text))
    while (again := _folded(folded)) != folded:  # an address can come to light: "http" + zero-width space + "://"
        folded = again
    return folded


def _folded(text: str) -> str:
    pieces: list[str] = []
    done = 0
    for url in _URL.finditer(text):
        pieces += (_plain(text[done : url.start()]), quote(url[0], safe=_ASCII_IN_URL, errors="replace"))
        done = url.end()
    return "".join((*pieces, _plain(text[done:])))


def _plain(text: str) -> str:
    return "".join(map(_character, text))


def _character(char: str) -> str:
    if char in SEPTETS:
        return char
    if char in _PUNCTUATION:
        return _PUNCTUATION[char]
    # Marks go first: "ΐ".upper() is three characters, and "Ά".upper() keeps its accent.
    bare = (part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return "".join(map(_capital, bare))


def _capital(char: str) -> str:
    if char in SEPTETS:
        return char
    capital = _TWINS.get(char.upper(), char.upper())
    return capital if capital in SEPTETS else _PUNCTUATION.get(char, "?")


def _packed(sizes: Iterable[int], alone: int, each: int) -> int:
    sizes = list(sizes)
    if sum(sizes) <= alone:
        return min(len(sizes), 1)
    parts, room = 1, each
    for size in sizes:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts
