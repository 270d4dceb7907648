"""Webhooks in: verify, keep, 200. Nothing else happens before the answer: no language, no provider, no registry.

What arrives while a commit is under way shares the next one (:class:`casestore.groupcommit.GroupCommit`), so the
answer means that the message is on the disk, and a burst costs few waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from time import perf_counter

import msgspec
import structlog
from aiohttp import web

from bot.channels.parcel import pack
from bot.channels.port import BadWebhook, Channel, Inbound, Parsed, Receipt, WebhookRequest
from bot.metrics import Metrics
from casestore.database import Database
from casestore.groupcommit import GroupCommit
from casestore.inbox import Arrival, Inbox
from casestore.people import address_key
from casestore.tables import inbox, receipts
from casestore.vault import Vault

MAX_BODY = 64 * 1024  # bytes; Viber stops at 30 KB, Twilio far below
MAX_ID = 64  # characters of a provider's id that the tables hold; Viber's have 19, Twilio's 34
STORE_WITHIN = 8.0  # seconds; whoever waits for a lock longer is told to come back: Twilio waits 15 in all

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


class Kept(msgspec.Struct, frozen=True):
    """What one webhook adds to the database, sealed and ready to be written."""

    arrivals: tuple[dict[str, object], ...]
    receipts: tuple[dict[str, object], ...]


class Intake:
    """The webhook routes of all channels that are on."""

    def __init__(
        self,
        channels: Sequence[Channel],
        database: Database,
        vault: Vault,
        metrics: Metrics,
        clock: Clock,
        public_url: str,
        *,
        max_body: int = MAX_BODY,
        store_within: float = STORE_WITHIN,
    ) -> None:
        self._channels = {path: channel for channel in channels for path in channel.paths}
        self._database = database
        self._vault = vault
        self._inbox = Inbox(database, vault)
        self._metrics = metrics
        self._clock = clock
        self._public_url = public_url
        self._max_body = max_body
        self._store_within = store_within
        self._commits = GroupCommit(self._write)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(path, self.handle) for path in self._channels]

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one webhook; the table of answers is in docs/http.md."""
        started = perf_counter()
        channel = self._channels[request.path]
        response = await self._answer(channel, request)
        self._metrics.acked(channel.name, response.status, perf_counter() - started)
        return response

    async def _answer(self, channel: Channel, request: web.Request) -> web.Response:
        if (request.content_length or 0) > self._max_body:  # not a byte of it is read
            return _too_large()
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _too_large()
        except (web.RequestPayloadError, OSError):  # cut short, or not compressed as it says: nobody signs such a thing
            return web.Response(status=400, text="the body breaks off")
        if len(body) > self._max_body:
            return _too_large()
        webhook = WebhookRequest(
            path=request.path,
            url=self._public_url + request.raw_path,
            query=_Lazy(lambda: request.query),
            headers=request.headers,
            body=body,
            received_at=self._clock(),
        )
        if not channel.verify(webhook):
            log.warning("webhook.forbidden", channel=channel.name)
            return web.Response(status=403, text="signature missing or wrong")
        try:
            parsed = _checked(channel.parse(webhook))
        except BadWebhook as error:
            log.warning("webhook.unreadable", channel=channel.name, reason=str(error))
            return web.Response(status=400, text=str(error))
        return await self._keep(channel, parsed, webhook.received_at)

    async def _keep(self, channel: Channel, parsed: Parsed, now: datetime) -> web.Response:
        if parsed.inbound or parsed.receipts:
            try:
                await self._commits.put(self._rows(parsed, now))
            except Exception:  # whatever the reason is, it is not kept, and only the provider still has it
                log.exception("webhook.not-stored", channel=channel.name)
                return web.Response(status=503, text="not stored, please try again", headers={"Retry-After": "5"})
        if not parsed.answer.body:
            return web.Response()
        return web.Response(text=parsed.answer.body, content_type=parsed.answer.content_type)

    def _rows(self, parsed: Parsed, now: datetime) -> Kept:
        return Kept(
            tuple(self._inbox.row(self._arrival(message, now)) for message in parsed.inbound),
            tuple(self._receipt(receipt, now) for receipt in parsed.receipts),
        )

    def _arrival(self, message: Inbound, now: datetime) -> Arrival:
        key = address_key(self._vault, message.channel, message.address)
        return Arrival(message.channel, message.external_id, key, pack(message), now)

    def _receipt(self, receipt: Receipt, now: datetime) -> dict[str, object]:
        address = receipt.address
        return {
            "channel": receipt.channel,
            "provider_id": receipt.provider_id,
            "message_id": receipt.message_id,
            "recipient_key": address_key(self._vault, receipt.channel, address) if address else None,
            "status": str(receipt.status),
            "all_before": receipt.all_before,
            "error": receipt.error,
            "remedy": str(receipt.remedy) if receipt.remedy else None,
            "at": receipt.at,
            "received_at": now,
            "due_at": now,
        }

    async def _write(self, batch: Sequence[Kept]) -> None:
        arrivals = [row for kept in batch for row in kept.arrivals]
        spooled = [row for kept in batch for row in kept.receipts]
        async with asyncio.timeout(self._store_within):  # what commits after that is a repeat when it comes again
            await self._database.append({inbox: arrivals, receipts: spooled})


def _too_large() -> web.Response:
    return web.Response(status=413, text="too large")


def _checked(parsed: Parsed) -> Parsed:
    """Raises :class:`BadWebhook` for an id that no table could hold."""
    ids = [message.external_id for message in parsed.inbound] + [receipt.provider_id for receipt in parsed.receipts]
    if any(len(found) > MAX_ID for found in ids):
        raise BadWebhook("an id that is too long")
    return parsed


class _Lazy(Mapping[str, str]):
    """Headers or query of a request, looked at only when a channel asks: parsing them costs more than most channels
    need."""

    __slots__ = ("_found", "_read")

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read
        self._found: Mapping[str, str] | None = None

    @property
    def _all(self) -> Mapping[str, str]:
        if self._found is None:
            self._found = self._read()
        return self._found

    def __getitem__(self, key: str) -> str:
        return self._all[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
