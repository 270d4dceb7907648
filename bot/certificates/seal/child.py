"""The process that holds the key: it reads frames, answers them, and ends with its parent."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import resource
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.certificates.seal.frames import Frame, What, read
from bot.certificates.seal.holding import Holding, hold

AT_ONCE = 8  # seals that wait for a time-stamp
_NO_DUMPS = 4  # PR_SET_DUMPABLE


def main() -> int:
    _keep_to_itself()
    logging.disable(logging.CRITICAL)  # the library names files and certificates; what fails is told to the parent
    return asyncio.run(_serve())


def _keep_to_itself() -> None:
    """No core is left, and no other process of this user may look into the memory that holds the key."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_NO_DUMPS, 0, 0, 0, 0)


async def _serve() -> int:
    reader, answers = await _pipes()
    begin = await read(reader)
    if begin is None or begin.what is not What.BEGIN:
        return 2
    try:
        holding = hold(json.loads(begin.body))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent is told and nobody else can be
        await answers(Frame(begin.number, What.FAILED, f"{type(error).__name__}: {error}".encode()))
        return 1
    await answers(Frame(begin.number, What.DONE, json.dumps(holding.about).encode()))
    turns, running = asyncio.Semaphore(AT_ONCE), set[asyncio.Task[None]]()
    while (frame := await read(reader)) is not None:
        await turns.acquire()
        task = asyncio.create_task(_answer(holding, frame, answers))
        running.add(task)
        task.add_done_callback(running.discard)
        task.add_done_callback(lambda _: turns.release())
    return 0


async def _answer(holding: Holding, frame: Frame, answers: Callable[[Frame], Awaitable[None]]) -> None:
    try:
        done = await _do(holding, frame)
    except Exception as error:  # noqa: BLE001 - it fails alone, and its parent tries again
        await answers(Frame(frame.number, What.FAILED, type(error).__name__.encode()))
    else:
        await answers(Frame(frame.number, What.DONE, done))


async def _do(holding: Holding, frame: Frame) -> bytes:
    match frame.what:
        case What.MARK:
            return holding.mark(frame.body)
        case What.SEAL | What.SEAL_LASTING:
            return await holding.sealer.seal(frame.body, lasting=frame.what is What.SEAL_LASTING)
        case _:
            raise ValueError("nothing that is asked for")


async def _pipes() -> tuple[asyncio.StreamReader, Callable[[Frame], Awaitable[None]]]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout.buffer)
    writer: Any = asyncio.StreamWriter(transport, protocol, None, loop)
    one_at_a_time = asyncio.Lock()

    async def answer(frame: Frame) -> None:
        async with one_at_a_time:
            writer.write(frame.encode())
            await writer.drain()

    return reader, answer
