"""A webhook as data. How its provider signs it, or not quite, is in the harness of its channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlencode


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


PUBLIC_URL = "https://counter.test"
"""Where providers call in tests: https, with neither a port nor a slash at its end."""


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


Sign = Callable[[Webhook, bytes], tuple[str, dict[str, str]]]
"""Of an entry and its body: the path with its query, and the headers, signed as the entry says."""


def header_of(signing: Signing, right: str, wrong: str) -> str | None:
    """What stands in the header of a request that is signed so; ``None``: there is no header."""
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
