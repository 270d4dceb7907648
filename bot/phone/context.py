"""What both lines of the phone share: the agreed account, the clock, the ids, the journal, the screens, the postman."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from bot.phone.faults import FaultPlan
from bot.phone.journal import Journal
from bot.phone.screens import Screens
from bot.phone.webhook_client import WebhookClient


@dataclass(frozen=True, slots=True)
class Account:
    """What the service and its providers have agreed on. ``sms_from`` is the service's number (or sender name),
    ``sms_service`` its Messaging Service: one of them is enough."""

    viber_token: str = field(repr=False)
    twilio_sid: str
    twilio_token: str = field(repr=False)
    sms_from: str | None
    sms_service: str | None = None
    viber_name: str = "Θυρίδα του Πολίτη"

    @property
    def sms_number(self) -> str:
        """What a citizen's phone shows as the sender, and answers to."""
        return self.sms_from or "+302131313131"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTimes:
    """Seconds from acceptance to *sent*, from there to *delivered*, and from there to *seen* (``None``: only when
    somebody looks)."""

    sent: float = 0.2
    delivered: float = 0.4
    seen: float | None = None


class Ids:
    """Ids as the providers make them. Random, so that those of a restarted phone are new to the service."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def message_token(self) -> int:
        """Viber's: a 64-bit integer near 5e18."""
        return 5 * 10**18 + self._rng.getrandbits(59)

    def sid(self, prefix: str) -> str:
        """Twilio's: two letters and 32 hexadecimal digits."""
        return f"{prefix}{self._rng.getrandbits(128):032x}"


@dataclass(frozen=True, slots=True)
class PhoneContext:
    """Shared by the Viber and the SMS line. ``receipts`` of ``None``: no delivery reports at all."""

    account: Account
    clock: Callable[[], datetime]
    ids: Ids
    faults: FaultPlan
    journal: Journal
    screens: Screens
    webhook_client: WebhookClient
    receipts: ReceiptTimes | None
    accept_strangers: bool
