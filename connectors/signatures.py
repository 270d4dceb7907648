"""Who signed this, and when: Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature).

HMAC-SHA256 over ``id.timestamp.body``, checked over the raw bytes, with the clock that is passed in and with any of
several secrets. The ``standardwebhooks`` package signs the same but can do none of the three.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How old, or how far ahead of our clock, an event's signature may be: the default of Standard Webhooks."""


class EventRejected(Exception):
    """Not taken. ``status`` is the HTTP answer, ``reason`` safe to log."""

    status: int

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSignature(EventRejected):
    """Nobody whom we know signed this now: nothing of it is stored."""

    status = 403


class BadEvent(EventRejected):
    """Well signed, and not readable. ``reason`` names a field of ours, never a value."""

    status = 400


class Signatures:
    """``secrets`` are ``whsec_`` and base64 each; any of them may sign, so that one can follow another.

    Raises ``ValueError`` for a secret that is none.
    """

    def __init__(self, secrets: Sequence[str], now: Callable[[], datetime], window: timedelta = WINDOW) -> None:
        self._keys = tuple(_key(secret) for secret in secrets)
        self._now = now
        self._window = window

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises :class:`BadSignature`. Header names in any case."""
        given = {name.lower(): value for name, value in headers.items()}
        event, at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
        if not event or not at.isascii() or not at.isdigit() or len(at) > 11:
            raise BadSignature("headers")
        if abs(self._now() - datetime.fromtimestamp(int(at), UTC)) > self._window:
            raise BadSignature("time")
        signed = _raw(f"{event}.{at}.") + body
        passed = [_raw(part[3:]) for part in given.get("webhook-signature", "").split() if part[:3] == "v1,"]
        if not any(hmac.compare_digest(_sign(key, signed), one) for key in self._keys for one in passed):
            raise BadSignature("signature")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    except ValueError:
        key = b""
    if not key:
        raise ValueError("an event secret is whsec_ and base64")
    return key


def _sign(key: bytes, signed: bytes) -> bytes:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _raw(header: str) -> bytes:
    """A header's bytes as they came."""
    try:
        return header.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise BadSignature("headers") from None
