"""A message to Viber: the request, and what its answer means. https://developers.viber.com/docs/api/rest-bot-api/#send-message"""

from __future__ import annotations

import json
from typing import Any

from viberbot.api.messages import TextMessage

from bot.channels.client import Answered, json_object, refusal
from bot.channels.port import Outbound, Remedy, SendError, Sent
from bot.channels.text import fit, listed
from bot.channels.viber.codes import HTTP_STATUSES, OK, refused
from bot.channels.viber.keyboard import keyboard
from dialogues.turn import Choice

BYTE_LIMIT = 30 * 1024
LOWEST_API = 1


def content(text: str, choices: tuple[Choice, ...], sender: str) -> dict[str, Any]:
    """A text message without its receiver: the core of ``send_message``, and the whole of a welcome."""
    board = keyboard(choices) if choices else None
    message: dict[str, Any] = TextMessage(text=text, keyboard=board, min_api_version=LOWEST_API).to_dict()
    return {**message, "sender": {"name": sender}}


def rich(message: Outbound, sender: str) -> bytes:
    return encoded({"receiver": message.address, **content(message.text, message.choices, sender)})


def plain(message: Outbound, sender: str) -> bytes:
    """The same in what the oldest client knows: no version asked for, and the choices as lines of the text."""
    text = listed(message.text, message.choices)
    body: dict[str, Any] = TextMessage(text=text).to_dict()
    return encoded({"receiver": message.address, **body, "sender": {"name": sender}})


def encoded(payload: dict[str, Any]) -> bytes:
    r"""UTF-8 rather than ``\uXXXX``: escaped, 7,000 Greek letters would be over Viber's 30 KB.

    Raises :class:`SendError` for a message that is over it all the same.
    """
    body = fit(json.dumps(payload, ensure_ascii=False)).encode()
    if len(body) > BYTE_LIMIT:
        raise SendError(Remedy.NEVER, "viber:too-long")
    return body


def status_of(answered: Answered) -> int | None:
    """The status in the body, ``None`` when there is none to be read."""
    value = (json_object(answered.body) or {}).get("status")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def outcome(answered: Answered, message: Outbound) -> Sent:
    """Was it accepted? Raises :class:`SendError`: an answer of 200 that cannot be read may have followed a send."""
    status = status_of(answered)
    if answered.status < 500 and status not in (None, OK):
        raise refused(status or OK, answered.retry_after)
    if not answered.ok:
        raise refusal(answered, HTTP_STATUSES)
    if status is None:
        raise SendError(Remedy.UNKNOWN, "http:unreadable")
    token = (json_object(answered.body) or {}).get("message_token")
    # Without a token it was accepted and can never be followed: better than sending it twice.
    return Sent(str(token) if token else f"untracked:{message.id}")
