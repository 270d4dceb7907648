"""A message to Viber: the request, and what its answer means. https://developers.viber.com/docs/api/rest-bot-api/#send-message"""

from __future__ import annotations

import json
from typing import Any

from viberbot.api.messages import TextMessage
from viberbot.api.messages.message_type import MessageType

from bot.channels.client import Answered, json_object, refusal
from bot.channels.port import Outbound, OutboundFile, Remedy, SendError, Sent
from bot.channels.text import fit, listed, with_line
from bot.channels.viber.codes import HTTP_STATUSES, OK, refused
from bot.channels.viber.keyboard import keyboard
from dialogues.turn import Choice

BYTE_LIMIT = 30 * 1024
LOWEST_API = 1
FILE_BYTES = 50 << 20
PICTURE_BYTES = 1 << 20  # a larger picture goes as a file
PICTURES = frozenset({"image/jpeg", "image/png"})
CAPTION_LIMIT = 512
NAME_LIMIT = 256
ADDRESS_LIMIT = 2000


def content(text: str, choices: tuple[Choice, ...], sender: str) -> dict[str, Any]:
    """A text message without its receiver: the core of ``send_message``, and the whole of a welcome."""
    board = keyboard(choices) if choices else None
    message: dict[str, Any] = TextMessage(text=text, keyboard=board, min_api_version=LOWEST_API).to_dict()
    return {**message, "sender": {"name": sender}}


def rich(message: Outbound, sender: str) -> bytes:
    told = content(_words(message), message.choices, sender)
    if message.file is not None and can_carry(message.file, message.text):
        del told["text"]
        told |= _carried(message.file, message.text)
    return encoded({"receiver": message.address, **told})


def can_carry(file: OutboundFile, text: str) -> bool:
    """Can the file go as a file? Words go beside a picture alone. Else its address is told as a line of text."""
    fits = 0 < file.size <= FILE_BYTES and 0 < len(file.name) <= NAME_LIMIT and len(file.address) <= ADDRESS_LIMIT
    return fits and (not text or (_is_picture(file) and len(text) <= CAPTION_LIMIT))


def _carried(file: OutboundFile, caption: str) -> dict[str, Any]:
    if _is_picture(file):
        return {"type": MessageType.PICTURE, "text": caption, "media": file.address}
    return {"type": MessageType.FILE, "media": file.address, "size": file.size, "file_name": file.name}


def _is_picture(file: OutboundFile) -> bool:
    return file.media_type in PICTURES and file.size <= PICTURE_BYTES


def _words(message: Outbound) -> str:
    return with_line(message.text, message.file.address if message.file else None)


def plain(message: Outbound, sender: str) -> bytes:
    """The same in what the oldest client knows: no version asked for, and the choices as lines of the text."""
    text = listed(_words(message), message.choices)
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
