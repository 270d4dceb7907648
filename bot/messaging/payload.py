"""What the queues keep, as text, and back: an inbound message in the inbox, a body to send in the outbox."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.channels.port import Inbound, Outbound, OutboundFile, Part
from dialogues.turn import Choice

_decoder = msgspec.json.Decoder(Inbound)
_encoder = msgspec.json.Encoder()


class OutboundBody(msgspec.Struct, frozen=True):
    """What the outbox keeps of a message: ``{"text": ..., "choices": [[title, value], ...], "file": {...}}``."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    file: OutboundFile | None = None

    @classmethod
    def of(cls, part: Part) -> OutboundBody:
        return cls(part.text, tuple((choice.title, choice.value) for choice in part.choices), part.file)

    def encode(self) -> str:
        """The body as the outbox keeps it."""
        return _encoder.encode(self).decode()

    @classmethod
    def decode(cls, body: str) -> OutboundBody:
        """The body that :meth:`encode` wrote. Raises :class:`ValueError` for anything else."""
        return _bodies.decode(body)

    def outbound(self, row_id: int, address: str) -> Outbound:
        """The message to send."""
        return Outbound(row_id, address, self.text, tuple(Choice(*choice) for choice in self.choices), self.file)


_bodies = msgspec.json.Decoder(OutboundBody)


def pack(message: Inbound) -> str:
    """An inbound message as the inbox keeps it."""
    return _encoder.encode(message).decode()


def unpack(payload: str) -> Inbound:
    """The message that :func:`pack` packed. Raises :class:`ValueError` for anything else."""
    try:
        return _decoder.decode(payload)
    except msgspec.ValidationError:
        return msgspec.convert(_as_now(msgspec.json.decode(payload)), Inbound)


def _as_now(row: Any) -> Any:
    """A row in the older format, where attachments were a list of kinds."""
    kinds = row.get("attachments") if isinstance(row, dict) else None
    return {**row, "attachments": [{"kind": kind} for kind in kinds]} if isinstance(kinds, list) else row
