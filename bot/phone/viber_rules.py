"""What Viber accepts: status codes, and the checks of ``send_message`` in a table by message type.

Source: https://developers.viber.com/docs/api/rest-bot-api/ (send message, message types, keyboards, error codes).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

BODY_LIMIT = 30 * 1024
TEXT_LIMIT = 7000
NAME_LIMIT = 28
TRACKING_LIMIT = 4000

EVENT_TYPES = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
"""What ``set_webhook`` may filter; ``message`` and ``webhook`` always come."""


class Code(IntEnum):
    """``status`` of an answer. HTTP is 200 whatever it says."""

    OK = 0
    INVALID_URL = 1
    INVALID_AUTH_TOKEN = 2
    BAD_DATA = 3
    MISSING_DATA = 4
    RECEIVER_NOT_REGISTERED = 5
    RECEIVER_NOT_SUBSCRIBED = 6
    WEBHOOK_NOT_SET = 10
    TOO_MANY_REQUESTS = 12
    INCOMPATIBLE_WITH_VERSION = 14


STATUS_MESSAGES = {
    0: "ok",
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    8: "publicAccountNotFound",
    9: "publicAccountSuspended",
    10: "webhookNotSet",
    11: "receiverNoSuitableDevice",
    12: "tooManyRequests",
    13: "apiVersionNotSupported",
    14: "incompatibleWithVersion",
    15: "publicAccountNotAuthorized",
    16: "inchatReplyMessageNotAllowed",
    17: "publicAccountIsNotInline",
    18: "noPublicChat",
    19: "cannotSendBroadcast",
    20: "broadcastNotAllowed",
    21: "unsupportedCountry",
    22: "paymentUnsupported",
    23: "freeMessagesExceeded",
    24: "noBalance",
}

REQUIRED: dict[str, tuple[str, ...]] = {
    "text": ("text",),
    "picture": ("media",),
    "video": ("media", "size"),
    "file": ("media", "size", "file_name"),
    "contact": ("contact",),
    "location": ("location",),
    "url": ("media",),
    "sticker": ("sticker_id",),
    "rich_media": ("rich_media",),
}
LENGTHS = {"text": TEXT_LIMIT, "media": 2000, "file_name": 256, "tracking_data": TRACKING_LIMIT}
ACTIONS = ("reply", "open-url", "location-picker", "share-phone", "none")
_NEEDS_VERSION_3 = ("location-picker", "share-phone")
_TAG = re.compile(r"<[^<>]*>")


def message_text(status: int) -> str:
    """Viber's ``status_message`` for a code."""
    return STATUS_MESSAGES.get(status, "generalError")


def check_message(message: Mapping[str, Any], *, welcome: bool = False) -> Code:
    """Is this a message that Viber takes? ``welcome`` messages have no receiver. First objection wins."""
    sender = message.get("sender")
    name = sender.get("name") if isinstance(sender, dict) else None
    if not name or (not welcome and not message.get("receiver")):
        return Code.MISSING_DATA
    if not isinstance(name, str) or len(name) > NAME_LIMIT or _too_long(message):
        return Code.BAD_DATA
    return _check_content(message) or _check_keyboard(message)


def _too_long(message: Mapping[str, Any]) -> bool:
    values = ((message.get(field), limit) for field, limit in LENGTHS.items())
    return any(value is not None and (not isinstance(value, str) or len(value) > limit) for value, limit in values)


def _check_content(message: Mapping[str, Any]) -> Code:
    kind = message.get("type")
    if kind is None:
        return Code.OK if message.get("keyboard") else Code.MISSING_DATA
    required = REQUIRED.get(kind) if isinstance(kind, str) else None
    if required is None:
        return Code.BAD_DATA
    return Code.OK if all(message.get(field) for field in required) else Code.MISSING_DATA


def _check_keyboard(message: Mapping[str, Any]) -> Code:
    keyboard = message.get("keyboard")
    if keyboard is None:
        return Code.OK
    if not isinstance(keyboard, dict) or keyboard.get("Type") != "keyboard":
        return Code.BAD_DATA
    buttons = keyboard.get("Buttons")
    if not isinstance(buttons, list) or not buttons or not all(isinstance(button, dict) for button in buttons):
        return Code.BAD_DATA
    version = message.get("min_api_version", 1)
    if not isinstance(version, int):
        return Code.BAD_DATA
    return Code.INCOMPATIBLE_WITH_VERSION if version < 3 and _modern(keyboard, buttons) else Code.OK


def _modern(keyboard: Mapping[str, Any], buttons: Iterable[Mapping[str, Any]]) -> bool:
    return "InputFieldState" in keyboard or any(button.get("ActionType") in _NEEDS_VERSION_3 for button in buttons)


def client_objection(message: Mapping[str, Any]) -> str | None:
    """What the handset itself finds wrong with a keyboard: Viber takes the message, then posts ``failed`` with this."""
    for button in (message.get("keyboard") or {}).get("Buttons", ()):
        if not isinstance(button.get("ActionBody"), str) or not button["ActionBody"]:
            return "Button must have a non-empty ActionBody"
        if button.get("ActionType", "reply") not in ACTIONS:
            return "Button has an unknown ActionType"
        if button.get("Columns", 6) not in range(1, 7) or button.get("Rows", 1) not in (1, 2):
            return "Button does not fit: Columns 1-6, Rows 1-2"
    return None


def plain_label(text: object) -> str:
    """A button's label as bare text: Viber's small HTML subset is stripped, entities become characters."""
    return html.unescape(_TAG.sub("", text)).strip() if isinstance(text, str) else ""
