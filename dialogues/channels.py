"""The channels as a citizen speaks of them, and how choices are picked there. The one list of names below the service.

How each is spoken to is bot/channels/facts.py; tests/guards/test_channels.py holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dialogues.say import LocalizedText


@dataclass(frozen=True, slots=True)
class ChannelWords:
    """``title``: the channel; ``chat``: what goes to and fro there; ``said``: the words by which it is meant, to be
    understood. ``numbered``: a choice is picked by writing its number. ``forgeable``: whoever writes may have put
    another's address there, so that what comes from an address is no proof, only what was sent to it and comes back."""

    title: LocalizedText
    chat: LocalizedText
    said: LocalizedText
    numbered: bool = False
    forgeable: bool = False


CHANNELS: Mapping[str, ChannelWords] = MappingProxyType(
    {
        "viber": ChannelWords(
            title={"el": "Viber", "en": "Viber"},
            chat={"el": "Viber", "en": "Viber"},
            said={"el": "viber βάιμπερ", "en": "viber"},
        ),
        "sms": ChannelWords(
            title={"el": "SMS", "en": "SMS"},
            chat={"el": "μηνύματα SMS", "en": "SMS messages"},
            said={"el": "sms", "en": "sms"},
            numbered=True,
            forgeable=True,
        ),
    }
)

ANY, ONLY = "any", "only-"
PREFERENCES: Mapping[str, tuple[str | None, bool]] = MappingProxyType(
    {ANY: (None, False)}
    | {name: (name, False) for name in CHANNELS}
    | {f"{ONLY}{name}": (name, True) for name in CHANNELS}
)
"""What a wish about channels may say: the channel that goes first, and whether there is no other."""
