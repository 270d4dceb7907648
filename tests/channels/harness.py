"""Each channel as the contract tests build it, and what its provider says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.port import Channel, Outbound, Remedy, Sent
from bot.channels.sms import SmsChannel
from bot.channels.viber import ViberChannel
from dialogues.turn import Choice, Reply
from tests.channels.provider import Say
from tests.channels.webhooks import (
    Secrets,
)
from tests.clock import FakeClock

SECRETS = Secrets()
NOW = FakeClock().now
ADDRESS = "+306900000001"
TEXT = "Η αίτησή σας ΑΔ-2026-000123 προχωρά & σας ευχαριστούμε 🙏"
PRIVATE = (SECRETS.viber_auth_token, SECRETS.twilio_auth_token, ADDRESS, ADDRESS[1:], TEXT)


def viber(session: aiohttp.ClientSession, url: str, deadline: float = 5.0) -> Channel:
    welcome = {"el": Reply("Καλώς ήρθατε", (Choice("Βοήθεια", "help"),)), "en": Reply("Welcome")}
    return ViberChannel(
        SECRETS.viber_auth_token,
        "Πολίτης",
        session,
        welcome=welcome,
        api_url=f"{url}/pa",
        deadline=deadline,
        fetch_deadline=deadline,
    )


def sms(session: aiohttp.ClientSession, url: str, deadline: float = 5.0) -> Channel:
    return SmsChannel(
        "AC00000000000000000000000000000001",
        SECRETS.twilio_auth_token,
        session,
        public_url=SECRETS.public_url,
        sender="+306900000000",
        api_url=url,
        deadline=deadline,
        fetch_deadline=deadline,
    )


@dataclass(frozen=True)
class ChannelHarness:
    """A channel and what its provider says. ``refusals`` are answers of the provider's own table."""

    name: str
    build: Callable[..., Channel]
    accepted: Say
    sent: Sent
    limit: int
    refusals: tuple[tuple[Say, Remedy, str], ...]
    unavailable: Remedy  # what HTTP 503 means
    media: str  # the path at which the provider keeps what people send
    signs_in: bool  # is it asked there with our credentials?


def _viber_refusals() -> tuple[tuple[Say, Remedy, str], ...]:
    page, never, stop, retry = Remedy.PAGE_OPERATOR, Remedy.NEVER, Remedy.STOP_CONTACT, Remedy.RETRY
    table = {
        **dict.fromkeys((1, 2, 7, 8, 9, 10, 15, 18, 23, 24), page),
        **dict.fromkeys((3, 4, 13, 14, 16, 17, 19, 20, 22, 25, 99), never),
        **dict.fromkeys((5, 6, 11, 21), stop),
        12: retry,
    }
    answers = [
        (Say({"status": code, "status_message": "no"}), remedy, f"viber:{code}") for code, remedy in table.items()
    ]
    return (*answers, (Say({"status": -5}), never, "viber:other"), (Say({"status": 2}, 403), page, "viber:2"))


def _sms_refusals() -> tuple[tuple[Say, Remedy, str], ...]:
    page, never, stop, retry = Remedy.PAGE_OPERATOR, Remedy.NEVER, Remedy.STOP_CONTACT, Remedy.RETRY
    table = {
        **dict.fromkeys((20003, 20404, 21212, 21408, 21606, 21609, 21701, 21703, 21704, 30002, 30018, 30024), page),
        **dict.fromkeys((21617, 21999, 30004, 30007, 63016), never),
        **dict.fromkeys((21211, 21214, 21610, 21612, 21614, 30005, 30006), stop),
        **dict.fromkeys((14107, 21611, 30001, 30003, 30008, 30017), retry),
    }
    answers = [(Say({"code": code, "message": "no"}, 400), remedy, f"twilio:{code}") for code, remedy in table.items()]
    born_dead = Say({"sid": "SM1", "status": "failed", "error_code": 30006}, 201)
    return (
        *answers,
        (Say({"code": 20429}, 429), retry, "http:429"),
        (Say({"code": 20500}, 500), Remedy.UNKNOWN, "http:500"),
        (Say({"code": 7}, 400), never, "twilio:unknown"),
        (born_dead, stop, "twilio:30006"),
    )


HARNESSES = (
    ChannelHarness(
        "viber",
        viber,
        Say({"status": 0, "status_message": "ok", "message_token": 5741311803571721087, "billing_status": 1}),
        Sent("5741311803571721087"),
        7000,
        _viber_refusals(),
        unavailable=Remedy.RETRY,
        media="/media/photo.jpg",
        signs_in=False,
    ),
    ChannelHarness(
        "sms",
        sms,
        Say({"sid": "SM1", "status": "queued", "num_segments": "2", "error_code": None}, 201),
        Sent("SM1", parts=2),
        1600,
        _sms_refusals(),
        unavailable=Remedy.UNKNOWN,
        media="/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
        signs_in=True,
    ),
)


def outbound(**more: Any) -> Outbound:
    return Outbound(**{"id": 7, "address": ADDRESS, "text": TEXT, **more})


@asynccontextmanager
async def channels() -> AsyncIterator[dict[str, Channel]]:
    """Both, for what needs no provider."""
    async with aiohttp.ClientSession() as session:
        yield {harness.name: harness.build(session, "http://127.0.0.1:9") for harness in HARNESSES}
