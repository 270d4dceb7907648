"""Registry events as their senders sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from standardwebhooks import Webhook

from connectors.connect import event_reader
from connectors.events import RegistryEvent, UnreadEvent
from tests.connectors.sandbox import NOW

OLD = "whsec_c2FuZGJveC1ldmVudHMtc2VjcmV0LW9mLTMyLWJ5dGU="
NEW = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXNhbmRib3gtMzI="
STRANGE = "whsec_bm9ib2R5LWtub3dzLXRoaXMtc2VjcmV0LWhlcmUtMzI="
READER = event_reader([NEW, OLD], lambda: NOW)
CASE = "ΑΔ-2026-000123"


def headers(body: bytes, secret: str = OLD, at: datetime = NOW, id_: str = "e-1") -> dict[str, str]:
    """As the published library signs."""
    return {
        "Webhook-Id": id_,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(id_, at, body.decode()),
    }


def event(kind: str = "case.stage-changed", data: Mapping[str, Any] | None = None, **different: Any) -> bytes:
    base = {"sequence": 4, "afm": "123456783", "procedure": "building-permit"}
    whole = {
        "specversion": "1.0",
        "id": "permits-0-7",
        "source": "/registries/permits",
        "type": f"gr.gov.{kind}",
        "subject": CASE,
        "time": "2026-11-22T10:00:00Z",
        "datacontenttype": "application/json",
        "data": {**base, **({"stage": "review"} if data is None else data)},
        **different,
    }
    return json.dumps({key: value for key, value in whole.items() if value is not ...}, ensure_ascii=False).encode()


def read(body: bytes, registry: str = "permits", **signed: Any) -> RegistryEvent | UnreadEvent:
    return READER.read(registry, headers(body, **signed), body)


def read_known(body: bytes, registry: str = "permits") -> RegistryEvent:
    """An event of a type that we know."""
    found = read(body, registry)
    assert isinstance(found, RegistryEvent)
    return found


def headers_of_bytes(body: bytes) -> dict[str, str]:
    """For bytes that are no text: signed by hand, as the standard says."""
    at = str(int(NOW.timestamp()))
    key = base64.b64decode(OLD.removeprefix("whsec_"))
    digest = hmac.new(key, f"e-1.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": "e-1",
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
