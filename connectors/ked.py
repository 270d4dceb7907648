"""The State's interoperability centre (ΚΕΔ): one call to one service, written down, bounded and translated.

How a call is put on the wire is a :class:`Dialect` (``connectors/rest.py`` is the first). Everything here is the
same for all of them: the audit row, the token, the deadline, the retries, the breaker, the errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from connectors.ambient import Ambient
from connectors.audit import Audit, AuditEntry, AuditResult, current_cause
from connectors.credentials import Credentials
from connectors.guard import Guard, Limits, NotAsked, Repeatable
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable

_ANSWER_BYTES = 8 * 1024 * 1024
_SERVER_ERRORS = range(500, 600)


class Malformed(Exception):
    """The answer is not what the agreement says. ``what`` names a field of ours, never a value."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Declined(Exception):
    """The answer is an ``errorRecord``. ``code`` is cleaned: it can carry no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadStatus(Exception):
    """An HTTP status other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. ``subject`` is whom it is about (for the audit row); ``safe`` says that asking changes nothing.

    ``deadline`` in seconds, where the registry's own is too short.
    """

    operation: str
    input: Mapping[str, Any] = field(repr=False)
    subject: str = field(default="", repr=False)
    safe: bool = False
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A POST: ``path`` below the base."""

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """The output record, and the number under which the centre filed the call."""

    output: Mapping[str, Any] = field(repr=False)
    sequence_id: str


class Dialect(Protocol):
    """How a call is spelt on the wire."""

    def write(self, service: str, ask: Ask, audit: AuditEntry, token: str) -> WireRequest: ...

    def read(self, ask: Ask, body: bytes) -> Answer:
        """Raises :class:`Malformed` or :class:`Declined`, and nothing else, whatever the bytes."""


@dataclass(frozen=True, slots=True)
class Line:
    """What all registries behind one interoperability centre share. ``base`` without a slash at its end."""

    base: str
    session: aiohttp.ClientSession
    credentials: Credentials
    dialect: Dialect
    audit: Audit
    ambient: Ambient
    unit: str


_TRANSLATION: tuple[tuple[type[Exception], type[RegistryError], str], ...] = (
    # The first that fits. TimeoutError is an OSError and some aiohttp errors are both: order matters.
    (TimeoutError, RegistryUnavailable, "timeout"),
    (aiohttp.ClientError, Repeatable, "connection"),
    (OSError, Repeatable, "connection"),
    (Malformed, RegistryRefused, "malformed answer: {error}"),
    (Declined, RegistryRefused, "error {error}"),
)
_STATUSES: Mapping[int, tuple[type[RegistryError], str]] = {
    401: (RegistryRefused, "credentials"),
    403: (RegistryRefused, "credentials"),
    408: (RegistryUnavailable, "http 408"),
    429: (RegistryUnavailable, "http 429"),  # it asks for less: not repeated here
}
_FOREIGN: tuple[type[Exception], ...] = (*(kind for kind, _, _ in _TRANSLATION), BadStatus)


def translate(registry: str, error: Exception) -> RegistryError:
    """A foreign error in our words. Only connection errors and 5xx are :class:`Repeatable`."""
    if isinstance(error, BadStatus):
        default = Repeatable if error.status in _SERVER_ERRORS else RegistryRefused
        ours, reason = _STATUSES.get(error.status, (default, f"http {error.status}"))
        return ours(registry, reason)
    ours, reason = next((ours, reason) for kind, ours, reason in _TRANSLATION if isinstance(error, kind))
    return ours(registry, reason.format(error=error))


class Ked:
    """Calls to one service. ``registry`` is our name for it, ``service`` the centre's."""

    def __init__(self, registry: str, service: str, line: Line, limits: Limits) -> None:
        self.registry = registry
        self._service = service
        self._line = line
        self._guard = Guard(registry, limits, line.ambient)

    @property
    def state(self) -> str:
        """The breaker's: ``closed``, ``open`` or ``half-open``. For doctor and metrics."""
        return self._guard.breaker.state

    async def call(self, ask: Ask) -> Mapping[str, Any]:
        """The output record. Raises :class:`RegistryError`, and nothing else but cancellation."""

        async def attempt(end: float) -> Answer:
            return await self._audited(ask, end)

        return (await self._guard.run(attempt, safe=ask.safe, deadline=ask.deadline)).output

    async def _audited(self, ask: Ask, end: float) -> Answer:
        entry = self._entry(ask)
        audit_id = await self._begin(entry, end)
        started = self._line.ambient.ticks()
        answer: Answer | None = None
        error: str | None = "cancelled"
        try:
            answer = await self._exchange(ask, entry, end)
            error = None
            return answer
        except RegistryError as problem:
            error = problem.reason
            raise
        finally:
            elapsed = self._line.ambient.ticks() - started
            await self._complete(audit_id, AuditResult(elapsed, answer.sequence_id if answer else None, error))

    def _entry(self, ask: Ask) -> AuditEntry:
        ambient = self._line.ambient
        return AuditEntry(
            transaction_id=ambient.new_id(),
            at=ambient.now(),
            registry=self.registry,
            operation=ask.operation,
            unit=self._line.unit,
            cause=current_cause(),
            subject=ask.subject,
        )

    async def _begin(self, entry: AuditEntry, end: float) -> int:
        try:
            async with asyncio.timeout_at(end):
                return await self._line.audit.begin(entry)
        except Exception as error:  # whatever the store raises: what cannot be written down is not asked
            raise NotAsked(self.registry, "audit") from error

    async def _complete(self, audit_id: int, result: AuditResult) -> None:
        try:
            await self._line.audit.complete(audit_id, result)
        except Exception as error:  # likewise: an answer that is not accounted for is not used
            raise NotAsked(self.registry, "audit") from error

    async def _exchange(self, ask: Ask, entry: AuditEntry, end: float) -> Answer:
        try:
            async with asyncio.timeout_at(end):
                return self._line.dialect.read(ask, await self._send(ask, entry))
        except _FOREIGN as error:
            raise translate(self.registry, error) from error

    async def _send(self, ask: Ask, entry: AuditEntry) -> bytes:
        token = await self._token(None)
        status, body = await self._post(self._line.dialect.write(self._service, ask, entry, token))
        if status == 401:  # not done, for want of a good token: repeating it is safe whatever it does
            token = await self._token(token)
            status, body = await self._post(self._line.dialect.write(self._service, ask, entry, token))
        if status != 200:
            raise BadStatus(status)
        return body

    def malformed(self, what: str) -> RegistryRefused:
        """For connectors: the output record is not what the agreement says. ``what`` names a field of ours."""
        return RegistryRefused(self.registry, f"malformed answer: {what}")

    async def _token(self, stale: str | None) -> str:
        try:
            return await self._line.credentials.token(stale)
        except RegistryError as error:
            raise type(error)(self.registry, f"token: {error.reason}") from error

    async def _post(self, request: WireRequest) -> tuple[int, bytes]:
        url = f"{self._line.base}{request.path}"
        async with self._line.session.post(
            url, data=request.body, headers=request.headers, allow_redirects=False
        ) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                body += chunk
                if len(body) > _ANSWER_BYTES:
                    raise Malformed("size")
            return response.status, bytes(body)
