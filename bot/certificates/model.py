"""What a certificate is, between the registry's answer and the paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a paper shows. All of it is text and printed as text, never as markup.

    ``kind`` is the key of the catalogue's entry, ``template`` the name of its layout, ``protocol`` the number that the
    registry gave it, ``rows`` a table with its headings first (empty: no table). ``lasting``: to be verifiable for
    longer than the seal's certificate is valid. Times are aware, in UTC.
    """

    kind: str
    template: str
    title: str
    office: str
    protocol: str
    holder: str
    fields: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    issued_at: datetime
    valid_until: datetime | None
    lasting: bool


@dataclass(frozen=True, slots=True)
class Issued:
    """A sealed paper: its code (``4TY6-KH90-TTY0-9K13``), the PDF's bytes and their SHA-256 in hexadecimal digits."""

    code: str
    pdf: bytes
    sha256: str


class Unprintable(Exception):
    """The fonts have no sign for something on the sheet. ``field`` is its label; the text itself is not told."""

    def __init__(self, field: str) -> None:
        super().__init__(f"no sign in the fonts for what stands in {field!r}")
        self.field = field


class Issuer(Protocol):
    """Makes papers of sheets. Each call makes a new paper with a code of its own; nothing is written down by it."""

    async def issue(self, sheet: Sheet) -> Issued:
        """Raises :class:`Unprintable`; any other error may pass when tried again."""
        ...
