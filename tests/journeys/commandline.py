"""``python -m bot`` as an operator runs it, in this process or in one of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import bot
from bot.__main__ import main
from bot.settings import Settings
from tests.conftest import TEST_SECRET
from tests.logbook import logging_to_book

ROOT = Path(bot.__file__).parent.parent


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@contextmanager
def empty_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """No settings but those a test gives; logs are taken down again after it."""
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)  # a process that compiles everything anew is slow
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("SECRET_KEY", TEST_SECRET)
    monkeypatch.setenv("PORT", "0")
    monkeypatch.chdir(folder)
    with logging_to_book():
        yield


@dataclass(frozen=True)
class Here:
    """Runs commands in this process, on a thread: all but those that wait for a signal."""

    capsys: pytest.CaptureFixture[str]

    async def __call__(self, *arguments: str) -> Ended:
        self.capsys.readouterr()
        code = await asyncio.to_thread(main, list(arguments))
        said = self.capsys.readouterr()
        return Ended(code, said.out, said.err)


@asynccontextmanager
async def process(*arguments: str, **environment: str) -> AsyncIterator[Process]:
    """``python -m bot`` in a process of its own, ended at the latest with the block."""
    command = (sys.executable, "-m", "bot", *arguments)
    started = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=os.environ | environment)
    try:
        async with asyncio.timeout(60):
            yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def ended(process: Process) -> Ended:
    out, err = await process.communicate()
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def line_of(process: Process, event: str) -> dict[str, object]:
    """Read the log until this event."""
    assert process.stderr is not None
    async for line in process.stderr:
        found: dict[str, object] = json.loads(line)
        if found["event"] == event:
            return found
    raise AssertionError(f"it ended before {event}")
