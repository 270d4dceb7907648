"""Files checked where they can do no harm: each in a child process of its own that has nothing and may do little.

The child inherits no environment, no open files and no keys, may use so much memory and time and write no file
(:mod:`bot.documents.checks.child`), and is killed when it has not answered. What it says is taken as a stranger's word:
read within bounds, and refused when it is no verdict.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import structlog

from bot.documents.checks.verdict import MOST_BYTES, Checked, Refusal, Refused, Verdict, decode

ROOT = Path(__file__).resolve().parents[2]
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bot.documents.checks.child import main; sys.exit(main())"
WITHIN = 20.0  # seconds
MOST_ANSWERED = MOST_BYTES + 1024  # bytes
AT_ONCE = 2  # children; each may take a core and a gigabyte

log = structlog.get_logger(__name__)


class Scanner(Protocol):
    """Looks for known malware."""

    async def is_clean(self, content: bytes) -> bool:
        """Raises :class:`ScannerDown` when it cannot be told: then nothing is taken for clean."""


class ScannerDown(Exception):
    """The scanner did not say anything about a file. ``reason`` is safe to log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Inspector:
    """``within`` in seconds for a child."""

    def __init__(self, scanner: Scanner | None = None, *, within: float = WITHIN, at_once: int = AT_ONCE) -> None:
        self._scanner = scanner
        self._within = within
        self._turns = asyncio.Semaphore(at_once)

    async def inspect(self, content: bytes) -> Verdict:
        """May it be handed in, and as what? Raises :class:`ScannerDown`."""
        if not content or len(content) > MOST_BYTES:
            return Refused(Refusal.TOO_LARGE if content else Refusal.EMPTY)
        if self._scanner is not None and not await self._scanner.is_clean(content):
            return Refused(Refusal.INFECTED)
        return await self._ask("inspect", [content])

    async def join(self, files: Sequence[Checked]) -> Verdict:
        """Several checked files that are one paper."""
        if len(files) == 1:
            return files[0]
        heads = [f"{file.media_type} {len(file.content)}\n".encode() for file in files]
        return await self._ask(
            "join", [part for each in zip(heads, files, strict=True) for part in (each[0], each[1].content)]
        )

    async def _ask(self, work: str, parts: Sequence[bytes]) -> Verdict:
        async with self._turns:
            process = await _start(work)
            try:
                async with asyncio.timeout(self._within):
                    answer = await _exchange(process, parts)
            except TimeoutError:
                answer = b""
            finally:
                await _end(process)
        try:
            return decode(answer)
        except ValueError:  # killed, at a limit or by us; or made to say something else
            log.warning("documents.child-failed", work=work, code=process.returncode)
            return Refused(Refusal.TOO_COMPLEX)


async def _start(work: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        START,
        work,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={"OPENBLAS_NUM_THREADS": "1"},
        cwd="/",
        start_new_session=True,
    )


async def _exchange(process: Process, parts: Sequence[bytes]) -> bytes:
    feeding = asyncio.create_task(_feed(process, parts))
    try:
        return await _answer(process)
    finally:
        feeding.cancel()
        await asyncio.wait([feeding])


async def _feed(process: Process, parts: Sequence[bytes]) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(ConnectionError):  # it ended before it had read all: its answer says why
        for part in parts:
            process.stdin.write(part)
            await process.stdin.drain()
        process.stdin.close()


async def _answer(process: Process) -> bytes:
    answer = bytearray()
    while process.stdout is not None and (piece := await process.stdout.read(1 << 16)):
        answer += piece
        if len(answer) > MOST_ANSWERED:
            return b""
    return bytes(answer) if await process.wait() == 0 else b""


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
