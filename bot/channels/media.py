"""What strangers send beside words: told in bounds, and fetched from the provider's own hosts alone.

A URL in a webhook was chosen by somebody outside. It is kept if it could be one, and opened only where a channel says
that the host is its provider's: else anybody could have the service call any address, our own among them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import aiohttp
from yarl import URL

from bot.channels.client import CHUNK, CONNECT_SECONDS, failure_of, retry_after
from bot.channels.port import Attachment, FetchError, Remedy
from bot.channels.text import fit

FETCH_SECONDS = 60.0  # 50 MB at 7 Mbit/s
MOST_REDIRECTS = 3
ADDRESS_LIMIT = 2000  # characters
NAME_LIMIT = 256
SIZE_LIMIT = 1 << 40  # bytes; more is no file's size
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_STATUSES: Mapping[int, Remedy] = MappingProxyType({408: Remedy.RETRY, 425: Remedy.RETRY, 429: Remedy.RETRY})
_REFUSED = frozenset({401, 403})
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_ADDRESS = re.compile(f"[!-~]{{1,{ADDRESS_LIMIT}}}")
_SEPARATORS = re.compile(r"[/\\]")


def address_in(value: object, own: URL | None = None) -> str | None:
    """The URL, if it is https (or of the server that the operator has set, ``own``) and holds no password."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        return None
    url = _url(value)
    if url is None or url.user is not None or url.password is not None:
        return None
    return value if url.scheme == "https" or same_server(url, own) else None


def name_in(value: object) -> str | None:
    """A file's name without folders and without characters that do not print."""
    if not isinstance(value, str):
        return None
    last = _SEPARATORS.split(fit(value))[-1]
    return "".join(filter(str.isprintable, last))[-NAME_LIMIT:].strip() or None


def size_in(value: object) -> int | None:
    """A number of bytes."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= SIZE_LIMIT else None


def media_type_in(value: object) -> str | None:
    """``application/pdf``, without what may follow it."""
    found = value.partition(";")[0].strip().lower() if isinstance(value, str) else ""
    return found if _MEDIA_TYPE.fullmatch(found) else None


def same_server(url: URL, own: URL | None) -> bool:
    """The same scheme, host and port."""
    return own is not None and (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)


def under(url: URL, domain: str) -> bool:
    """Is it an https URL of this domain, or of a host in it?"""
    host = (url.host or "").lower()
    return url.scheme == "https" and url.port == 443 and (host == domain or host.endswith(f".{domain}"))


def url_of(attachment: Attachment) -> URL:
    """Raises :class:`FetchError` when there is none."""
    url = _url(attachment.address or "")
    if url is None:
        raise FetchError(Remedy.NEVER, "media:no-address")
    return url


async def download(
    session: aiohttp.ClientSession,
    url: URL,
    *,
    limit_bytes: int,
    deadline: float,
    allowed: Callable[[URL], bool],
    headers: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The bytes at ``url``, all within ``deadline`` seconds. ``headers`` go to that URL alone, to no redirect's.

    ``allowed`` judges every URL before it is asked. Raises :class:`FetchError`; it names no URL.
    """
    if session.closed:
        raise FetchError(Remedy.RETRY, "http:closed")
    timeout = aiohttp.ClientTimeout(total=None, connect=min(CONNECT_SECONDS, deadline / 2))
    try:
        async with asyncio.timeout(deadline):
            for _ in range(MOST_REDIRECTS + 1):
                if not allowed(url):
                    raise FetchError(Remedy.NEVER, "media:host")
                asked = session.get(url, headers=headers, timeout=timeout, allow_redirects=False)
                async with asked as response:
                    if response.status not in _REDIRECTS:
                        return await _content(response, limit_bytes)
                    url, headers = _onward(url, response.headers.get("Location", "")), {}
        failure = FetchError(Remedy.NEVER, "media:redirects")
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        remedy, code = failure_of(error)
        failure = FetchError(Remedy.RETRY if remedy is Remedy.UNKNOWN else remedy, code)  # asking twice does no harm
    raise failure


async def _content(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    status = response.status
    if not 200 <= status < 300:
        remedy = _STATUSES.get(status, Remedy.RETRY if status >= 500 else Remedy.NEVER)
        if status in _REFUSED and response.request_info.headers.get("Authorization"):
            remedy = Remedy.PAGE_OPERATOR  # our own credentials are not taken
        raise FetchError(remedy, f"http:{status}", retry_after=retry_after(response.headers))
    if (response.content_length or 0) > limit_bytes:
        raise FetchError(Remedy.NEVER, "media:too-large")
    found = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        found += chunk
        if len(found) > limit_bytes:
            raise FetchError(Remedy.NEVER, "media:too-large")
    return bytes(found)


def _onward(url: URL, location: str) -> URL:
    try:
        target = _url(str(url.join(URL(location, encoded=True)))) if location else None
    except ValueError:
        target = None
    if target is None:
        raise FetchError(Remedy.NEVER, "media:redirects")
    return target


def _url(value: str) -> URL | None:
    try:
        url = URL(value, encoded=True)
        return url if url.host and url.port else None  # read now: a port that is none is found only here
    except ValueError:
        return None
