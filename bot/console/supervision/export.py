"""A report as a CSV that a spreadsheet opens: nothing in it is a formula. Pure.

https://owasp.org/www-community/attacks/CSV_Injection. A byte order mark says that it is UTF-8; in Greek the separator
is a semicolon, as spreadsheets have it there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATORS = {"el": ";", "en": ","}
MARK = "\ufeff"


def neutral(cell: str | int | None) -> str:
    """A text that begins as a formula does gets an apostrophe before it, which spreadsheets take for *this is text*. So
    does one that would after a separator of theirs. A number is a number."""
    if cell is None:
        return ""
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.lstrip(" ").startswith(_FORMULA) else text


def as_csv(heading: Sequence[str], rows: Sequence[Sequence[str | int | None]], language: str) -> str:
    """Every text in quotes, so that no separator in it, of whatever kind, begins a cell."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=SEPARATORS[language], quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([[neutral(cell) for cell in row] for row in (heading, *rows)])
    return MARK + written.getvalue()
