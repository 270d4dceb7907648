"""The access token for the interoperability centre: fetched once, kept while it lasts, renewed once for all waiters."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from connectors.call_policy import Repeatable
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.runtime import Runtime

_DEFAULT_LIFE = 300.0  # seconds, where the answer does not say (RFC 6749, 5.1 only recommends that it does)
_USED_SHARE = 0.9  # renew before the end: the token must still be good when the request arrives
_TOKEN_BYTES = 65_536


class TokenSource(Protocol):
    """Where the secret of a request's Authorization header comes from."""

    async def token(self, stale: str | None = None) -> str:
        """A token believed good, and not ``stale``, which was just refused. Raises :class:`RegistryError`."""


class Password:
    """A password that was given to us once, for SOAP's UsernameToken and for Basic. It never changes by itself."""

    def __init__(self, password: str) -> None:
        self._password = password

    async def token(self, stale: str | None = None) -> str:  # noqa: ARG002  there is no other to give
        return self._password


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    until: float


class ClientCredentials:
    """OAuth2 client credentials (RFC 6749, 4.4) against ``<base>/oauth/token``."""

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        session: aiohttp.ClientSession,
        runtime: Runtime,
        *,
        deadline: float = 2.0,
    ) -> None:
        secret = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode("ascii")
        self._url = url
        self._headers = {"Authorization": f"Basic {secret}", "Accept": "application/json"}
        self._session = session
        self._runtime = runtime
        self._deadline = deadline
        self._kept: _Token | None = None
        self._renewal: asyncio.Task[_Token] | None = None

    async def token(self, stale: str | None = None) -> str:
        kept = self._kept
        if kept is not None and kept.value != stale and self._runtime.ticks() < kept.until:
            return kept.value
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew())
            self._renewal.add_done_callback(self._renewed)
        # Shielded: a waiter that gives up must not take the renewal away from the others.
        return (await asyncio.shield(self._renewal)).value

    def _renewed(self, task: asyncio.Task[_Token]) -> None:
        self._renewal = None
        if not task.cancelled() and task.exception() is None:
            self._kept = task.result()

    async def _renew(self) -> _Token:
        try:
            async with asyncio.timeout(self._deadline):
                status, body = await self._post()
        except TimeoutError as error:
            raise RegistryUnavailable("token", "timeout") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Repeatable("token", "connection") from error
        if status != 200:
            raise _refusal(status)
        return _read(body, self._runtime.ticks())

    async def _post(self) -> tuple[int, bytes]:
        form = {"grant_type": "client_credentials"}
        async with self._session.post(self._url, data=form, headers=self._headers, allow_redirects=False) as response:
            return response.status, await response.content.read(_TOKEN_BYTES)


def _refusal(status: int) -> RegistryError:
    if status >= 500:
        return Repeatable("token", f"http {status}")
    if status == 429:
        return RegistryUnavailable("token", "http 429")
    return RegistryRefused("token", "credentials" if status in (400, 401, 403) else f"http {status}")


def _read(body: bytes, ticks: float) -> _Token:
    try:
        answer = json.loads(body)
        value, life = answer["access_token"], float(answer.get("expires_in", _DEFAULT_LIFE))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise RegistryRefused("token", "malformed answer") from None  # the cause may quote the token
    if not isinstance(value, str) or not value:
        raise RegistryRefused("token", "malformed answer")
    return _Token(value, ticks + life * _USED_SHARE)
