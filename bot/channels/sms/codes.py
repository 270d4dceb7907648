"""What Twilio's error codes ask of the outbox, whether they answer a send or come in a status callback.

https://www.twilio.com/docs/api/errors. Twilio splits codes from time to time: those not listed are ``NEVER``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import Remedy

REMEDIES: Mapping[int, Remedy] = MappingProxyType(
    {
        14107: Remedy.RETRY,  # send rate limit
        20003: Remedy.PAGE_OPERATOR,  # credentials refused
        20404: Remedy.PAGE_OPERATOR,  # no such account
        20429: Remedy.RETRY,  # too many requests, not processed
        21211: Remedy.STOP_CONTACT,  # not a number
        21212: Remedy.PAGE_OPERATOR,  # bad sender
        21214: Remedy.STOP_CONTACT,  # number cannot be reached
        21408: Remedy.PAGE_OPERATOR,  # country not enabled
        21603: Remedy.PAGE_OPERATOR,  # no sender
        21606: Remedy.PAGE_OPERATOR,  # the sender cannot send messages
        21609: Remedy.PAGE_OPERATOR,  # the address of our status callback is refused
        21610: Remedy.STOP_CONTACT,  # the recipient said STOP
        21611: Remedy.RETRY,  # the sender's queue is full
        21612: Remedy.STOP_CONTACT,  # no way to this number
        21614: Remedy.STOP_CONTACT,  # not a mobile
        21617: Remedy.NEVER,  # longer than 1600
        21701: Remedy.PAGE_OPERATOR,  # no such messaging service
        21703: Remedy.PAGE_OPERATOR,  # messaging service without senders
        21704: Remedy.PAGE_OPERATOR,  # likewise
        30001: Remedy.RETRY,  # queue overflow
        30002: Remedy.PAGE_OPERATOR,  # account suspended
        30003: Remedy.RETRY,  # handset switched off or out of reach
        30004: Remedy.NEVER,  # blocked on the way
        30005: Remedy.STOP_CONTACT,  # unknown handset
        30006: Remedy.STOP_CONTACT,  # landline, or a carrier without SMS
        30007: Remedy.NEVER,  # filtered by a carrier
        30008: Remedy.RETRY,  # unknown
        30017: Remedy.RETRY,  # congestion
        30018: Remedy.PAGE_OPERATOR,  # sender id not registered
        30022: Remedy.RETRY,  # send rate limit of the recipient's country
        30024: Remedy.PAGE_OPERATOR,  # sender id not provisioned
        63018: Remedy.RETRY,  # rate limit of a channel behind Twilio
    }
)


def remedy_of(code: int | None) -> Remedy:
    """A code that is not known, or none at all, means that this message will not arrive."""
    return REMEDIES.get(code or 0, Remedy.NEVER)


def label(code: int | None) -> str:
    """``twilio:30003``; whatever is no code of theirs is ``twilio:unknown``, so that labels stay few."""
    return f"twilio:{code}" if code is not None and 10_000 <= code <= 99_999 else "twilio:unknown"


def number(value: object) -> int | None:
    """A code as JSON number or as form text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 5:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
