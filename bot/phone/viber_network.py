"""Viber between its server and the handsets: who is subscribed, the callbacks to the service, delivery."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.phone.context import PhoneContext
from bot.phone.screens import Bubble
from bot.phone.viber_rules import EVENT_TYPES, plain_label
from bot.phone.webhook_client import Answer
from bot.phone.webhooks import VIBER_RETRIES, viber_webhook

HOST = "SN-CHAT-05_"
BUTTON_FIELDS = ("ActionType", "ActionBody", "Columns", "Rows", "BgColor", "Silent")
DETAIL_FIELDS = (
    "media",
    "thumbnail",
    "file_name",
    "size",
    "duration",
    "contact",
    "location",
    "sticker_id",
    "rich_media",
)


@dataclass(slots=True)
class User:
    """What Viber knows of a person who has met the service. ``unseen`` is the newest token delivered and not read,
    ``waiting`` holds (token, bubble id) while the handset is off, ``unanswered`` when the service wrote last."""

    subscribed: bool = False
    off: bool = False
    tracking_data: str | None = None
    unseen: int | None = None
    waiting: list[tuple[int, int]] = field(default_factory=list)
    unanswered: deque[datetime] = field(default_factory=deque)


class ViberNetwork:
    """Shared by :class:`bot.phone.viber_server.ViberServer` (what the service asks) and
    :class:`bot.phone.viber_handsets.ViberHandsets` (what people do)."""

    def __init__(self, board: PhoneContext, *, retries: tuple[float, ...] = VIBER_RETRIES) -> None:
        self.board = board
        self.users: dict[str, User] = {}
        self.events: frozenset[str] = frozenset(EVENT_TYPES)
        self.send_name = False
        path = board.webhook_client.addresses.viber_path
        self.webhook = board.webhook_client.addresses.public(path) if path else None
        self._retries = retries

    def user(self, address: str) -> User:
        """The person at this address, met from now on."""
        return self.users.setdefault(address, User())

    def set_subscribed(self, address: str, subscribed: bool) -> None:
        """May the service write to this person?"""
        self.user(address).subscribed = subscribed
        self.board.screens.flag("viber", address, "open", True)
        self.board.screens.flag("viber", address, "subscribed", subscribed)

    def profile(self, address: str) -> dict[str, Any]:
        """``user`` and ``sender`` of the callbacks; the name only where ``set_webhook`` asked for it."""
        profile: dict[str, Any] = {"id": address, "language": "el-GR", "country": "GR", "api_version": 10}
        person = next((one for one in self.board.screens.people if one.viber_id == address), None)
        return profile | {"name": person.name} if person and self.send_name else profile

    async def call(
        self, event: str, address: str, payload: Mapping[str, Any], *, token: int | None = None
    ) -> Answer | None:
        """Post an event to the service; ``None`` when it was filtered out or there is no webhook."""
        if self.webhook is None or (event in EVENT_TYPES and event not in self.events):
            return None
        return await self.call_at(self.webhook, event, address, payload, token=token, retries=self._retries)

    async def call_at(
        self,
        url: str,
        event: str,
        address: str,
        payload: Mapping[str, Any],
        *,
        token: int | None = None,
        retries: tuple[float, ...] = (),
    ) -> Answer:
        """Post an event to this public URL."""
        head = {
            "event": event,
            "timestamp": int(self.board.clock().timestamp() * 1000),
            "chat_hostname": HOST,
            "message_token": token or self.board.ids.message_token(),
        }
        secret = self.board.account.viber_token
        webhook = viber_webhook(secret, url, head | dict(payload), address=address, retries=retries)
        return await self.board.webhook_client.post(webhook)

    async def receipt(self, event: str, address: str, token: int, **more: str) -> None:
        """Post *delivered*, *seen* or *failed* for a message."""
        await self.call(event, address, {"user_id": address, **more}, token=token)

    async def deliver(self, address: str, token: int, bubble_id: int) -> None:
        """A message reaches the handset, and is read at once where receipts say so."""
        board = self.board
        seen_after = board.receipts.seen if board.receipts else None
        board.screens.mark("viber", address, bubble_id, status="delivered" if seen_after is None else "seen")
        if seen_after is None and (user := self.users.get(address)) is not None:
            user.unseen = token
        events = ["delivered"] if seen_after is None else ["delivered", "seen"]
        for event in board.faults.receipts("viber", events):
            if event == "seen":
                await board.webhook_client.sleep(seen_after or 0)
            await self.receipt(event, address, token)

    def note(self, address: str, event: str) -> None:
        """Put a line in the chat that nobody has written: ``opened``, ``subscribed``, ``unsubscribed``."""
        self.board.screens.add(
            "viber", address, mine=True, kind="event", text=event, at=self.board.clock(), status="taken"
        )

    def show(
        self, address: str, message: Mapping[str, Any], *, mine: bool, status: str, token: int | None = None
    ) -> Bubble | None:
        """Put a message on the handset's screen, if the demo has that handset."""
        if self.board.screens.holder("viber", address) is None:
            return None
        return self.board.screens.add(
            "viber",
            address,
            mine=mine,
            kind=message.get("type") or "keyboard",
            text=message.get("text") or "",
            at=self.board.clock(),
            status=status,
            provider_id=str(token or ""),
            detail={name: message[name] for name in DETAIL_FIELDS if name in message},
            keyboard=buttons_of(message),
        )


def buttons_of(message: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The keyboard's buttons with labels made plain, ready to be shown."""
    buttons = (message.get("keyboard") or {}).get("Buttons", ())
    return tuple(
        {"label": plain_label(button.get("Text"))} | {name: button[name] for name in BUTTON_FIELDS if name in button}
        for button in buttons
    )
