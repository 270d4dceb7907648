"""Viber as the tests build it, how it signs, and what it answers."""

from __future__ import annotations

import hashlib
import hmac

import aiohttp

from bot.channels.port import Channel, Remedy, Sent
from bot.channels.viber import ViberChannel
from dialogues.turn import Choice, Reply
from tests.channels.harness import ChannelHarness, GivenSettings, Refusal
from tests.channels.provider import Say
from tests.channels.signing import Signing, Webhook, header_of
from tests.channels.viber_webhooks import USER
from tests.channels.viber_webhooks import VIBER as WEBHOOKS

TOKEN = "viber-token-for-tests"
HEADER = "X-Viber-Content-Signature"


def build(session: aiohttp.ClientSession, url: str, deadline: float = 5.0) -> Channel:
    welcome = {"el": Reply("Καλώς ήρθατε", (Choice("Βοήθεια", "help"),)), "en": Reply("Welcome")}
    return ViberChannel(
        TOKEN,
        "Πολίτης",
        session,
        welcome=welcome,
        api_url=f"{url}/pa",
        deadline=deadline,
        fetch_deadline=deadline,
    )


def signature(token: str, body: bytes) -> str:
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def sign(entry: Webhook, body: bytes) -> tuple[str, dict[str, str]]:
    right, wrong = signature(TOKEN, body), signature("another token", body)
    header = {"Content-Type": "application/json"}
    if entry.signing in (Signing.IN_QUERY, Signing.WRONG_IN_QUERY):
        return f"{entry.target}?sig={right if entry.signing is Signing.IN_QUERY else wrong}", header
    value = header_of(entry.signing, right, wrong)
    query = f"?sig={right}" if entry.signing is Signing.WRONG_BESIDE_QUERY else ""
    return entry.target + query, header if value is None else {**header, HEADER: value}


def _refusals() -> tuple[Refusal, ...]:
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


GIVEN = GivenSettings(
    read={
        "VIBER_AUTH_TOKEN": ("4453b6ac-viber", ...),
        "VIBER_SENDER_NAME": ("Πολίτης", ...),
        "VIBER_API_URL": ("http://127.0.0.1:1/pa", ...),
        "VIBER_RATE": ("12.5", 12.5),
    },
    bad=(
        ("VIBER_AUTH_TOKEN", "hidden-word κ"),
        ("VIBER_AUTH_TOKEN", "hidden-word\nX-Header: y"),
        ("VIBER_SENDER_NAME", "hidden-word" * 3),
        ("VIBER_API_URL", "hidden-word"),
        ("VIBER_RATE", "0"),
        ("VIBER_RATE", "hidden-word"),
        ("VIBER_RATE", "inf"),
        ("VIBER_RATE", "nan"),
    ),
    enough=(("VIBER_AUTH_TOKEN",),),
)

VIBER = ChannelHarness(
    "viber",
    build,
    TOKEN,
    {"viber_auth_token": TOKEN, "viber_rate": 10_000},
    GIVEN,
    WEBHOOKS,
    sign,
    sender=USER["id"],
    targets=("/webhooks/viber",),
    forged={HEADER.lower(): "0" * 64},
    accepted=Say({"status": 0, "status_message": "ok", "message_token": 5741311803571721087, "billing_status": 1}),
    sent=Sent("5741311803571721087"),
    limit=7000,
    refusals=_refusals(),
    unavailable=Remedy.RETRY,
    media="/media/photo.jpg",
    signs_in=False,
)
