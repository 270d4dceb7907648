"""What the providers post, as bytes: signed Viber callbacks and signed Twilio forms. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlencode, urlsplit

from bot.phone.faults import ChannelName

VIBER_RETRIES = (5.0, 15.0, 60.0, 300.0, 900.0, 1800.0)
"""Seconds between Viber's attempts. Its documents say only "several times for an hour"."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook to be posted. ``url`` is the public one, which is what Twilio signs; ``retries`` are pauses in
    seconds; ``retry_on`` holds ``refused`` (any answer that is not taken) and/or ``unreachable``."""

    channel: ChannelName
    event: str
    address: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    retries: tuple[float, ...] = ()
    retry_on: frozenset[str] = field(default=frozenset({"refused", "unreachable"}))


def viber_signature(token: str, body: bytes) -> str:
    """Lower-case hexadecimal HMAC-SHA256 of the body, keyed with the auth token."""
    return hmac.new(token.encode(), body, hashlib.sha256).hexdigest()


def viber_webhook(
    token: str, url: str, payload: Mapping[str, Any], *, address: str = "", retries: tuple[float, ...] = VIBER_RETRIES
) -> Webhook:
    """A callback as Viber posts it: non-ASCII escaped as ``\\uXXXX``, signature in the header and as ``sig``."""
    body = json.dumps(payload, separators=(",", ":")).encode("ascii")
    signature = viber_signature(token, body)
    headers = {"Content-Type": "application/json", "X-Viber-Content-Signature": signature}
    joint = "&" if urlsplit(url).query else "?"
    return Webhook("viber", payload["event"], address, f"{url}{joint}sig={signature}", body, headers, retries)


def twilio_signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """Base64 HMAC-SHA1 of the URL followed by every name and value, sorted by name."""
    signed = url + "".join(name + params[name] for name in sorted(params))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode("ascii")


def twilio_webhook(
    token: str, url: str, params: Mapping[str, str], *, event: str, address: str, idempotency: str
) -> Webhook:
    """A form as Twilio posts it. ``#rc=..&rp=..`` in the URL is its retry override: obeyed, neither sent nor signed."""
    bare, fragment = urldefrag(url)
    count, retry_on = _retry_override(fragment)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": twilio_signature(token, bare, params),
        "I-Twilio-Idempotency-Token": idempotency,
    }
    return Webhook("sms", event, address, bare, urlencode(params).encode("ascii"), headers, (0.0,) * count, retry_on)


def _retry_override(fragment: str) -> tuple[int, frozenset[str]]:
    """Twilio's default is one more attempt, and only where the connection failed (``ct``)."""
    options = {name: values[-1] for name, values in parse_qs(fragment).items()}
    count = options.get("rc", "1")
    policies = set(options.get("rp", "ct").split(","))
    retry_on = set()
    if policies & {"ct", "rt", "all"}:
        retry_on.add("unreachable")
    if policies & {"5xx", "4xx", "all"}:
        retry_on.add("refused")
    return (min(int(count), 5) if count.isdecimal() else 1), frozenset(retry_on)
