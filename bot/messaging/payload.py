"""An inbound message as text, for the inbox to keep, and back."""

from __future__ import annotations

import msgspec

from bot.channels.port import Inbound

_decoder = msgspec.json.Decoder(Inbound)
_encoder = msgspec.json.Encoder()


def pack(message: Inbound) -> str:
    """An inbound message as the inbox keeps it."""
    return _encoder.encode(message).decode()


def unpack(payload: str) -> Inbound:
    """The message that :func:`pack` packed. Raises :class:`ValueError` for anything else."""
    return _decoder.decode(payload)
