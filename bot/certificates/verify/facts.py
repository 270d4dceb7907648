"""What a file shows when it is looked into, and how that crosses from the child to its parent: one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    PDF = "pdf"
    PICTURE = "picture"


class Seal(StrEnum):
    NONE = "none"
    OURS = "ours"  # it holds, is ours, covers the whole file and is followed by nothing
    BROKEN = "broken"  # it was ours, and does not hold any more
    FOREIGN = "foreign"  # somebody else's, or nobody's that we know


class MarkState(StrEnum):
    """Of the signed part of a QR of ours."""

    NONE = "none"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Facts:
    """``code``: of a sealed paper what its seal covers; else what its QR or its text says. ``title``, ``issuer``,
    ``issued_at`` and ``valid_until`` are told only where a seal or a mark of ours covers them."""

    kind: Kind
    seal: Seal = Seal.NONE
    mark: MarkState = MarkState.NONE
    code: str = ""
    title: str = ""
    issuer: str = ""
    protocol: str = ""
    holder: str = ""
    issued_at: datetime | None = None
    valid_until: datetime | None = None


_TEXTS = ("code", "title", "issuer", "protocol", "holder")
_TIMES = ("issued_at", "valid_until")
_LONGEST = 500  # characters


def encode(facts: Facts | None) -> bytes:
    """``None``: no file that can be looked into."""
    told = {} if facts is None else asdict(facts)
    return json.dumps(told | {name: told[name].isoformat() for name in _TIMES if told.get(name)}).encode() + b"\n"


def decode(answer: bytes) -> Facts | None:
    """Raises :class:`ValueError`, :class:`TypeError`, :class:`KeyError` and the like for what no child of ours says."""
    told = json.loads(answer)
    if told == {}:
        return None
    texts: dict[str, Any] = {name: _text(told.get(name)) for name in _TEXTS}
    times: dict[str, Any] = {name: _time(told.get(name)) for name in _TIMES}
    return Facts(Kind(told["kind"]), Seal(told["seal"]), MarkState(told["mark"]), **texts, **times)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("no text")
    return value


def _time(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(_text(value)).astimezone(UTC)
