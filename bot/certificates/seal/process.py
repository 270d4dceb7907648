"""The parent's side of the process that holds the key: starts it at first use, and anew when it has died."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from bot.certificates.seal.frames import Frame, What, read

ROOT = Path(__file__).resolve().parents[3]
START = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from bot.certificates.seal.child import main; sys.exit(main())"
STARTS_WITHIN = 60.0  # seconds; its library takes one, on a busy machine several
WITHIN = 30.0  # seconds for a seal, its time-stamp among them
_PASSED = ("SOFTHSM2_CONF", "PKCS11_PROXY_SOCKET", "LD_LIBRARY_PATH")  # what a device's module may need

log = structlog.get_logger(__name__)


class SealDown(Exception):
    """There is no seal now. Says why; it may go when tried again."""


@dataclass(frozen=True, slots=True)
class About:
    """``sample``: of the demo's authority. ``key_id`` of the key that signs QRs: empty where there is none."""

    sample: bool
    key_id: bytes


@dataclass(slots=True)
class _Running:
    process: Process
    about: About
    waiting: dict[int, asyncio.Future[bytes]]
    reading: asyncio.Task[None]


class SealProcess:
    """``settings`` as :func:`bot.certificates.seal.holding.hold` takes them: paths and addresses, no key."""

    def __init__(self, settings: Mapping[str, Any], *, within: float = WITHIN) -> None:
        self._settings = settings
        self._within = within
        self._numbers = count(1)
        self._starting = asyncio.Lock()
        self._running: _Running | None = None

    @property
    def pid(self) -> int | None:
        return None if self._running is None else self._running.process.pid

    async def about(self) -> About:
        """Raises :class:`SealDown`."""
        return (await self._started()).about

    async def seal(self, pdf: bytes, *, lasting: bool) -> bytes:
        """Raises :class:`SealDown`."""
        return await self._ask(What.SEAL_LASTING if lasting else What.SEAL, pdf)

    async def mark(self, content: bytes) -> bytes:
        """An ES256 signature, 64 bytes. Raises :class:`SealDown`."""
        return await self._ask(What.MARK, content)

    async def close(self) -> None:
        async with self._starting:
            if self._running is not None:
                await _end(self._running)
                self._running = None

    async def _ask(self, what: What, body: bytes) -> bytes:
        running = await self._started()
        number = next(self._numbers)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        running.waiting[number] = answer
        try:
            async with asyncio.timeout(self._within):
                await _send(running.process, Frame(number, what, body))
                return await answer
        except TimeoutError:
            raise SealDown("no answer in time") from None
        except ConnectionError:
            raise SealDown("the process that holds the key ended") from None
        finally:
            running.waiting.pop(number, None)

    async def _started(self) -> _Running:
        async with self._starting:
            if self._running is not None and self._running.reading.done():
                log.warning("seal.process-ended", code=self._running.process.returncode)
                await _end(self._running)
                self._running = None
            if self._running is None:
                self._running = await _start(self._settings)
            return self._running


async def _start(settings: Mapping[str, Any]) -> _Running:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        START,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in _PASSED if name in os.environ},
        cwd=Path.cwd(),  # paths in the settings may be relative
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            await _send(process, Frame(0, What.BEGIN, json.dumps(dict(settings)).encode()))
            answer = await _read(process)
    except (TimeoutError, ConnectionError, ValueError):
        answer = None
    if answer is None or answer.what is not What.DONE:
        await _kill(process)
        raise SealDown("it does not start" if answer is None else answer.body.decode("utf-8", "replace")[:200])
    about = json.loads(answer.body)
    if about["made"]:
        log.warning("seal.demo-authority-made")
    waiting: dict[int, asyncio.Future[bytes]] = {}
    reading = asyncio.create_task(_receive(process, waiting))
    return _Running(process, About(bool(about["sample"]), bytes.fromhex(about["key_id"])), waiting, reading)


async def _receive(process: Process, waiting: Mapping[int, asyncio.Future[bytes]]) -> None:
    try:
        while (frame := await _read(process)) is not None:
            future = waiting.get(frame.number)
            if future is None or future.done():
                continue
            if frame.what is What.DONE:
                future.set_result(frame.body)
            else:
                future.set_exception(SealDown(frame.body.decode("utf-8", "replace")[:80]))
    except ValueError:
        log.warning("seal.process-unreadable")
    for future in list(waiting.values()):
        if not future.done():
            future.set_exception(SealDown("the process that holds the key ended"))


async def _send(process: Process, frame: Frame) -> None:
    if process.stdin is None:
        raise ConnectionError
    process.stdin.write(frame.encode())
    await process.stdin.drain()


async def _read(process: Process) -> Frame | None:
    return None if process.stdout is None else await read(process.stdout)


async def _end(running: _Running) -> None:
    running.reading.cancel()
    await asyncio.wait([running.reading])
    await _kill(running.process)


async def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if process.returncode is None:
            process.kill()
    await process.wait()
    if process.stdin is not None:
        process.stdin.close()
