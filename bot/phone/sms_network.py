"""The mobile network between Twilio and the handsets: status callbacks, inbound webhooks, what is on the screens."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.phone.context import PhoneContext
from bot.phone.gsm import measure
from bot.phone.screens import Bubble
from bot.phone.sms_messages import API_VERSION, SmsMessage, SmsStore
from bot.phone.webhook_client import Answer
from bot.phone.webhooks import twilio_webhook

GEOGRAPHY = ("State", "City", "Zip")
UNREACHABLE_HANDSET, UNKNOWN_HANDSET = 30003, 30005
STOP_WORDS = ("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL")
START_WORDS = ("START", "YES", "UNSTOP")


class SmsNetwork:
    """Shared by :class:`bot.phone.twilio_server.TwilioServer` (what the service asks) and
    :class:`bot.phone.sms_handsets.SmsHandsets` (what people do).

    ``stopped`` are the numbers that have sent the carrier's STOP, ``off`` those out of reach.
    """

    def __init__(self, board: PhoneContext, *, keep: int | None) -> None:
        self.board = board
        self.store = SmsStore(keep=keep)
        self.stopped: set[str] = set()
        self.off: set[str] = set()

    def clear(self) -> None:
        """No messages, nobody stopped, every handset on."""
        self.store.clear()
        self.stopped.clear()
        self.off.clear()

    def show(self, number: str, text: str, *, mine: bool, status: str, provider_id: str) -> Bubble | None:
        """Put a message on the handset's screen, if the demo has that handset."""
        if self.board.screens.holder("sms", number) is None:
            return None
        return self.board.screens.add(
            "sms",
            number,
            mine=mine,
            kind="text",
            text=text,
            at=self.board.clock(),
            status=status,
            provider_id=provider_id,
            parts=asdict(measure(text)),
        )

    async def inbound(self, message: SmsMessage, media: tuple[str, ...] = ()) -> Answer:
        """Post what a person has sent."""
        form = self._inbound_form(message, media)
        url = self.board.webhook_client.addresses.public(self.board.webhook_client.addresses.sms_path)
        return await self._post(url, form, event="received", address=message.sender or "")

    async def report(self, message: SmsMessage, bubble_id: int) -> None:
        """What becomes of an accepted message: its statuses, each told to the StatusCallback that was given."""
        board = self.board
        times = board.receipts
        await board.webhook_client.sleep(times.sent if times else 0)
        ending = self._ending(message)
        steps = ["queued", "sent", ending] if message.service else ["sent", ending]
        for step in board.faults.receipts("sms", steps):
            if step == ending:
                await board.webhook_client.sleep(times.delivered if times else 0)
            self._advance(message, step, bubble_id)
            if message.callback:
                await self._call_back(message, step)

    def _ending(self, message: SmsMessage) -> str:
        known = self.board.screens.holder("sms", message.to) is not None
        if message.to in self.off or self.board.faults.delivery_fails("sms"):
            message.error = UNREACHABLE_HANDSET
        elif not known and not self.board.accept_strangers:
            message.error = UNKNOWN_HANDSET
        return "undelivered" if message.error else "delivered"

    def _advance(self, message: SmsMessage, step: str, bubble_id: int) -> None:
        """The message itself only moves forward, in whatever order its receipts are told."""
        ranks = ("accepted", "queued", "sent", "delivered", "undelivered")
        if ranks.index(step) > ranks.index(message.status):
            message.status = step
            message.updated = self.board.clock()
            message.sent = message.sent or message.updated
            self.board.screens.mark("sms", message.to, bubble_id, status=step)

    async def _call_back(self, message: SmsMessage, step: str) -> Answer:
        form = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": step,
            "SmsStatus": step,
            "To": message.to,
            "From": message.sender or self.board.account.sms_number,
            "AccountSid": self.board.account.twilio_sid,
            "ApiVersion": API_VERSION,
        }
        if message.service:
            form["MessagingServiceSid"] = message.service
        if step == "delivered":
            form["RawDlrDoneDate"] = self.board.clock().strftime("%y%m%d%H%M")
        if step == "undelivered":
            form["ErrorCode"] = str(message.error)
        return await self._post(message.callback or "", form, event=step, address=message.to)

    def _inbound_form(self, message: SmsMessage, media: tuple[str, ...]) -> dict[str, str]:
        # Twilio sends what it does not know as blanks, and signs them
        blanks = {f"{side}{part}": "" for side in ("From", "To") for part in GEOGRAPHY}
        attached = {f"MediaUrl{index}": url for index, url in enumerate(media)}
        attached |= {f"MediaContentType{index}": "image/jpeg" for index in range(len(media))}
        service = {"MessagingServiceSid": message.service} if message.service else {}
        return {
            **blanks,
            **attached,
            **service,
            "ToCountry": "GR",
            "FromCountry": "GR",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageSid": message.sid,
            "SmsStatus": "received",
            "Body": message.body,
            "To": message.to,
            "From": message.sender or "",
            "NumMedia": str(len(media)),
            "NumSegments": str(message.parts),
            "AccountSid": self.board.account.twilio_sid,
            "ApiVersion": API_VERSION,
        }

    async def _post(self, url: str, form: dict[str, Any], *, event: str, address: str) -> Answer:
        account, idempotency = self.board.account, self.board.ids.sid("")
        webhook = twilio_webhook(account.twilio_token, url, form, event=event, address=address, idempotency=idempotency)
        return await self.board.webhook_client.post(webhook)
