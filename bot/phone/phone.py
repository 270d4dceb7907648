"""The phone: both providers' servers and all handsets, put together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random, SystemRandom

import aiohttp

from bot.phone.context import Account, Ids, PhoneContext, ReceiptTimes
from bot.phone.faults import FaultPlan
from bot.phone.journal import Accepted, Journal
from bot.phone.people import PEOPLE, Person
from bot.phone.screens import Screens
from bot.phone.sms_handsets import SmsHandsets
from bot.phone.sms_network import SmsNetwork
from bot.phone.twilio_server import TwilioServer
from bot.phone.viber_handsets import ViberHandsets
from bot.phone.viber_network import ViberNetwork
from bot.phone.viber_server import ViberServer
from bot.phone.webhook_client import Addresses, Sleep, WebhookClient
from bot.phone.webhooks import VIBER_RETRIES


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How strict, how talkative and how forgetful the phone is; the defaults serve tests.

    ``record=False`` keeps counters only; ``keep`` bounds what is recorded (``None``: all). ``receipts=None``: no
    delivery reports. ``accept_strangers``: addresses that no handset has are reachable too. ``hourly_limit``: Viber's
    messages to one person in an hour without a reply (100 in real life). ``carrier_opt_out``: Twilio obeys STOP by
    itself. ``viber_retries``: seconds between Viber's attempts at a webhook.
    """

    people: tuple[Person, ...] = PEOPLE
    record: bool = True
    keep: int | None = None
    receipts: ReceiptTimes | None = field(default_factory=ReceiptTimes)
    accept_strangers: bool = True
    hourly_limit: int | None = None
    carrier_opt_out: bool = True
    viber_retries: tuple[float, ...] = VIBER_RETRIES
    clock: Callable[[], datetime] = utc_now
    sleep: Sleep = asyncio.sleep
    rng: Random = field(default_factory=SystemRandom)


class Phone:
    """``viber`` and ``sms`` are what people do, ``viber_server`` and ``twilio_server`` what the service meets,
    ``accepted`` and ``counts`` what it sent, ``faults`` the trouble in force."""

    def __init__(
        self, account: Account, addresses: Addresses, session: aiohttp.ClientSession, options: Options | None = None
    ) -> None:
        options = options or Options()
        self.account = account
        self.addresses = addresses
        self.journal = Journal(record=options.record, keep=options.keep)
        self.faults = FaultPlan(options.rng)
        self.screens = Screens(options.people)
        self.webhook_client = WebhookClient(session, addresses, self.journal, clock=options.clock, sleep=options.sleep)
        board = PhoneContext(
            account=account,
            clock=options.clock,
            ids=Ids(options.rng),
            faults=self.faults,
            journal=self.journal,
            screens=self.screens,
            webhook_client=self.webhook_client,
            receipts=options.receipts,
            accept_strangers=options.accept_strangers,
        )
        self._viber_network = ViberNetwork(board, retries=options.viber_retries)
        self.viber = ViberHandsets(self._viber_network)
        self.viber_server = ViberServer(self._viber_network, hourly_limit=options.hourly_limit)
        self._sms_network = SmsNetwork(board, keep=options.keep)
        self.sms = SmsHandsets(self._sms_network, carrier_opt_out=options.carrier_opt_out)
        self.twilio_server = TwilioServer(self._sms_network)

    @property
    def accepted(self) -> list[Accepted]:
        """What the providers took from the service, in order."""
        return self.journal.accepted

    @property
    def counts(self) -> Counter[str]:
        """``viber.accepted``, ``sms.refused.21610``, ``viber.posted.delivered.200``, ..."""
        return self.journal.counts

    async def switch(self, person: Person, *, off: bool) -> None:
        """Take a person's handset off both networks, or back."""
        self.screens.flag("sms", person.number, "off", off)
        self.sms.switch(person.number, off=off)
        await self.viber.switch(person.viber_id, off=off)

    async def idle(self) -> None:
        """Wait until every receipt and webhook under way is done."""
        await self.webhook_client.idle()

    async def close(self) -> None:
        """Cancel what is under way and let the pages go."""
        self.screens.close()
        await self.webhook_client.close()

    def clear(self) -> None:
        """As new: empty chats, nobody subscribed, nothing recorded, no faults."""
        self.faults.clear()
        self.journal.clear()
        self._viber_network.users.clear()
        self._sms_network.clear()
        self.screens.clear()
