"""What the contract tests must know of a channel: each has it in ``<name>_harness.py``, and registry.py lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.port import Channel, Outbound, Remedy, Sent
from tests.channels.provider import Say
from tests.channels.signing import Sign, Webhook
from tests.clock import FakeClock

NOW = FakeClock().now
ADDRESS = "+306900000001"
TEXT = "Η αίτησή σας ΑΔ-2026-000123 προχωρά & σας ευχαριστούμε 🙏"

Refusal = tuple[Say, Remedy, str]
"""An answer of the provider, what it asks for, and the code under which it is counted."""


@dataclass(frozen=True)
class GivenSettings:
    """A channel's settings as an operator gives them. ``read``: of each a value and what is made of it (``...``: the
    same); ``bad``: values that are refused, all with ``hidden-word`` in them; ``enough``: what turns the channel on."""

    read: Mapping[str, tuple[str, Any]]
    bad: tuple[tuple[str, str], ...]
    enough: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ChannelHarness:
    """A channel, what its provider posts and what it says. ``refusals`` are answers of the provider's own table."""

    name: str
    build: Callable[..., Channel]
    token: str  # the secret that signs and sends
    settings: Mapping[str, Any]  # under which the whole service is tested with it
    given: GivenSettings
    webhooks: tuple[Webhook, ...]
    sign: Sign
    sender: str  # whose the messages of the table are
    targets: tuple[str, ...]  # its webhooks' paths, with what rides in the query
    forged: Mapping[str, str]  # a header that has the form of a signature
    accepted: Say
    sent: Sent
    limit: int
    refusals: tuple[Refusal, ...]
    unavailable: Remedy  # what HTTP 503 means
    media: str  # the path at which the provider keeps what people send
    signs_in: bool  # is it asked there with our credentials?


def outbound(**more: Any) -> Outbound:
    return Outbound(**{"id": 7, "address": ADDRESS, "text": TEXT, **more})
