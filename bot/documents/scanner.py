"""ClamAV's daemon, asked over a socket (INSTREAM): https://docs.clamav.net/manual/Usage/Scanning.html#clamd

It must be asked in pieces, and its ``StreamMaxLength`` be no less than what is taken in here: 20 MB.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from bot.documents.inspection import ScannerDown

PIECE = 1 << 16  # bytes
WITHIN = 30.0  # seconds
_CLEAN, _FOUND = b"stream: OK", b" FOUND"


class ClamdScanner:
    """``url``: ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``."""

    def __init__(self, url: str, *, within: float = WITHIN) -> None:
        self._place = urlsplit(url)
        self._within = within

    async def is_clean(self, content: bytes) -> bool:
        """Raises :class:`bot.documents.inspection.ScannerDown` for any answer but *clean* and *found*."""
        try:
            async with asyncio.timeout(self._within):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            reason = type(error).__name__
        else:
            if answer == _CLEAN or answer.endswith(_FOUND):
                return answer == _CLEAN
            reason = "answer"
        raise ScannerDown(reason)

    async def _ask(self, content: bytes) -> bytes:
        reader, writer = await self._open()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write((0).to_bytes(4, "big"))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1]
        finally:
            writer.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._place.scheme == "unix":
            return await asyncio.open_unix_connection(self._place.path)
        return await asyncio.open_connection(self._place.hostname, self._place.port)
