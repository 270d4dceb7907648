"""The State's interoperability centre (ΚΕΔ): one call to one service, written down, bounded and translated.

How a call is put on the wire is a :class:`connectors.wire.Dialect`: JSON (``connectors/rest.py``) or SOAP
(``connectors/soapxml.py``). Everything here is the same for both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp

from connectors.audit import Audit, AuditEntry
from connectors.call_audit import CallAudit
from connectors.call_policy import CallPolicy, Limits
from connectors.credentials import TokenSource
from connectors.registry import RegistryError, RegistryRefused
from connectors.runtime import Runtime
from connectors.wire import FOREIGN, Answer, Dialect, ServiceCall, WireRequest, read_at_most, translate

_READ_AT_ONCE = 64 * 1024  # bytes: a longer answer is read in a thread, so that nobody waits for it


@dataclass(frozen=True, slots=True)
class Connection:
    """What registries behind one interoperability centre share. ``base`` without a slash at its end.

    ``credentials`` are those that ``dialect`` sends: tokens for JSON, a password for SOAP.
    """

    base: str
    session: aiohttp.ClientSession
    credentials: TokenSource
    dialect: Dialect
    audit: Audit
    runtime: Runtime
    unit: str


class Ked:
    """Calls to one service. ``registry`` is our name for it, ``service`` the centre's."""

    def __init__(self, registry: str, service: str, connection: Connection, limits: Limits) -> None:
        self.registry = registry
        self._service = service
        self._connection = connection
        self._policy = CallPolicy(registry, limits, connection.runtime)
        self._audit = CallAudit(registry, connection.audit, connection.runtime, connection.unit)

    @property
    def state(self) -> str:
        """The breaker's: ``closed``, ``open`` or ``half-open``. For doctor and metrics."""
        return self._policy.breaker.state

    async def call(self, call: ServiceCall) -> Mapping[str, Any]:
        """The output record. Raises :class:`RegistryError`, and nothing else but cancellation."""

        async def attempt(end: float) -> Answer:
            async def exchange(entry: AuditEntry) -> Answer:
                return await self._exchange(call, entry, end)

            return await self._audit.call(call.operation, call.subject, end, exchange)

        return (await self._policy.run(attempt, safe=call.safe, deadline=call.deadline)).output

    def malformed(self, what: str) -> RegistryRefused:
        """For connectors: the output record is not what the agreement says. ``what`` names a field of ours."""
        return RegistryRefused(self.registry, f"malformed answer: {what}")

    async def _exchange(self, call: ServiceCall, entry: AuditEntry, end: float) -> Answer:
        try:
            async with asyncio.timeout_at(end):
                return await self._read(call, *await self._send(call, entry))
        except FOREIGN as error:
            raise translate(self.registry, error) from error

    async def _read(self, call: ServiceCall, status: int, body: bytes) -> Answer:
        read = self._connection.dialect.read
        if len(body) <= _READ_AT_ONCE:
            return read(call, status, body)
        return await asyncio.to_thread(read, call, status, body)

    async def _send(self, call: ServiceCall, entry: AuditEntry) -> tuple[int, bytes]:
        secret = await self._secret(None)
        status, body = await self._post(self._connection.dialect.write(self._service, call, entry, secret), call.most)
        if status != 401:
            return status, body
        fresh = await self._secret(secret)
        if fresh == secret:  # a password: asking again with it may lock the account
            return status, body
        # Not done, for want of a good token: repeating it is safe whatever it does.
        return await self._post(self._connection.dialect.write(self._service, call, entry, fresh), call.most)

    async def _secret(self, stale: str | None) -> str:
        try:
            return await self._connection.credentials.token(stale)
        except RegistryError as error:
            raise type(error)(self.registry, f"token: {error.reason}") from error

    async def _post(self, request: WireRequest, most: int) -> tuple[int, bytes]:
        url = f"{self._connection.base}{request.path}"
        async with self._connection.session.post(
            url, data=BytesIO(request.body), headers=request.headers, allow_redirects=False
        ) as response:
            return response.status, await read_at_most(response, most)
