"""Twilio's message resource: the record, its JSON, its errors, and the store that *GET Messages.json* lists.

Source: https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/api/errors.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

API_VERSION = "2010-04-01"

ERRORS: dict[int, tuple[int, str]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21266: (400, "'To' and 'From' number cannot be the same."),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21701: (400, "The Messaging Service does not exist."),
}
"""Twilio's code -> (HTTP status, message). Numbers that Twilio repeats in its texts are left out."""


@dataclass(slots=True)
class SmsMessage:
    """One SMS, in either direction. ``status`` is Twilio's word."""

    sid: str
    to: str
    sender: str | None
    body: str
    status: str
    created: datetime
    parts: int
    direction: str = "outbound-api"
    service: str | None = None
    callback: str | None = None
    sent: datetime | None = None
    updated: datetime | None = None
    error: int | None = None

    def as_json(self, account_sid: str) -> dict[str, Any]:
        """The resource as Twilio writes it: dates in RFC 2822, counts as strings, absent things as null."""
        uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": format_datetime(self.created),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.updated or self.created),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": "0",
            # no sender is assigned yet when a Messaging Service has just taken it, and nothing is counted
            "num_segments": "0" if self.status == "accepted" else str(self.parts),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass(frozen=True, slots=True)
class Filters:
    """What a listing asks for. A message not yet sent is listed by its creation."""

    to: str | None = None
    sender: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def match(self, message: SmsMessage) -> bool:
        """Is it asked for?"""
        at = message.sent or message.created
        return (
            self.to in (None, message.to)
            and self.sender in (None, message.sender)
            and (self.since is None or at >= self.since)
            and (self.until is None or at <= self.until)
        )


class SmsStore:
    """The newest ``keep`` messages (``None``: all), by id and by recipient."""

    def __init__(self, *, keep: int | None = None) -> None:
        self._keep = keep
        self._by_sid: dict[str, SmsMessage] = {}
        self._by_to: defaultdict[str, deque[SmsMessage]] = defaultdict(deque)

    def add(self, message: SmsMessage) -> None:
        """Store it; the oldest makes room."""
        self._by_sid[message.sid] = message
        self._by_to[message.to].append(message)
        if self._keep is not None and len(self._by_sid) > self._keep:
            self._drop_oldest()

    def get(self, sid: str) -> SmsMessage | None:
        """One message."""
        return self._by_sid.get(sid)

    def newest_first(self, filters: Filters) -> Iterator[SmsMessage]:
        """What matches, newest first."""
        messages = self._by_sid.values() if filters.to is None else self._by_to.get(filters.to, ())
        return (message for message in reversed(messages) if filters.match(message))

    def clear(self) -> None:
        """Forget everything."""
        self._by_sid.clear()
        self._by_to.clear()

    def _drop_oldest(self) -> None:
        oldest = self._by_sid.pop(next(iter(self._by_sid)))
        same = self._by_to[oldest.to]
        same.popleft()
        if not same:
            del self._by_to[oldest.to]
