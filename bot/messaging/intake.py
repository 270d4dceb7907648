"""Webhooks of channels in: verify, keep, 200 (:class:`bot.web.signed.SignedRequests`).

Nothing else happens before the answer: no language, no provider, no registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from bot.channels.port import BadWebhook, Channel, Inbound, Parsed, Receipt, WebhookRequest
from bot.messaging.payload import pack
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.web.signed import LIMITS, Accepted, Forbidden, Limits, Read, SignedRequests, Unreadable
from casestore.queues.arrivals import keep
from casestore.vault import address_key

MAX_ID = 64  # characters of a provider's id that the tables hold; Viber's have 19, Twilio's 34


class Intake:
    """The webhook routes of all channels that are on."""

    def __init__(
        self,
        *,
        channels: Sequence[Channel],
        store: Store,
        metrics: Metrics,
        clock: Clock,
        public_url: str,
        limits: Limits = LIMITS,
    ) -> None:
        self._channels = channels
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._signed: SignedRequests[Parsed] = SignedRequests(self._write, metrics, clock, limits)

    def routes(self) -> list[web.RouteDef]:
        """One for each path."""
        return [
            web.post(path, self._signed.handler(channel.name, self._reader(channel, path)))
            for channel in self._channels
            for path in channel.paths
        ]

    def _reader(self, channel: Channel, path: str) -> Read[Parsed]:
        def read(request: web.Request, body: bytes) -> Accepted[Parsed]:
            webhook = WebhookRequest(
                path=path,
                url=self._public_url + request.raw_path,
                headers=request.headers,
                body=body,
                received_at=self._clock(),
            )
            if not channel.verify(webhook):
                raise Forbidden(channel.name, "signature")
            try:
                parsed = channel.parse(webhook)
                _check_ids(parsed)
            except BadWebhook as error:
                raise Unreadable(channel.name, str(error)) from None
            row = parsed if parsed.inbound or parsed.receipts else None
            return Accepted(row, parsed.answer.body, parsed.answer.content_type)

        return read

    def _receipt(self, receipt: Receipt, now: datetime) -> dict[str, object]:
        return self._store.receipts.row(
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
        await keep(self._store.database, messages, told)

    def _message(self, message: Inbound, now: datetime) -> dict[str, object]:
        key = address_key(self._store.vault, message.channel, message.address)
        return self._store.inbox.row(
            channel=message.channel,
            external_id=message.external_id,
            conversation_key=key,
            payload=pack(message),
            received_at=now,
        )


def _check_ids(parsed: Parsed) -> None:
    """Raises :class:`BadWebhook` for an id that no table could hold."""
    for message in parsed.inbound:
        if len(message.external_id) > MAX_ID:
            raise BadWebhook("an id that is too long")
    for receipt in parsed.receipts:
        if len(receipt.provider_id) > MAX_ID:
            raise BadWebhook("an id that is too long")
