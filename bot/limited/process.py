"""A child for a file: it inherits no environment, no open files and no keys, may use so much memory and time and write
no file (:mod:`bot.limited.limits`), and is killed when it has not answered. What it says is to be taken as a stranger's
word.
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

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; sys.path.insert(0, {root!r}); from {module} import main; sys.exit(main())"
WITHIN = 20.0  # seconds
AT_ONCE = 2  # children; each may take a core and a gigabyte


class Children:
    """``module`` has the child's ``main``. ``within`` in seconds for one; ``most_answered`` in bytes."""

    def __init__(self, module: str, *, most_answered: int, within: float = WITHIN, at_once: int = AT_ONCE) -> None:
        self._start = START.format(root=str(ROOT), module=module)
        self._most_answered = most_answered
        self._within = within
        self._turns = asyncio.Semaphore(at_once)

    async def ask(self, work: str, parts: Sequence[bytes]) -> tuple[bytes, int | None]:
        """What a child says of these bytes, and its exit code. Nothing: it was killed, at a limit or by us, or failed,
        or said too much."""
        async with self._turns:
            process = await self._started(work)
            try:
                async with asyncio.timeout(self._within):
                    answer = await self._exchange(process, parts)
            except TimeoutError:
                answer = b""
            finally:
                await _end(process)
        return answer, process.returncode

    async def _started(self, work: str) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-c",
            self._start,
            work,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,
        )

    async def _exchange(self, process: Process, parts: Sequence[bytes]) -> bytes:
        feeding = asyncio.create_task(_feed(process, parts))
        try:
            return await self._answer(process)
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])

    async def _answer(self, process: Process) -> bytes:
        answer = bytearray()
        while process.stdout is not None and (piece := await process.stdout.read(1 << 16)):
            answer += piece
            if len(answer) > self._most_answered:
                return b""
        return bytes(answer) if await process.wait() == 0 else b""


async def _feed(process: Process, parts: Sequence[bytes]) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(ConnectionError):  # it ended before it had read all: its answer says why
        for part in parts:
            process.stdin.write(part)
            await process.stdin.drain()
        process.stdin.close()


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
