"""What Viber's status codes ask of the outbox. Viber answers HTTP 200 with the code in the body.

Each code has a :class:`bot.channels.port.Remedy`: send again later, never, not to this person any more, or call an
operator and rest. :meth:`bot.messaging.outbox.OutboxJob._after` alone acts on it, for every channel alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import Remedy, SendError

OK = 0
API_VERSION_TOO_HIGH = 13
RATE_CONTROL_SECONDS = 600.0  # status 12 is a budget of 100 messages per user and hour: seconds would be wasted

REMEDIES: Mapping[int, Remedy] = MappingProxyType(
    {
        1: Remedy.PAGE_OPERATOR,  # invalidUrl: the webhook's
        2: Remedy.PAGE_OPERATOR,  # invalidAuthToken
        3: Remedy.NEVER,  # badData
        4: Remedy.NEVER,  # missingData
        5: Remedy.STOP_CONTACT,  # receiverNotRegistered
        6: Remedy.STOP_CONTACT,  # receiverNotSubscribed, until he writes again
        7: Remedy.PAGE_OPERATOR,  # publicAccountBlocked
        8: Remedy.PAGE_OPERATOR,  # publicAccountNotFound
        9: Remedy.PAGE_OPERATOR,  # publicAccountSuspended
        10: Remedy.PAGE_OPERATOR,  # webhookNotSet
        11: Remedy.STOP_CONTACT,  # receiverNoSuitableDevice
        12: Remedy.RETRY,  # tooManyRequests
        13: Remedy.NEVER,  # apiVersionNotSupported, after the plain text was refused too
        14: Remedy.NEVER,  # incompatibleWithVersion
        15: Remedy.PAGE_OPERATOR,  # notAuthorized
        16: Remedy.NEVER,  # inchatReplyMessageNotAllowed
        17: Remedy.NEVER,  # publicAccountIsNotInline
        18: Remedy.PAGE_OPERATOR,  # noPublicChat
        19: Remedy.NEVER,  # cannotSendBroadcast
        20: Remedy.NEVER,  # broadcastNotAllowed
        21: Remedy.STOP_CONTACT,  # unsupportedCountry
        22: Remedy.NEVER,  # paymentUnsupported
        23: Remedy.PAGE_OPERATOR,  # freeMessagesExceeded
        24: Remedy.PAGE_OPERATOR,  # noBalance
    }
)

HTTP_STATUSES: Mapping[int, Remedy] = MappingProxyType({503: Remedy.RETRY})
"""Viber cannot be asked afterwards what it accepted, so 503, which says that nothing was done, is taken at its word."""


def refused(status: int, retry_after: float | None = None) -> SendError:
    """The error for a status other than 0. One that is not in the table will not work the next time either."""
    remedy = REMEDIES.get(status, Remedy.NEVER)
    if remedy is Remedy.RETRY and retry_after is None:
        retry_after = RATE_CONTROL_SECONDS
    code = f"viber:{status}" if 0 < status < 1000 else "viber:other"
    return SendError(remedy, code, retry_after=retry_after)
