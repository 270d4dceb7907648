"""Webhooks as providers, passers-by and accidents send them: what arrives, and what becomes of it.

``signed`` makes the request of an entry, so that the same table runs against the channels and over real HTTP.
Every entry has a message id of its own: posting the whole table to one server stores nothing twice.
"""

from tests.channels.registry import HARNESSES
from tests.channels.signing import Expect, Signing, Webhook
from tests.channels.sms_webhooks import SMS
from tests.channels.viber_webhooks import VIBER

WEBHOOKS = tuple(webhook for harness in HARNESSES for webhook in harness.webhooks)
_SIGN = {harness.name: harness.sign for harness in HARNESSES}

__all__ = ["SMS", "VIBER", "WEBHOOKS", "Expect", "Signing", "Webhook", "signed"]


def signed(entry: Webhook) -> tuple[str, dict[str, str], bytes]:
    """The path with its query, the headers and the body of this entry, signed as it says."""
    body = entry.bytes()
    target, headers = _SIGN[entry.channel](entry, body)
    if entry.signing is Signing.ALTERED:
        body = body.replace(b"1", b"2", 1) if b"1" in body else body + b" "
    return target, {**headers, **entry.headers}, body
