"""Which signs can be printed: those that all three fonts have. The fonts are cut to the same ranges."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.certificates.model import Sheet, Unprintable

_RANGES = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1DC), (0x1E6, 0x1F0), (0x218, 0x21B),  # Latin
    (0x37A, 0x37A), (0x37E, 0x37E), (0x384, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1), (0x3A3, 0x3CF),  # Greek
    (0x1E00, 0x1EFF),  # Latin with two marks
    (0x1F00, 0x1F15), (0x1F18, 0x1F1D), (0x1F20, 0x1F45), (0x1F48, 0x1F4D), (0x1F50, 0x1F57), (0x1F59, 0x1F59),
    (0x1F5B, 0x1F5B), (0x1F5D, 0x1F5D), (0x1F5F, 0x1F7D), (0x1F80, 0x1FB4), (0x1FB6, 0x1FC4), (0x1FC6, 0x1FD3),
    (0x1FD6, 0x1FDB), (0x1FDD, 0x1FEF), (0x1FF2, 0x1FF4), (0x1FF6, 0x1FFE),  # polytonic Greek
    (0x2010, 0x2015), (0x2018, 0x201A), (0x201C, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030),
    (0x2032, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2212, 0x2212),
)  # fmt: skip
SIGNS = frozenset(chr(sign) for first, last in _RANGES for sign in range(first, last + 1))
_NO_SIGNS = str.maketrans(
    {"\t": " ", "\r": None, "\u200b": None, "\u00ad": None, "\ufeff": None, "\u200e": None, "\u200f": None}
)


def composed(text: str) -> str:
    """As it is printed: letters and their marks as one sign, nothing that is not seen."""
    return unicodedata.normalize("NFC", text.translate(_NO_SIGNS))


def check(sheet: Sheet) -> None:
    """Raises :class:`bot.certificates.model.Unprintable` with the label of the first field that cannot be printed."""
    for label, text in _texts(sheet):
        if not SIGNS.issuperset(composed(text).replace("\n", " ")):
            raise Unprintable(label)


def _texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "title", sheet.title
    yield "office", sheet.office
    yield "protocol", sheet.protocol
    yield "holder", sheet.holder
    for name, value in sheet.fields:
        yield "fields", name
        yield name, value
    heads = sheet.rows[0] if sheet.rows else ()
    for row in sheet.rows:
        for number, cell in enumerate(row):
            yield heads[number] if number < len(heads) else "rows", cell
    yield "note", sheet.note
