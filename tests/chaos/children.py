"""Processes of the service that are killed and started again, as an operator's supervisor would."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """``python -m command``. What it logs is kept in a file, over all its lives."""

    def __init__(self, name: str, command: tuple[str, ...], env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.kills = 0
        self._started_at = 0  # bytes of the log before this life
        self._command = (sys.executable, "-m", *command)
        self._env = _environment(env)
        self._folder = folder
        self._process: Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._started_at = log.tell()
            self._process = await asyncio.create_subprocess_exec(
                *self._command, env=self._env, cwd=self._folder, stderr=log, stdout=log
            )

    def has_logged(self, event: str) -> bool:
        """In the life that it has now."""
        return f'"{event}"'.encode() in self.log.read_bytes()[self._started_at :]

    async def kill(self) -> None:
        """SIGKILL: it has no say in the matter."""
        assert self._process is not None
        assert self._process.returncode is None, f"{self.name} ended by itself"
        self._process.kill()
        assert await self._process.wait() == -signal.SIGKILL
        self.kills += 1

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return await self._process.wait()

    async def end(self) -> None:
        """Whatever state it is in."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONPATH": str(ROOT), **env}


@asynccontextmanager
async def running(*children: Child) -> AsyncIterator[None]:
    """Started, and ended whatever happens."""
    try:
        for child in children:
            await child.start()
        yield
    finally:
        for child in children:
            await child.end()


def free_port() -> int:
    """A port that was free a moment ago: a process that is started again must have the one it had."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lines(children: tuple[Child, ...]) -> Iterator[str]:
    """Every line that they have logged."""
    for child in children:
        yield from child.log.read_text("utf-8").splitlines()
