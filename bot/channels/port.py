"""The port of a channel: what Viber, SMS and any later channel offer to the rest of the service.

Wire shapes never leave a channel's folder. Above it there are only these frozen records. Those that every webhook makes
are msgspec's: a frozen dataclass takes ten times as long to build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

import aiohttp
import msgspec

from dialogues.channels import ChannelWords
from dialogues.turn import Choice, Reply


class BadWebhook(ValueError):
    """The signature is right and the body cannot be read: not JSON, or a required field is missing.

    The text names the field and never repeats a value that came from outside.
    """


class Remedy(StrEnum):
    """What a failed send asks of the outbox. Channels decide it from their code table."""

    RETRY = "retry"  # not accepted by the provider; send again later
    NEVER = "never"  # this message will not be accepted, however often it is sent
    STOP_CONTACT = "stop-contact"  # this recipient cannot be reached on this channel
    PAGE_OPERATOR = "page-operator"  # the channel itself is misconfigured or blocked; keep the row, retry slowly
    UNKNOWN = "unknown"  # the provider may have accepted it: reconcile before sending again


class ProviderError(Exception):
    """Something asked of a provider that is not known to have worked.

    ``code`` is the provider's (``viber:6``, ``twilio:21610``, ``http:503``, ``timeout``), safe to log and to count.
    ``retry_after`` is in seconds, when the provider named it.
    """

    def __init__(self, remedy: Remedy, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{code} ({remedy})")
        self.remedy = remedy
        self.code = code
        self.retry_after = retry_after


class SendError(ProviderError):
    """A send that is not known to have worked."""


class FetchError(ProviderError):
    """A file that was not fetched. Nothing is changed by asking again, so no remedy is ``UNKNOWN``.

    Its own codes: ``media:no-address``, ``media:host`` (not the provider's), ``media:redirects``, ``media:too-large``.
    """


class WebhookRequest(msgspec.Struct, frozen=True):
    """A request as it came: ``url`` is PUBLIC_URL + path + query, as the provider called; ``headers`` know no case."""

    path: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


class InboundKind(StrEnum):
    MESSAGE = "message"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"


class Attachment(msgspec.Struct, frozen=True):
    """What came beside the words. ``kind``: ``picture``, ``video``, ``audio``, ``file``, ``sticker``, ``contact`` ...

    ``address`` is the URL where the provider keeps it (of a ``url``, what was sent), for :meth:`Channel.fetch`;
    ``size`` is in bytes. What the provider does not say, or what cannot be, is ``None``. All is a stranger's word.
    """

    kind: str
    address: str | None = None
    name: str | None = None
    size: int | None = None
    media_type: str | None = None


class Inbound(msgspec.Struct, frozen=True):
    """Something a person did that the conversation must know of.

    ``external_id`` is unique per channel and survives the provider's retries. ``address`` is the Viber user id or
    the E.164 number. ``language`` is the device's, if told.
    """

    channel: str
    external_id: str
    kind: InboundKind
    address: str
    at: datetime
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    language: str | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its attachments: all that the dialogue is told of them."""
        return tuple(attachment.kind for attachment in self.attachments)


class Status(StrEnum):
    """How far a sent message is known to have come. Declared in rank order: a status only moves forward."""

    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    SEEN = "seen"


class Receipt(msgspec.Struct, frozen=True):
    """A provider's word on a message we sent.

    ``message_id`` is our own outbox id where it rides in the callback (SMS); else ``provider_id`` finds the row.
    ``all_before`` marks Viber's *seen*, which covers everything delivered before it to that address.
    ``error`` is a code as in :class:`SendError`; ``remedy`` what it asks for, on ``FAILED`` only.
    """

    channel: str
    provider_id: str
    status: Status
    at: datetime
    message_id: int | None = None
    address: str | None = None
    all_before: bool = False
    error: str | None = None
    remedy: Remedy | None = None


class Answer(msgspec.Struct, frozen=True):
    """The body of the 200. Never contains anything that had to be looked up."""

    body: str = ""
    content_type: str = "text/plain"


class Parsed(msgspec.Struct, frozen=True):
    """What a webhook amounts to. Nothing in it at all: valid and of no interest."""

    inbound: tuple[Inbound, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    answer: Answer = Answer()


class OutboundFile(msgspec.Struct, frozen=True):
    """A file to send. ``address`` is the https URL where the provider or the recipient gets it; ``size`` in bytes."""

    address: str
    name: str
    size: int
    media_type: str


class Part(NamedTuple):
    """A reply, or as much of it as one message holds."""

    text: str
    choices: tuple[Choice, ...] = ()
    file: OutboundFile | None = None


class Compose(Protocol):
    """Cuts a reply, and a file that goes with it, into parts that each fit into one message. Pure."""

    def __call__(self, reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]: ...


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one recipient, exactly one request to the provider. ``id`` is the outbox row's."""

    id: int
    address: str
    text: str
    choices: tuple[Choice, ...] = ()
    file: OutboundFile | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider accepted it. ``parts`` is how many billable parts it said (1 where it does not count)."""

    provider_id: str
    parts: int = 1


class Channel(Protocol):
    """Six methods, and ``name``, ``rate`` and ``paths``. Each channel passes the suite of tests/channels."""

    name: str
    rate: float  # sends a second

    @property
    def paths(self) -> tuple[str, ...]:
        """The webhook paths it answers."""

    def verify(self, request: WebhookRequest) -> bool:
        """Is this request from the provider? Constant time; a missing header is ``False``, never an exception."""

    def parse(self, request: WebhookRequest) -> Parsed:
        """Read a verified request. Raises :class:`BadWebhook`, and nothing else, whatever the bytes."""

    def compose(self, reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
        """Cut a reply, and a file that goes with it, into the parts that will each be one :class:`Outbound`.

        Pure: the channel's folder has it as a function, so that nobody needs credentials to write to an outbox.
        """

    async def send(self, message: Outbound) -> Sent:
        """Send once, under a deadline. Raises :class:`SendError`, and nothing else but cancellation."""

    async def find(self, message: Outbound, since: datetime, known: frozenset[str]) -> Sent | None:
        """Did the provider accept this message at or after ``since``? For a send whose result is unknown.

        ``known`` are provider ids that belong to other rows. Raises :class:`SendError` when it cannot be told
        now; a provider that offers no such question answers ``None``.
        """

    async def fetch(self, attachment: Attachment, limit_bytes: int) -> bytes:
        """The content of an attachment, from the provider's own hosts alone, under a deadline.

        Raises :class:`FetchError`, and nothing else but cancellation.
        """


S = TypeVar("S", contravariant=True)


@dataclass(frozen=True, slots=True)
class Billing:
    """What a channel's messages cost, where they are billed by parts; 0 is without limit, or not known.

    ``parts_a_day``: what one contact point is answered in a day. ``price`` of a part, in euros. ``alarm``: the parts of
    a day, of all together, from which on somebody should look.
    """

    parts_a_day: int = 0
    price: float = 0.0
    alarm: int = 0


def _everybody(_settings: object) -> Callable[[str], bool]:
    return lambda _address: True


@dataclass(frozen=True, slots=True)
class ChannelFacts(Generic[S]):
    """What is known of a channel without having it on. ``S`` are its settings.

    ``words``: what citizens call it, by which words they prefer it, how they pick there. ``needs``: the settings that
    it cannot do without, by name, and their values. ``build`` makes it where none of them is missing; ``welcome`` is
    what a person reads who opens a chat, by language. ``parts``: as how many a message is billed; ``answered``: is
    somebody at this address answered at all? ``holds``: does a text go out whole, or is its end cut off?
    """

    name: str
    words: ChannelWords
    compose: Compose
    needs: Callable[[S], tuple[tuple[str, object], ...]]
    build: Callable[[S, aiohttp.ClientSession, Mapping[str, Reply]], Channel]
    parts: Callable[[Part], int] = lambda _part: 1
    billing: Callable[[S], Billing] = lambda _settings: Billing()
    answered: Callable[[S], Callable[[str], bool]] = _everybody
    holds: Callable[[str], bool] = lambda _text: True

    def missing(self, settings: S) -> tuple[str, ...]:
        """The settings that it still lacks, by name; empty: it is on."""
        return tuple(name for name, present in self.needs(settings) if not present)
