"""Webhooks in: verify, keep, 200. Nothing else happens before the answer: no language, no provider, no registry.

What arrives while a commit is under way shares the next one (:class:`casestore.groupcommit.GroupCommit`), so the
answer means that the message is on the disk, and a burst costs few waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from time import perf_counter

import msgspec
import structlog
from aiohttp import web

from bot.channels.parcel import pack
from bot.channels.port import BadWebhook, Channel, Inbound, Parsed, Receipt, WebhookRequest
from bot.metrics import Metrics
from casestore.database import Database, StoreDown
from casestore.groupcommit import GroupCommit
from casestore.inbox import Arrival, Inbox
from casestore.people import address_key
from casestore.tables import inbox, receipts
from casestore.vault import Vault

MAX_BODY = 64 * 1024  # bytes; Viber stops at 30 KB, Twilio far below

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
    ) -> None:
        self._channels = {path: channel for channel in channels for path in channel.paths}
        self._database = database
        self._vault = vault
        self._inbox = Inbox(database, vault)
        self._metrics = metrics
        self._clock = clock
        self._public_url = public_url
        self._max_body = max_body
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
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, text="too large")
        if len(body) > self._max_body:
            return web.Response(status=413, text="too large")
        webhook = WebhookRequest(
            path=request.path,
            url=self._public_url + request.raw_path,
            query=_Lazy(lambda: request.query),
            headers=request.headers,
            body=body,
        )
        if not channel.verify(webhook):
            log.warning("webhook.forbidden", channel=channel.name)
            return web.Response(status=403, text="signature missing or wrong")
        try:
            parsed = channel.parse(webhook)
        except BadWebhook as error:
            log.warning("webhook.unreadable", channel=channel.name, reason=str(error))
            return web.Response(status=400, text=str(error))
        return await self._keep(channel, parsed)

    async def _keep(self, channel: Channel, parsed: Parsed) -> web.Response:
        if parsed.inbound or parsed.receipts:
            try:
                await self._commits.put(self._rows(parsed))
            except StoreDown:
                log.exception("webhook.not-stored", channel=channel.name)
                return web.Response(status=503, text="not stored, please try again", headers={"Retry-After": "5"})
        if not parsed.answer.body:
            return web.Response()
        return web.Response(text=parsed.answer.body, content_type=parsed.answer.content_type)

    def _rows(self, parsed: Parsed) -> Kept:
        now = self._clock()
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
        await self._database.append({inbox: arrivals, receipts: spooled})


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
