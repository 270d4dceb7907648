"""What the dialogue must know of a channel, and what a citizen may wish for about channels.

Which channels there are is not known here: each says its words in its own folder, and whoever loads the dialogue hands
them in (bot/channels/facts.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dialogues.say import LocalizedText


@dataclass(frozen=True, slots=True)
class ChannelWords:
    """``title``: the channel; ``chat``: what goes to and fro there; ``said``: the words by which it is meant, to be
    understood. ``numbered``: a choice is picked by writing its number. ``forgeable``: whoever writes may have put
    another's address there, so that what comes from an address is no proof, only what was sent to it and comes back.
    ``longest``: so many characters at most of what a registry words; 0: all of them."""

    title: LocalizedText
    chat: LocalizedText
    said: LocalizedText
    numbered: bool = False
    forgeable: bool = False
    longest: int = 0


Channels = Mapping[str, ChannelWords]
"""The channels that there are, by name."""
NO_CHANNELS: Channels = MappingProxyType({})

ANY, ONLY = "any", "only-"


def preferences(names: Iterable[str]) -> Mapping[str, tuple[str | None, bool]]:
    """What a wish about these channels may say: the channel that goes first, and whether there is no other."""
    each = tuple(names)
    found: dict[str, tuple[str | None, bool]] = {ANY: (None, False)}
    return MappingProxyType(
        found | {name: (name, False) for name in each} | {f"{ONLY}{name}": (name, True) for name in each}
    )


def preferred(value: str) -> tuple[str | None, bool]:
    """The same of one wish that was understood."""
    if value == ANY:
        return None, False
    return value.removeprefix(ONLY), value.startswith(ONLY)
