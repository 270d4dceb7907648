"""SMS as a citizen speaks of it. Who it comes from is what the sender says."""

from __future__ import annotations

from dialogues.channels import ChannelWords

WORDS = ChannelWords(
    title={"el": "SMS", "en": "SMS"},
    chat={"el": "μηνύματα SMS", "en": "SMS messages"},
    said={"el": "sms", "en": "sms"},
    numbered=True,
    forgeable=True,
    longest=300,
)
