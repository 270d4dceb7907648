"""Two sealed papers, and the authority that sealed them: made once, looked at by all."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.certificates.issuer import PaperIssuer
from bot.certificates.model import Issued
from bot.certificates.seal.files import PUBLISHED, ROOT
from bot.certificates.seal.process import SealProcess
from bot.certificates.trust import Trust, read
from tests.bot.certificates.sheets import CLEARANCE, FAMILY
from tests.harness import PUBLIC_URL


@dataclass(frozen=True)
class Papers:
    """``plain`` is B-LT, of :data:`tests.bot.certificates.sheets.CLEARANCE`; ``lasting`` B-LTA, of ``FAMILY``."""

    folder: Path
    plain: Issued
    lasting: Issued

    @property
    def published(self) -> Path:
        return self.folder / PUBLISHED

    @property
    def root(self) -> Path:
        return self.folder / ROOT

    @property
    def trust(self) -> Trust:
        return read(self.published.read_bytes())

    def lend(self, folder: Path) -> None:
        """The same authority for a service whose data are in this folder."""
        shutil.copytree(self.folder, folder / "authority")


@cache
def papers() -> Papers:
    folder = Path(tempfile.mkdtemp(prefix="authority-")) / "authority"
    return asyncio.run_coroutine_threadsafe(_issue(folder), _loop()).result(120)


async def _issue(folder: Path) -> Papers:
    issuer = PaperIssuer(SealProcess({"folder": str(folder)}), PUBLIC_URL)
    try:
        return Papers(folder, await issuer.issue(CLEARANCE), await issuer.issue(FAMILY))
    finally:
        await issuer.close()


def _loop() -> asyncio.AbstractEventLoop:
    """Of a thread of its own: whoever asks may be in a loop already."""
    import threading

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True, name=f"papers-{os.getpid()}").start()
    return loop
