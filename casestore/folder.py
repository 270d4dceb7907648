"""A folder that keeps sealed content: of one machine, or shared by several."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from casestore.files import FilesDown


class Folder:
    """Files below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, name: str, sealed: bytes) -> None:
        try:
            await asyncio.to_thread(self._write, name, sealed)
        except OSError as error:
            raise FilesDown(type(error).__name__) from None

    async def read(self, name: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(name).read_bytes)
        except OSError as error:
            raise FilesDown(type(error).__name__) from None

    async def remove_all_but(self, named: set[str], older_than: float) -> int:
        return await asyncio.to_thread(self._remove_all_but, named, older_than)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _write(self, name: str, sealed: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(".part")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _remove_all_but(self, named: set[str], older_than: float) -> int:
        orphans = [
            path for path in self._folder.glob("??/*") if path.name not in named and path.stat().st_mtime < older_than
        ]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)
