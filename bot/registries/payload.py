"""A registry's event as the queue keeps it, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

import msgspec

from connectors.connect import VOCABULARIES
from connectors.events import EventData, RegistryEvent, UnreadEvent, read_text

_UNREAD = UnreadEvent.__name__
_KINDS: Mapping[str, type[EventData]] = {kind.__name__: kind for kind in get_args(EventData)}


def pack(event: RegistryEvent | UnreadEvent) -> str:
    """An event as the queue keeps it. Raises ``UnicodeEncodeError`` for half a character."""
    kind = _UNREAD if isinstance(event, UnreadEvent) else type(event.data).__name__
    return msgspec.json.encode({"kind": kind, "event": event}).decode()


def unpack(payload: str) -> RegistryEvent | UnreadEvent:
    """The event that :func:`pack` packed; one that could not be read then is read again, by what is known now.

    Raises :class:`ValueError` for anything else, :class:`connectors.signatures.BadEvent` among them.
    """
    whole: dict[str, Any] = msgspec.json.decode(payload)
    kind, fields = whole["kind"], whole["event"]
    if kind == _UNREAD:
        came_at = msgspec.convert(fields["came_at"], datetime)
        return read_text(VOCABULARIES, fields["registry"], fields["text"], came_at)
    if kind not in _KINDS:
        raise ValueError("an event of a kind that is not known")
    data = msgspec.convert(fields.pop("data" if "data" in fields else "news"), _KINDS[kind])  # "news": version 0.1
    at = msgspec.convert(fields.pop("at"), datetime)
    return RegistryEvent(**fields, at=at, data=data)
