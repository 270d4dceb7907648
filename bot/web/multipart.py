"""Files of a form as they arrive: one after another, each under its limit, none of them on the disk.

Names are a browser's word: they are shown back, and no path is ever made of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.channels.media import name_in
from bot.limited.limits import MOST_BYTES
from bot.web.body import RequestRefused

MOST_BODY = 100 * 1024 * 1024  # bytes of a form, all files together
MOST_FILES = 10
SILENT_FOR = 30.0  # seconds between two pieces: a slow telephone sends slowly, and does not stop
WITHIN = 900.0  # seconds in all: 100 MB at 1 Mbit/s
_MOST_VALUE = 256  # bytes of a field that is no file


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form. ``content`` of a file that is over the limit is as much as shows that."""

    name: str
    filename: str | None
    content: bytes = field(repr=False)


async def read_fields(request: web.Request, *, within: float = WITHIN) -> AsyncIterator[Field]:
    """``within`` so many seconds in all. Raises :class:`bot.web.body.RequestRefused` for what is no such form, breaks
    off or stops coming."""
    if (request.content_length or 0) > MOST_BODY:
        raise RequestRefused(413, "too large")
    if not request.content_type.startswith("multipart/form-data"):
        raise RequestRefused(400, "not a form with files")
    try:
        async with asyncio.timeout(within):
            async for found in _fields(request):
                yield found
    except TimeoutError:
        raise RequestRefused(408, "the body stopped coming") from None
    except (ValueError, AssertionError, web.RequestPayloadError, OSError):
        raise RequestRefused(400, "the form cannot be read") from None


async def _fields(request: web.Request) -> AsyncIterator[Field]:
    reader, files, left = await request.multipart(), 0, MOST_BODY
    while (part := await asyncio.wait_for(reader.next(), SILENT_FOR)) is not None:
        if not isinstance(part, BodyPartReader):
            raise RequestRefused(400, "a form within a form")
        is_file = part.filename is not None
        files += is_file
        if files > MOST_FILES:
            raise RequestRefused(413, "too many files")
        content = await _content(part, MOST_BYTES if is_file else _MOST_VALUE)
        left -= len(content)
        if left < 0:
            raise RequestRefused(413, "too large")
        yield Field(part.name or "", name_in(unquote(part.filename or "")), content)  # some clients escape a name


async def _content(part: BodyPartReader, most: int) -> bytes:
    """What is over the limit is read past and not kept."""
    content = bytearray()
    while piece := await asyncio.wait_for(part.read_chunk(1 << 16), SILENT_FOR):
        if len(content) <= most:
            content += piece
    return bytes(content)
