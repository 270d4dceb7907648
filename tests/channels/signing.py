"""A webhook as data, and the request that it makes: signed as its provider would, or not quite."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, urlencode

from multidict import MultiDict
from twilio.request_validator import RequestValidator


class Expect(Enum):
    FORBIDDEN = 403
    BAD = 400
    NOTHING = "200-nothing"
    INBOUND = "200-inbound"
    RECEIPT = "200-receipt"

    @property
    def status(self) -> int:
        return self.value if isinstance(self.value, int) else 200


class Signing(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    MISSING = "missing"
    EMPTY = "empty"
    NOT_ASCII = "not ASCII"
    ALTERED = "the body was altered after signing"
    OTHER_TOKEN = "right, with somebody else's token"
    UPPER = "right, in the other case"
    IN_QUERY = "Viber: in the query alone"
    WRONG_IN_QUERY = "Viber: in the query alone, wrong"
    WRONG_BESIDE_QUERY = "Viber: wrong in the header, right in the query"
    WITH_PORT = "Twilio: over the URL with :443"
    PLAIN_HTTP = "Twilio: over http instead of https"
    BODY_DIGEST = "Twilio: over a URL that carries the digest of the body"
    WRONG_BODY_DIGEST = "Twilio: the same with another digest"


@dataclass(frozen=True)
class Secrets:
    """``public_url`` is https, and has neither a port nor a slash at its end."""

    viber_auth_token: str = "4453b6ac12345678-e02c5f12174805f9-daec9cbb5448c51f"
    twilio_auth_token: str = "12345678901234567890123456789012"
    public_url: str = "https://counter.example"


@dataclass(frozen=True)
class Webhook:
    """``body``: bytes go as they are, pairs as a form, anything else as JSON."""

    name: str
    channel: str
    body: Any
    expect: Expect
    path: str = ""
    signing: Signing = Signing.RIGHT
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return self.path or f"/webhooks/{self.channel}"

    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, tuple):
            return urlencode(self.body).encode()
        return json.dumps(self.body, separators=(",", ":")).encode()


def signed(entry: Webhook, secrets: Secrets) -> tuple[str, dict[str, str], bytes]:
    """The path with its query, the headers and the body of this entry, signed as it says."""
    body = entry.bytes()
    sign = _signed_viber if entry.channel == "viber" else _signed_sms
    target, headers = sign(entry, secrets, body)
    if entry.signing is Signing.ALTERED:
        body = body.replace(b"1", b"2", 1) if b"1" in body else body + b" "
    return target, {**headers, **entry.headers}, body


def viber_signature(token: str, body: bytes) -> str:
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def sms_signature(token: str, url: str, body: bytes) -> str:
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return str(RequestValidator(token).compute_signature(url, MultiDict(pairs)))


def _signed_viber(entry: Webhook, secrets: Secrets, body: bytes) -> tuple[str, dict[str, str]]:
    right = viber_signature(secrets.viber_auth_token, body)
    wrong = viber_signature("another token", body)
    header = {"Content-Type": "application/json"}
    if entry.signing in (Signing.IN_QUERY, Signing.WRONG_IN_QUERY):
        return f"{entry.target}?sig={right if entry.signing is Signing.IN_QUERY else wrong}", header
    value = _header(entry.signing, right, wrong)
    query = f"?sig={right}" if entry.signing is Signing.WRONG_BESIDE_QUERY else ""
    return entry.target + query, header if value is None else {**header, "X-Viber-Content-Signature": value}


def _signed_sms(entry: Webhook, secrets: Secrets, body: bytes) -> tuple[str, dict[str, str]]:
    token, url, target = secrets.twilio_auth_token, secrets.public_url + entry.target, entry.target
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
    right, wrong = sms_signature(token, url, form), sms_signature("another token", url, form)
    value = _header(entry.signing, right, wrong)
    return target, header if value is None else {**header, "X-Twilio-Signature": value}


def _header(signing: Signing, right: str, wrong: str) -> str | None:
    others = {
        Signing.WRONG: right[:-2] + ("00" if right[-2:] != "00" else "11"),
        Signing.MISSING: None,
        Signing.EMPTY: "",
        Signing.NOT_ASCII: "υπογραφή",
        Signing.OTHER_TOKEN: wrong,
        Signing.UPPER: right.swapcase(),
        Signing.WRONG_BESIDE_QUERY: wrong,
    }
    return others.get(signing, right)
