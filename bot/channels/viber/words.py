"""Viber as a citizen speaks of it."""

from __future__ import annotations

from dialogues.channels import ChannelWords

WORDS = ChannelWords(
    title={"el": "Viber", "en": "Viber"},
    chat={"el": "Viber", "en": "Viber"},
    said={"el": "viber βάιμπερ βαιμπερ", "en": "viber"},
)
