"""Viber's REST bot API as a channel. https://developers.viber.com/docs/api/rest-bot-api/"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import aiohttp
from yarl import URL

from bot.channels import client, media
from bot.channels.port import Answer, Attachment, Outbound, OutboundFile, Parsed, Part, Sent, WebhookRequest
from bot.channels.viber import parse, send
from bot.channels.viber.codes import API_VERSION_TOO_HIGH
from bot.channels.viber.compose import compose
from dialogues.turn import Reply

NAME_LIMIT = 28
DEFAULT_RATE = 50.0  # the one rate that Viber publishes, for its broadcasts: 500 requests in 10 seconds
SHORTEST_WAIT = 0.001
MEDIA_DOMAIN = "viber.com"  # https://dl-media.viber.com/...


class ViberChannel:
    """``welcome`` holds what a person reads who opens the chat, by language, the first for every other language.

    ``rate`` is in sends a second, ``deadline`` in seconds for one send, ``fetch_deadline`` for one file.
    Raises :class:`ValueError` for a token, a name or a welcome that Viber would refuse.
    """

    name = parse.NAME
    paths = ("/webhooks/viber",)

    def __init__(
        self,
        auth_token: str,
        sender_name: str,
        session: aiohttp.ClientSession,
        *,
        welcome: Mapping[str, Reply] = MappingProxyType({}),
        api_url: str = "https://chatapi.viber.com/pa",
        rate: float = DEFAULT_RATE,
        deadline: float = 10.0,
        fetch_deadline: float = media.FETCH_SECONDS,
    ) -> None:
        if not auth_token or not auth_token.isascii() or not auth_token.isprintable():
            raise ValueError("the Viber token must be printable ASCII")
        if not 0 < len(sender_name) <= NAME_LIMIT:
            raise ValueError(f"the Viber sender name must have 1 to {NAME_LIMIT} characters")
        self.rate = rate
        self._inner, self._outer = _keyed(auth_token.encode())
        self._sender = sender_name
        self._session = session
        self._url = api_url.rstrip("/") + "/send_message"
        self._headers = {"X-Viber-Auth-Token": auth_token, "Content-Type": "application/json"}
        self._deadline = deadline
        self._fetch_deadline = fetch_deadline
        self._own = URL(api_url)
        self._welcomes = {language: self._answer(reply) for language, reply in welcome.items()}

    def verify(self, request: WebhookRequest) -> bool:
        """HMAC-SHA256 over the bytes as they came; ``sig`` in the query counts only without the header."""
        given = request.headers.get("x-viber-content-signature")
        if given is None:
            given = client.query(request.url).get("sig", "")
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(request.body)
        outer.update(inner.digest())
        return hmac.compare_digest(given.encode(errors="replace"), outer.hexdigest().encode())

    def parse(self, request: WebhookRequest) -> Parsed:
        return parse.parse(request.body, request.received_at, self._welcomes, self._own)

    def compose(self, reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
        return compose(reply, file)

    async def send(self, message: Outbound) -> Sent:
        """A client that is too old for the message gets it as plain text: at once, once, within the same deadline."""
        until = asyncio.get_running_loop().time() + self._deadline
        answered = await self._post(send.rich(message, self._sender), self._deadline)
        if answered.ok and send.status_of(answered) == API_VERSION_TOO_HIGH:
            left = until - asyncio.get_running_loop().time()
            answered = await self._post(send.plain(message, self._sender), max(left, SHORTEST_WAIT))
        return send.outcome(answered, message)

    async def find(self, message: Outbound, since: datetime, known: frozenset[str]) -> None:
        """Viber offers no way to ask what it accepted."""

    async def fetch(self, attachment: Attachment, limit_bytes: int) -> bytes:
        return await media.download(
            self._session,
            media.url_of(attachment),
            limit_bytes=limit_bytes,
            deadline=self._fetch_deadline,
            allowed=lambda url: media.under(url, MEDIA_DOMAIN) or media.same_server(url, self._own),
        )

    async def _post(self, body: bytes, deadline: float) -> client.Answered:
        return await client.exchange(
            self._session, "POST", self._url, headers=self._headers, data=body, deadline=deadline
        )

    def _answer(self, reply: Reply) -> Answer:
        parts = compose(reply)
        if len(parts) != 1:
            raise ValueError("a Viber welcome must be one message")
        content = send.content(parts[0].text, parts[0].choices, self._sender)
        return Answer(send.encoded(content).decode(), "application/json")


def _keyed(key: bytes) -> tuple[Any, Any]:
    """The two hashes of HMAC-SHA256 (RFC 2104), the key's block in them already: it is the same for every webhook."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
