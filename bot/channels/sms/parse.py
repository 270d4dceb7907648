"""Twilio's two webhooks, read: a message that came in, and how far one of ours has come.

https://www.twilio.com/docs/messaging/guides/webhook-request and .../track-outbound-message-status
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from multidict import MultiMapping
from yarl import URL

from bot.channels.media import address_in, media_type_in
from bot.channels.port import Answer, Attachment, BadWebhook, Inbound, Parsed, Receipt, Status
from bot.channels.sms import codes
from bot.channels.sms.number import e164
from bot.channels.sms.optout import answered_by_twilio, kind_of
from bot.channels.sms.repair import repaired

NAME = "sms"
TWIML = Answer('<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")  # any other type is their error 12300
_MOST_FIELDS = 500
_MOST_MEDIA = 10
_NAME = re.compile("[A-Za-z0-9]+")
_SID = re.compile("(?:SM|MM)[0-9a-f]{32}")
"""Twilio signs names and values one after the other, with nothing between them. So that a form it signed cannot be cut
into other names and values, names and ids are held to their forms, and the account to ours."""
_KINDS: Mapping[str, str] = MappingProxyType(
    {"image": "picture", "video": "video", "audio": "audio", "text/vcard": "contact", "text/x-vcard": "contact"}
)
_STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        "sent": Status.SENT,
        "delivered": Status.DELIVERED,
        "read": Status.SEEN,
        "undelivered": Status.FAILED,
        "failed": Status.FAILED,
        "canceled": Status.FAILED,
    }
)


def form(body: bytes) -> MultiMapping[str]:
    """The form with its blank fields, which are signed too. Raises :class:`ValueError` when it has too many fields.

    A form is a query, and ``yarl`` reads one in a third of the time that ``urllib`` takes.
    """
    if body.count(b"&") >= _MOST_FIELDS:
        raise ValueError("too many fields")
    return URL.build(query_string=body.decode("utf-8", "replace"), encoded=True).query


def inbound(body: bytes, now: datetime, own_number: str | None, own: URL | None = None, *, account: str) -> Parsed:
    """Read a verified message. ``own`` is the server that is set as Twilio's. Raises :class:`BadWebhook`.

    Of no interest: a sender who cannot be answered, our own number, a status that was sent to this path, and a call for
    help that Twilio has answered itself.
    """
    fields = _fields(body, account)
    sid = _sid(fields)
    sender = fields.get("From")
    if not sender:
        raise BadWebhook("From")
    address = e164(sender)
    if address is None or address == own_number or fields.get("SmsStatus", "received") not in ("received", "receiving"):
        return Parsed(answer=TWIML)
    text, said = repaired(fields.get("Body", "")), fields.get("OptOutType", "")
    if answered_by_twilio(said):
        return Parsed(answer=TWIML)
    kind = kind_of(text, said)
    message = Inbound(NAME, sid, kind, address, at=now, text=text, attachments=_attachments(fields, own))
    return Parsed(inbound=(message,), answer=TWIML)


def status(body: bytes, row_id: str, now: datetime, *, account: str) -> Parsed:
    """Read a verified status callback. ``row_id`` is our own id from the query. Raises :class:`BadWebhook`.

    Of no interest: no status, one from before the message was sent, and one that nobody here knows.
    """
    fields = _fields(body, account)
    found = _STATUSES.get(fields.get("MessageStatus") or fields.get("SmsStatus", ""))
    if found is None:
        return Parsed()
    failed = found is Status.FAILED
    error = codes.number(fields.get("ErrorCode", ""))
    receipt = Receipt(
        NAME,
        provider_id=_sid(fields),
        status=found,
        at=now,
        message_id=int(row_id) if row_id.isascii() and row_id.isdigit() and len(row_id) < 19 else None,
        address=e164(fields.get("To", "")),
        error=codes.label(error) if failed else None,
        remedy=codes.remedy_of(error) if failed else None,
    )
    return Parsed(receipts=(receipt,))


def _fields(body: bytes, account: str) -> MultiMapping[str]:
    """The fields of a request that is about this account."""
    try:
        fields = form(body)
    except ValueError as error:
        raise BadWebhook("too many fields") from error
    if not all(map(_NAME.fullmatch, fields)):
        raise BadWebhook("a field's name")
    if fields.get("AccountSid") != account:
        raise BadWebhook("AccountSid")
    return fields


def _sid(fields: MultiMapping[str]) -> str:
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not _SID.fullmatch(sid):
        raise BadWebhook("MessageSid")
    return sid


def _attachments(fields: MultiMapping[str], own: URL | None) -> tuple[Attachment, ...]:
    count = fields.get("NumMedia", "0")
    number = min(int(count), _MOST_MEDIA) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return tuple(_attachment(fields, index, own) for index in range(number))


def _attachment(fields: MultiMapping[str], index: int, own: URL | None) -> Attachment:
    """Twilio tells neither a name nor a size."""
    media_type = media_type_in(fields.get(f"MediaContentType{index}"))
    address = address_in(fields.get(f"MediaUrl{index}"), own)
    return Attachment(_kind(media_type or ""), address, media_type=media_type)


def _kind(media_type: str) -> str:
    return _KINDS.get(media_type) or _KINDS.get(media_type.partition("/")[0], "file")
