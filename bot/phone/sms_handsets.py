"""What a person does with SMS: writes, reads, switches the phone off. The carrier obeys STOP and START by itself."""

from __future__ import annotations

from bot.phone.gsm import measure
from bot.phone.sms_messages import SmsMessage
from bot.phone.sms_network import START_WORDS, STOP_WORDS, SmsNetwork

STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe."
"""What Twilio itself answers, in English, whatever the service does."""


class SmsHandsets:
    """Every method names the person by the E.164 number. ``carrier_opt_out``: does Twilio obey STOP by itself?"""

    def __init__(self, network: SmsNetwork, *, carrier_opt_out: bool = True) -> None:
        self._network = network
        self._board = network.board
        self._carrier_opt_out = carrier_opt_out

    async def write(self, number: str, text: str, *, media: tuple[str, ...] = ()) -> bool:
        """Send an SMS; did the service take it?"""
        board = self._board
        message = SmsMessage(
            sid=board.ids.sid("MM" if media else "SM"),
            to=board.account.sms_number,
            sender=number,
            body=text,
            status="received",
            created=board.clock(),
            parts=measure(text).parts,
            direction="inbound",
            service=board.account.sms_service,
        )
        if board.journal.record:
            self._network.store.add(message)
        bubble = self._network.show(number, text, mine=True, status="sending", provider_id=message.sid)
        self._obey(number, text)
        answer = await self._network.inbound(message, media)
        taken = answer.taken("sms")
        if bubble is not None:
            board.screens.mark("sms", number, bubble.id, status="taken" if taken else "failed")
        return taken

    def switch(self, number: str, *, off: bool) -> None:
        """Take the handset off the network, or back. What is sent meanwhile ends *undelivered* (30003)."""
        (self._network.off.add if off else self._network.off.discard)(number)

    def _obey(self, number: str, text: str) -> None:
        word = text.strip().upper()
        if not self._carrier_opt_out or word not in STOP_WORDS + START_WORDS:
            return
        stop = word in STOP_WORDS
        if stop != (number in self._network.stopped):
            (self._network.stopped.add if stop else self._network.stopped.discard)(number)
            self._board.screens.flag("sms", number, "stopped", stop)
            answer = STOPPED if stop else STARTED
            self._network.show(number, answer, mine=False, status="delivered", provider_id="")
