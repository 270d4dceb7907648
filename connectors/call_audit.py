"""Keeping account of calls: a row before each one, completed after it, whatever came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from connectors.audit import Audit, AuditEntry, AuditResult, current_cause
from connectors.call_policy import NotAsked
from connectors.registry import RegistryError
from connectors.runtime import Runtime
from connectors.wire import Answer


class CallAudit:
    """The audit rows of one registry. ``unit`` is the agency's name in them."""

    def __init__(self, registry: str, audit: Audit, runtime: Runtime, unit: str) -> None:
        self._registry = registry
        self._audit = audit
        self._runtime = runtime
        self._unit = unit

    async def call(
        self, operation: str, subject: str, end: float, exchange: Callable[[AuditEntry], Awaitable[Answer]]
    ) -> Answer:
        """Run ``exchange`` between the two halves of its row; ``end`` in the event loop's own time.

        Raises what ``exchange`` raises, and :class:`connectors.call_policy.NotAsked` where the row cannot be written.
        """
        entry = self._entry(operation, subject)
        audit_id = await self._begin(entry, end)
        started = self._runtime.ticks()
        answer: Answer | None = None
        error: str | None = "cancelled"
        try:
            answer = await exchange(entry)
            error = None
            return answer
        except RegistryError as problem:
            error = problem.reason
            raise
        finally:
            elapsed = self._runtime.ticks() - started
            await self._complete(audit_id, AuditResult(elapsed, answer.sequence_id if answer else None, error))

    def _entry(self, operation: str, subject: str) -> AuditEntry:
        return AuditEntry(
            transaction_id=self._runtime.new_id(),
            at=self._runtime.now(),
            registry=self._registry,
            operation=operation,
            unit=self._unit,
            cause=current_cause(),
            subject=subject,
        )

    async def _begin(self, entry: AuditEntry, end: float) -> int:
        try:
            async with asyncio.timeout_at(end):
                return await self._audit.begin(entry)
        except Exception as error:  # whatever the store raises: what cannot be written down is not asked
            raise NotAsked(self._registry, "audit") from error

    async def _complete(self, audit_id: int, result: AuditResult) -> None:
        try:
            await self._audit.complete(audit_id, result)
        except Exception as error:  # likewise: an answer that is not accounted for is not used
            raise NotAsked(self._registry, "audit") from error
