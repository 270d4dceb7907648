"""What an SMS costs: its encoding and the number of parts, counted as a network does.

Written apart from the service's own count on purpose: the phone is the provider, and the two shall agree.
Source: 3GPP TS 23.038 (alphabet), TS 23.040 (concatenation).
"""

from __future__ import annotations

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
"""Units in a message that stands alone, and in each part of a longer one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """``encoding`` is ``GSM-7`` or ``UCS-2``; ``units`` are septets or UTF-16 units; ``parts`` are what is billed."""

    encoding: str
    units: int
    parts: int


def measure(text: str) -> Parts:
    """Count one message. Escape pairs and surrogate pairs are never split over two parts."""
    if all(char in BASIC or char in EXTENSION for char in text):
        return _pack("GSM-7", [2 if char in EXTENSION else 1 for char in text])
    return _pack("UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text])


def _pack(encoding: str, costs: list[int]) -> Parts:
    alone, joined = ROOM[encoding]
    units = sum(costs)
    if units <= alone:
        return Parts(encoding, units, 1)
    parts, filled = 1, 0
    for cost in costs:
        if filled + cost > joined:
            parts, filled = parts + 1, 0
        filled += cost
    return Parts(encoding, units, parts)
