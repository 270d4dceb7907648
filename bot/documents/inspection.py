"""Files checked where they can do no harm: each in a child process of its own (:mod:`bot.limited.process`). What it
says is read within bounds, and refused when it is no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.documents.checks.verdict import Checked, Refusal, Refused, Verdict, decode
from bot.limited.limits import MOST_BYTES
from bot.limited.process import AT_ONCE, WITHIN, Children

CHILD = "bot.documents.checks.child"
MOST_ANSWERED = MOST_BYTES + 1024  # bytes

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
        self._children = Children(CHILD, most_answered=MOST_ANSWERED, within=within, at_once=at_once)

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
        answer, code = await self._children.ask(work, parts)
        try:
            return decode(answer)
        except ValueError:  # killed, at a limit or by us; or made to say something else
            log.warning("documents.child-failed", work=work, code=code)
            return Refused(Refusal.TOO_COMPLEX)
