"""How the process that holds the key and its parent speak: frames on a pipe, each answered under its number.

``length (4) | number (4) | what (1) | body``, all big-endian; the length is of the body.
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from enum import IntEnum

HEAD = struct.Struct("!IIB")
MOST = 32 * 1024 * 1024  # bytes of a body


class What(IntEnum):
    BEGIN = 1  # JSON of the settings -> JSON of what the key is
    SEAL = 2  # a PDF -> the PDF with its seal
    SEAL_LASTING = 3  # likewise, with a time-stamp over the whole
    MARK = 4  # bytes -> the 64 bytes of an ES256 signature over them
    DONE = 5
    FAILED = 6  # the kind of an error


@dataclass(frozen=True, slots=True)
class Frame:
    number: int
    what: What
    body: bytes = field(repr=False)

    def encode(self) -> bytes:
        return HEAD.pack(len(self.body), self.number, self.what) + self.body


async def read(reader: asyncio.StreamReader) -> Frame | None:
    """``None`` at the end. Raises :class:`ValueError` for what is no frame."""
    try:
        length, number, what = HEAD.unpack(await reader.readexactly(HEAD.size))
        if length > MOST:
            raise ValueError("a frame too long")
        return Frame(number, What(what), await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
