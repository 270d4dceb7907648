"""What a person does in Viber: opens the chat, writes, taps, sends things, reads, leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.phone.screens import Bubble
from bot.phone.viber_network import ViberNetwork
from bot.phone.viber_rules import Code, check_message
from bot.phone.viber_server import read_object

ATHENS = {"lat": 37.97551, "lon": 23.73497}
"""Where the demo's people are when they share a location: Syntagma Square."""


class ViberHandsets:
    """Every method names the person by the Viber id and answers whether the service took it."""

    def __init__(self, network: ViberNetwork) -> None:
        self._network = network
        self._board = network.board

    async def open(self, address: str, *, context: str | None = None) -> bool:
        """Open the chat for the first time: *conversation_started*; the welcome is read from the answer."""
        self._network.note(address, "opened")
        more = {"context": context} if context else {}
        subscribed = self._network.user(address).subscribed
        payload = {"type": "open", "user": self._network.profile(address), "subscribed": subscribed, **more}
        answer = await self._network.call("conversation_started", address, payload)
        self._board.screens.flag("viber", address, "open", True)
        if answer is None or not answer.taken("viber"):
            return False
        self._welcome(address, answer.body)
        return True

    async def subscribe(self, address: str) -> bool:
        """Subscribe without a word."""
        self._network.set_subscribed(address, True)
        self._network.note(address, "subscribed")
        answer = await self._network.call("subscribed", address, {"user": self._network.profile(address)})
        return answer is not None and answer.taken("viber")

    async def unsubscribe(self, address: str) -> bool:
        """Leave: nothing can be sent to this person any more."""
        self._network.set_subscribed(address, False)
        self._network.note(address, "unsubscribed")
        answer = await self._network.call("unsubscribed", address, {"user_id": address})
        return answer is not None and answer.taken("viber")

    async def write(self, address: str, text: str) -> bool:
        """Send a text."""
        return await self.say(address, {"type": "text", "text": text})

    async def say(self, address: str, message: Mapping[str, Any], *, silent: bool = False) -> bool:
        """Send a message of any type. The first one subscribes, and Viber posts no *subscribed* for it."""
        user = self._network.user(address)
        self._network.set_subscribed(address, True)
        user.unanswered.clear()
        bubble = None if silent else self._network.show(address, message, mine=True, status="sending")
        tracked = {"tracking_data": user.tracking_data} if user.tracking_data else {}
        sender = self._network.profile(address)
        payload = {"sender": sender, "message": {**message, **tracked}, "silent": silent}
        answer = await self._network.call("message", address, payload)
        taken = answer is not None and answer.taken("viber")
        if bubble is not None:
            self._board.screens.mark("viber", address, bubble.id, status="taken" if taken else "failed")
        return taken

    def button(self, address: str, bubble_id: int, index: int) -> Mapping[str, Any]:
        """A button of a keyboard that is on the screen. ``LookupError`` when there is none."""
        bubble = next((one for one in self._chat(address) if one.id == bubble_id), None)
        if bubble is None or not 0 <= index < len(bubble.keyboard):
            raise LookupError("no such button")
        return bubble.keyboard[index]

    async def tap(self, address: str, button: Mapping[str, Any]) -> bool:
        """Tap a button: what it sends depends on its ActionType. ``Silent`` taps leave no bubble."""
        build = TAPS.get(str(button.get("ActionType", "reply")))
        if build is None:
            return True
        message = build(str(button.get("ActionBody", "")), self._number(address))
        return await self.say(address, message, silent=button.get("Silent") is True)

    async def look(self, address: str) -> None:
        """Read what has come: *seen* is posted once, for the newest message, and means all before it."""
        user = self._network.user(address)
        token, user.unseen = user.unseen, None
        if token is None:
            return
        for bubble in self._chat(address):
            if bubble.status == "delivered":
                self._board.screens.mark("viber", address, bubble.id, status="seen")
        await self._network.receipt("seen", address, token)

    async def switch(self, address: str, *, off: bool) -> None:
        """Take the handset off the network, or back: what waited is delivered then."""
        user = self._network.user(address)
        user.off = off
        if off:
            return
        waiting, user.waiting = user.waiting, []
        for token, bubble_id in waiting:
            await self._network.deliver(address, token, bubble_id)

    def _chat(self, address: str) -> tuple[Bubble, ...]:
        key = self._board.screens.holder("viber", address)
        return self._board.screens.chat("viber", key) if key else ()

    def _number(self, address: str) -> str:
        return next((one.number for one in self._board.screens.people if one.viber_id == address), "")

    def _welcome(self, address: str, body: bytes) -> None:
        message = read_object(body)
        if message is not None and check_message(message, welcome=True) is Code.OK:
            self._board.journal.counts["viber.welcomed"] += 1
            self._network.show(address, message, mine=False, status="delivered")


TAPS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "reply": lambda body, _number: {"type": "text", "text": body},
    "open-url": lambda body, _number: {"type": "text", "text": body},
    "location-picker": lambda _body, _number: {"type": "location", "location": ATHENS},
    "share-phone": lambda _body, number: {"type": "contact", "contact": {"name": "", "phone_number": number}},
}
"""The message that a tap sends, by the button's ActionType; ``none`` sends nothing."""
