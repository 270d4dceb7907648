"""SMS as the tests build it, how Twilio signs, and what it answers."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

import aiohttp
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.port import Channel, Remedy, Sent
from bot.channels.sms import SmsChannel
from tests.channels.harness import ADDRESS, ChannelHarness, GivenSettings, Refusal
from tests.channels.provider import Say
from tests.channels.signing import PUBLIC_URL, Signing, Webhook, header_of
from tests.channels.sms_webhooks import SMS as WEBHOOKS
from tests.channels.sms_webhooks import STATUS_PATH

SID = "AC" + "1".zfill(32)
TOKEN = "twilio-token-for-tests"
FROM = "+302131313131"
HEADER = "X-Twilio-Signature"


def build(session: aiohttp.ClientSession, url: str, deadline: float = 5.0) -> Channel:
    return SmsChannel(
        SID,
        TOKEN,
        session,
        public_url=PUBLIC_URL,
        sender="+306900000000",
        api_url=url,
        deadline=deadline,
        fetch_deadline=deadline,
    )


def signature(token: str, url: str, body: bytes) -> str:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return str(RequestValidator(token).compute_signature(url, MultiDict(pairs)))


def sign(entry: Webhook, body: bytes) -> tuple[str, dict[str, str]]:
    url, target = PUBLIC_URL + entry.target, entry.target
    header = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    form = body
    if entry.signing in (Signing.BODY_DIGEST, Signing.WRONG_BODY_DIGEST):
        digested = body if entry.signing is Signing.BODY_DIGEST else b"another body"
        suffix = f"?bodySHA256={hashlib.sha256(digested).hexdigest()}"
        header, target, url, form = {"Content-Type": "application/json"}, target + suffix, url + suffix, b""
    if entry.signing is Signing.WITH_PORT:
        url = url.replace("://" + url.split("/")[2], "://" + url.split("/")[2] + ":443", 1)
    if entry.signing is Signing.PLAIN_HTTP:
        url = url.replace("https://", "http://", 1)
    right, wrong = signature(TOKEN, url, form), signature("another token", url, form)
    value = header_of(entry.signing, right, wrong)
    return target, header if value is None else {**header, HEADER: value}


def _refusals() -> tuple[Refusal, ...]:
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


_ACCOUNT = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
GIVEN = GivenSettings(
    read={
        "TWILIO_ACCOUNT_SID": ("AC00000000000000000000000000000001", ...),
        "TWILIO_AUTH_TOKEN": ("12345-twilio", ...),
        "TWILIO_FROM": ("+302131313131", ...),
        "TWILIO_MESSAGING_SERVICE_SID": ("MG00000000000000000000000000000001", ...),
        "TWILIO_API_URL": ("http://127.0.0.1:1", ...),
        "SMS_RATE": ("3", 3.0),
        "SMS_DESTINATIONS": ("GR,CY", ...),
        "SMS_PART_PRICE": ("0.05", 0.05),
        "SMS_PARTS_ALARM": ("500", 500),
        "BUDGET_SMS_PARTS_PER_DAY": ("60", 60),
    },
    bad=(
        ("TWILIO_ACCOUNT_SID", "AC/hidden-word"),
        ("TWILIO_AUTH_TOKEN", "hidden-word κ"),
        ("TWILIO_FROM", "whatsapp:+302131313131"),
        ("TWILIO_FROM", "hidden-word-that-is-long"),
        ("TWILIO_MESSAGING_SERVICE_SID", "hidden-word"),
        ("TWILIO_API_URL", "hidden-word"),
        ("SMS_RATE", "-3"),
        ("SMS_DESTINATIONS", "GR,hidden-word"),
    ),
    enough=((*_ACCOUNT, "TWILIO_FROM"), (*_ACCOUNT, "TWILIO_MESSAGING_SERVICE_SID")),
)

SMS = ChannelHarness(
    "sms",
    build,
    TOKEN,
    {"twilio_account_sid": SID, "twilio_auth_token": TOKEN, "twilio_from": FROM, "sms_rate": 10_000},
    GIVEN,
    WEBHOOKS,
    sign,
    sender=ADDRESS,
    targets=("/webhooks/sms", f"{STATUS_PATH}?id=7"),
    forged={HEADER.lower(): "0" * 28},
    accepted=Say({"sid": "SM1", "status": "queued", "num_segments": "2", "error_code": None}, 201),
    sent=Sent("SM1", parts=2),
    limit=1600,
    refusals=_refusals(),
    unavailable=Remedy.UNKNOWN,
    media="/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
    signs_in=True,
)
