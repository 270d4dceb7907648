"""Webhooks as providers, passers-by and accidents send them: what arrives, and what becomes of it.

``signed`` makes the request of an entry, so that the same table runs against the channels and over real HTTP.
Every entry has a message id of its own: posting the whole table to one server stores nothing twice.
"""

from tests.channels.signing import Expect, Secrets, Signing, Webhook, signed
from tests.channels.sms_webhooks import SMS, STATUS_PATH
from tests.channels.viber_webhooks import VIBER

WEBHOOKS = VIBER + SMS

__all__ = ["SMS", "STATUS_PATH", "VIBER", "WEBHOOKS", "Expect", "Secrets", "Signing", "Webhook", "signed"]
