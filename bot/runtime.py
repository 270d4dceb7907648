"""What the service takes from the world around it: time, chance and fresh secrets. A test passes its own."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The time now, in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """``random`` is uniform in [0, 1). ``new_claim`` marks a claim on a row; ``new_code`` gives six digits;
    ``new_token`` gives at least 128 unguessable bits, safe in a path."""

    clock: Clock = utc_now
    random: Callable[[], float] = random.random
    new_claim: Callable[[], str] = lambda: uuid.uuid4().hex
    new_code: Callable[[], str] = lambda: f"{secrets.randbelow(1_000_000):06d}"
    new_token: Callable[[], str] = lambda: secrets.token_urlsafe(24)
