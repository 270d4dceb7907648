"""A message to Twilio: the request, what its answer means, and the search for one whose answer was lost.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from bot.channels.client import Answered, json_object, refusal
from bot.channels.port import Outbound, Remedy, SendError, Sent
from bot.channels.sms import codes
from bot.channels.text import with_line

_DEAD_AT_BIRTH = frozenset({"failed", "undelivered", "canceled"})


def encoded(message: Outbound, sender: Mapping[str, str], callback: str) -> bytes:
    """The form. ``sender`` is ``From`` or ``MessagingServiceSid``; our row's id rides in the callback's query.

    With the id there, a receipt that overtakes the answer to the send still finds its row.
    """
    fields = {"To": message.address, "Body": body_of(message), **sender}
    fields["StatusCallback"] = f"{callback}?id={message.id}"
    return urlencode(fields, errors="replace").encode("ascii")


def body_of(message: Outbound) -> str:
    """The text; a file is the line of its address."""
    return with_line(message.text, message.file.address if message.file else None)


def outcome(answered: Answered) -> Sent:
    """Was it accepted? Raises :class:`SendError`; never ``RETRY`` where it may have been."""
    payload = json_object(answered.body) or {}
    if not answered.ok:
        raise _refused(answered, codes.number(payload.get("code")))
    sid = payload.get("sid")
    if not isinstance(sid, str) or not sid:
        raise SendError(Remedy.UNKNOWN, "http:unreadable")
    if payload.get("status") in _DEAD_AT_BIRTH:  # no callback tells a first status
        error = codes.number(payload.get("error_code"))
        raise SendError(codes.remedy_of(error), codes.label(error))
    return Sent(sid, parts=_parts(payload.get("num_segments")))


def accepted(page: Iterable[Any], message: Outbound, since: datetime, known: frozenset[str]) -> Sent | None:
    """The oldest message on a page of the list that is this one. Raises :class:`SendError` for a page unlike a list.

    ``since`` is the earliest creation that counts, ``known`` the ids of other rows.
    """
    found = [item for item in page if _is(item, message, since, known)]
    return Sent(found[-1]["sid"], parts=_parts(found[-1].get("num_segments"))) if found else None


def created(item: Any) -> datetime:
    """``date_created``, in RFC 2822. Raises :class:`SendError`."""
    try:
        at = parsedate_to_datetime(item["date_created"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unreadable() from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000" is UTC from nowhere


def unreadable() -> SendError:
    return SendError(Remedy.UNKNOWN, "http:unreadable")


def _is(item: Any, message: Outbound, since: datetime, known: frozenset[str]) -> bool:
    at = created(item)
    return (
        item.get("body") == body_of(message)
        and item.get("to") == message.address
        and item.get("direction") == "outbound-api"
        and isinstance(item.get("sid"), str)
        and item["sid"] not in known
        and at >= since
    )


def _refused(answered: Answered, code: int | None) -> SendError:
    """A code explains a refusal; a 5xx is none, whatever it says."""
    error = refusal(answered)
    if code is None or answered.status == 429 or answered.status >= 500:
        return error
    return SendError(codes.remedy_of(code), codes.label(code), retry_after=answered.retry_after)


def _parts(segments: object) -> int:
    """``num_segments`` is text, and ``"0"`` until a messaging service has chosen the sender."""
    count = int(segments) if isinstance(segments, str) and segments.isascii() and segments.isdigit() else 1
    return max(count, 1)
