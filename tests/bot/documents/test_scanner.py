"""ClamAV's daemon over its socket: what it is sent, and that nothing but its *OK* is one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.documents.checks.verdict import Refusal, Refused
from bot.documents.inspection import Inspector, ScannerDown
from bot.documents.scanner import PIECE, ClamdScanner
from tests.bot.documents import files

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """Answers INSTREAM as clamd does: *found* for what holds the test virus; or as it is told to."""

    def __init__(self, answer: bytes | None = None, *, most: int = 1 << 30) -> None:
        self._answer, self._most = answer, most
        self.received = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        self.received = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            self.received += await reader.readexactly(length)
            if len(self.received) > self._most:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                writer.close()
                return
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in self.received else b"stream: OK\0"
        writer.write(verdict if self._answer is None else self._answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(clamd: Clamd, folder: Path) -> AsyncIterator[ClamdScanner]:
    path = folder / "clamd.ctl"
    server = await asyncio.start_unix_server(clamd.serve, path)
    async with server:
        yield ClamdScanner(f"unix://{path}", within=5)


async def test_a_clean_file_goes_over_whole(tmp_path: Path) -> None:
    clamd, content = Clamd(), b"ab" * PIECE
    async with listening(clamd, tmp_path) as scanner:
        assert await scanner.is_clean(content)
    assert clamd.received == content


async def test_malware_is_refused_before_anything_opens_it(tmp_path: Path) -> None:
    async with listening(Clamd(), tmp_path) as scanner:
        assert await Inspector(scanner).inspect(files.pdf() + EICAR) == Refused(Refusal.INFECTED)


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"\0", b"stream: OK ERROR\0", b"UNKNOWN COMMAND\0", b"OK\0"])
async def test_any_other_answer_is_none(tmp_path: Path, answer: bytes) -> None:
    async with listening(Clamd(answer), tmp_path) as scanner:
        with pytest.raises(ScannerDown):
            await Inspector(scanner).inspect(files.pdf())


async def test_its_own_limit_and_its_absence_are_no_clean_bill(tmp_path: Path) -> None:
    async with listening(Clamd(most=PIECE), tmp_path) as scanner:
        with pytest.raises(ScannerDown):
            await scanner.is_clean(b"x" * PIECE * 40)
    with pytest.raises(ScannerDown):
        await ClamdScanner(f"unix://{tmp_path}/nobody").is_clean(b"x")
    with pytest.raises(ScannerDown):
        await ClamdScanner("tcp://127.0.0.1:1").is_clean(b"x")
