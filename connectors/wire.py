"""One call as it crosses the wire: the question, the answer, what can be wrong with either, and our words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from connectors.audit import AuditEntry
from connectors.call_policy import Repeatable
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable

ANSWER_BYTES = 1024 * 1024
LONG_ANSWER_BYTES = 16 * 1024 * 1024
"""For a page of changes, or a document of 10 MB in base64."""

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
    """An HTTP status other than 200, or what a dialect says in other words but means as that status."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """One question. ``subject`` is whom it is about (for the audit row); ``safe`` says that it may be asked again.

    ``lists`` names the fields that hold lists, in the answer: XML does not tell. ``deadline`` in seconds, where the
    registry's own is too short. An answer of more than ``most`` bytes is refused.
    """

    operation: str
    input: Mapping[str, Any] = field(repr=False)
    subject: str = field(default="", repr=False)
    safe: bool = False
    lists: frozenset[str] = frozenset()
    deadline: float | None = None
    most: int = ANSWER_BYTES


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

    def write(self, service: str, call: ServiceCall, audit: AuditEntry, secret: str) -> WireRequest:
        """``secret`` is what the line's credentials give: a token, or a password."""

    def read(self, call: ServiceCall, status: int, body: bytes) -> Answer:
        """Raises :class:`Malformed`, :class:`Declined` or :class:`BadStatus`, and nothing else, whatever the bytes."""


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
FOREIGN: tuple[type[Exception], ...] = (*(kind for kind, _, _ in _TRANSLATION), BadStatus)
"""All that :func:`translate` knows."""


def translate(registry: str, error: Exception) -> RegistryError:
    """A foreign error in our words. Only connection errors and 5xx are :class:`Repeatable`."""
    if isinstance(error, BadStatus):
        default = Repeatable if error.status in _SERVER_ERRORS else RegistryRefused
        ours, reason = _STATUSES.get(error.status, (default, f"http {error.status}"))
        return ours(registry, reason)
    ours, reason = next((ours, reason) for kind, ours, reason in _TRANSLATION if isinstance(error, kind))
    return ours(registry, reason.format(error=error))


async def read_at_most(response: aiohttp.ClientResponse, size: int) -> bytes:
    """The body. Raises :class:`Malformed` once it is longer than ``size`` bytes."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > size:
            raise Malformed("size")
    return bytes(body)
