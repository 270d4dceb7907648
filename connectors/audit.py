"""Who asked the State what, about whom and why: a row before each call, completed after it.

The interoperability centre demands the facts of :class:`AuditEntry` inside every request; keeping our own row
beside it lets either side account for any call. A call that cannot be written down is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CallCause:
    """Why a call is made: ``protocol`` is the case or message behind it, ``user`` who asked, ``address`` from where."""

    protocol: str = ""
    user: str = ""
    address: str = ""


_NO_CAUSE = CallCause()
_CAUSE: ContextVar[CallCause] = ContextVar("cause", default=_NO_CAUSE)


@contextmanager
def audit_cause(cause: CallCause) -> Iterator[None]:
    """Calls made inside this block, and by tasks started in it, are written down under ``cause``."""
    token = _CAUSE.set(cause)
    try:
        yield
    finally:
        _CAUSE.reset(token)


def current_cause() -> CallCause:
    return _CAUSE.get()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A call about to be made. ``subject`` is the ΑΦΜ or reference asked about: personal data, kept out of ``repr``.

    ``transaction_id`` is unique per call (a retry is a call of its own) and travels in the request.
    """

    transaction_id: str
    at: datetime
    registry: str
    operation: str
    unit: str
    cause: CallCause = field(repr=False)
    subject: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AuditResult:
    """How a call ended. ``elapsed`` in seconds; ``sequence_id`` is the centre's own; ``error`` is safe to log."""

    elapsed: float
    sequence_id: str | None = None
    error: str | None = None


class Audit(Protocol):
    """Where audit rows go. May raise anything: the call is then not made, or its answer not used."""

    async def begin(self, entry: AuditEntry) -> int: ...

    async def complete(self, audit_id: int, result: AuditResult) -> None: ...


class MemoryAudit:
    """Audit rows in a list: ``rows[id]`` is ``(entry, result or None)``. For tests and tools without a case store."""

    def __init__(self) -> None:
        self.rows: list[tuple[AuditEntry, AuditResult | None]] = []

    async def begin(self, entry: AuditEntry) -> int:
        self.rows.append((entry, None))
        return len(self.rows) - 1

    async def complete(self, audit_id: int, result: AuditResult) -> None:
        entry, _ = self.rows[audit_id]
        self.rows[audit_id] = (entry, result)
