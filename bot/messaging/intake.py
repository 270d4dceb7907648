"""Webhooks in: verify, keep, 200. Nothing else happens before the answer: no language, no provider, no registry.

What arrives while a commit is under way shares the next one (:class:`casestore.groupcommit.GroupCommit`), so the
answer means that the message is on the disk, and a burst costs few waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from time import perf_counter

import structlog
from aiohttp import web

from bot.channels.port import BadWebhook, Channel, Inbound, Parsed, Receipt, WebhookRequest
from bot.messaging.payload import pack
from bot.metrics import Metrics
from casestore.database import Database
from casestore.groupcommit import GroupCommit
from casestore.queues.arrivals import keep
from casestore.queues.inbox import Inbox
from casestore.queues.receipts import Receipts
from casestore.vault import Vault, address_key

MAX_BODY = 64 * 1024  # bytes; Viber stops at 30 KB, Twilio far below
MAX_ID = 64  # characters of a provider's id that the tables hold; Viber's have 19, Twilio's 34
STORE_WITHIN = 8.0  # seconds; whoever waits for a lock longer is told to come back: Twilio waits 15 in all

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


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
        self._channels = channels
        self._database = database
        self._vault = vault
        self._inbox = Inbox(database, vault)
        self._receipts = Receipts(database, vault)
        self._metrics = metrics
        self._clock = clock
        self._public_url = public_url
        self._max_body = max_body
        self._store_within = store_within
        self._commits: GroupCommit[Parsed] = GroupCommit(self._write)

    def routes(self) -> list[web.RouteDef]:
        """One for each path; the table of answers is in docs/http.md."""
        return [web.post(path, self._handler(channel, path)) for channel in self._channels for path in channel.paths]

    def _handler(self, channel: Channel, path: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            started = perf_counter()
            response = await self._answer(channel, path, request)
            self._metrics.acks.count(channel.name, response.status, perf_counter() - started)
            return response

        return handle

    async def _answer(self, channel: Channel, path: str, request: web.Request) -> web.Response:
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
            path=path,
            url=self._public_url + request.raw_path,
            headers=request.headers,
            body=body,
            received_at=self._clock(),
        )
        if not channel.verify(webhook):
            log.warning("webhook.forbidden", channel=channel.name)
            return web.Response(status=403, text="signature missing or wrong")
        try:
            parsed = channel.parse(webhook)
            _check_ids(parsed)
        except BadWebhook as error:
            log.warning("webhook.unreadable", channel=channel.name, reason=str(error))
            return web.Response(status=400, text=str(error))
        return await self._keep(channel, parsed)

    async def _keep(self, channel: Channel, parsed: Parsed) -> web.Response:
        if parsed.inbound or parsed.receipts:
            try:
                await self._commits.put(parsed)
            except Exception:  # whatever the reason is, it is not kept, and only the provider still has it
                log.exception("webhook.not-stored", channel=channel.name)
                return web.Response(status=503, text="not stored, please try again", headers={"Retry-After": "5"})
        if not parsed.answer.body:
            return web.Response()
        return web.Response(text=parsed.answer.body, content_type=parsed.answer.content_type)

    def _receipt(self, receipt: Receipt, now: datetime) -> dict[str, object]:
        return self._receipts.row(
            channel=receipt.channel,
            provider_id=receipt.provider_id,
            status=receipt.status,
            at=receipt.at,
            now=now,
            message_id=receipt.message_id,
            address=receipt.address,
            all_before=receipt.all_before,
            error=receipt.error,
            remedy=receipt.remedy,
        )

    async def _write(self, batch: Sequence[Parsed]) -> None:
        """Rows are made and sealed here, for a whole batch in one go: between other requests it costs twice."""
        now = self._clock()
        messages = [self._message(message, now) for parsed in batch for message in parsed.inbound]
        told = [self._receipt(receipt, now) for parsed in batch for receipt in parsed.receipts]
        async with asyncio.timeout(self._store_within):  # what commits after that is a repeat when it comes again
            await keep(self._database, messages, told)

    def _message(self, message: Inbound, now: datetime) -> dict[str, object]:
        key = address_key(self._vault, message.channel, message.address)
        return self._inbox.row(
            channel=message.channel,
            external_id=message.external_id,
            conversation_key=key,
            payload=pack(message),
            received_at=now,
        )


def _too_large() -> web.Response:
    return web.Response(status=413, text="too large")


def _check_ids(parsed: Parsed) -> None:
    """Raises :class:`BadWebhook` for an id that no table could hold."""
    for message in parsed.inbound:
        if len(message.external_id) > MAX_ID:
            raise BadWebhook("an id that is too long")
    for receipt in parsed.receipts:
        if len(receipt.provider_id) > MAX_ID:
            raise BadWebhook("an id that is too long")
