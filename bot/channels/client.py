"""One HTTP exchange with a provider, under a deadline, every failure told as a :class:`SendError`.

The translation answers one question: *may the provider have accepted the message?*

==============================================  ==========================================================
no connection, no name, no free connection      no: the request was never written, ``RETRY``
no trust in the certificate, no such URL        no, and waiting does not help: ``PAGE_OPERATOR``
deadline passed, or dropped, after that point   perhaps: ``UNKNOWN``
an HTTP status                                  :func:`refusal`
==============================================  ==========================================================

No error carries or chains the client's own: its text holds the URL, and a URL may hold a phone number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from bot.channels.port import Remedy, SendError

CONNECT_SECONDS = 3.0
BODY_LIMIT = 4 << 20
CHUNK = 64 << 10
LONGEST_WAIT = 86_400.0

_FAILURES: tuple[tuple[type[Exception], Remedy, str], ...] = (  # the first that fits
    (aiohttp.ClientConnectorCertificateError, Remedy.PAGE_OPERATOR, "http:certificate"),
    (aiohttp.InvalidURL, Remedy.PAGE_OPERATOR, "http:url"),
    (aiohttp.ClientConnectorError, Remedy.RETRY, "http:connect"),
    (aiohttp.ConnectionTimeoutError, Remedy.RETRY, "http:connect"),
    (TimeoutError, Remedy.UNKNOWN, "timeout"),
    (Exception, Remedy.UNKNOWN, "http:dropped"),
)

_STATUSES: Mapping[int, Remedy] = MappingProxyType(
    {
        401: Remedy.PAGE_OPERATOR,
        403: Remedy.PAGE_OPERATOR,
        404: Remedy.PAGE_OPERATOR,
        405: Remedy.PAGE_OPERATOR,
        407: Remedy.PAGE_OPERATOR,
        408: Remedy.RETRY,  # the server gave up waiting for the request: it never had all of it
        425: Remedy.RETRY,
        429: Remedy.RETRY,
    }
)
_CLASSES: Mapping[int, Remedy] = MappingProxyType({3: Remedy.PAGE_OPERATOR, 4: Remedy.NEVER})


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back: the status, the whole body, and how many seconds the provider asks us to wait."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str | URL,
    *,
    headers: Mapping[str, str],
    deadline: float,
    data: bytes | None = None,
    params: Mapping[str, str] | None = None,
) -> Answered:
    """Ask once and read the answer, all within ``deadline`` seconds. No redirect: credentials go to one host.

    Raises :class:`SendError` when no whole answer came, never for an answer's status.
    """
    if session.closed:
        raise SendError(Remedy.RETRY, "http:closed")
    timeout = aiohttp.ClientTimeout(total=deadline, connect=min(CONNECT_SECONDS, deadline / 2))
    try:
        async with session.request(
            method, url, params=params, data=data, headers=headers, timeout=timeout, allow_redirects=False
        ) as response:
            return Answered(response.status, await _read(response), retry_after(response.headers))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        failure = SendError(*failure_of(error))
    raise failure


def refusal(answered: Answered, others: Mapping[int, Remedy] = MappingProxyType({})) -> SendError:
    """What an answer that is not a success asks for. ``others`` are the statuses that one provider means differently.

    429 and 408 were not processed. A 5xx may come from a gateway in front of a server that went on: ``UNKNOWN``.
    """
    status = answered.status
    remedy = others.get(status) or _STATUSES.get(status) or _CLASSES.get(status // 100, Remedy.UNKNOWN)
    return SendError(remedy, f"http:{status}", retry_after=answered.retry_after)


def query(url: str) -> Mapping[str, str]:
    """The query of a URL that came from outside; empty where it is none at all."""
    try:
        return URL(url, encoded=True).query
    except ValueError:
        return {}


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object in these bytes, or ``None`` when they hold anything else."""
    try:
        value = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        value = _decode_odd(body)
    return value if isinstance(value, dict) else None


def _decode_odd(body: bytes) -> Any:
    """What the fast decoder refuses and the standard library may read: lone surrogates, very long integers."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # too many digits and too many brackets are bad JSON too
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds in a ``Retry-After`` header; one that names a date is measured against the answer's own ``Date``."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):  # TypeError: only one of the two names its zone
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > BODY_LIMIT:
            raise aiohttp.ClientPayloadError("the answer is too long")
    return b"".join(chunks)


def failure_of(error: Exception) -> tuple[Remedy, str]:
    """The remedy and the code of a failure of the client's, or of a deadline."""
    return next((remedy, code) for kind, remedy, code in _FAILURES if isinstance(error, kind))
