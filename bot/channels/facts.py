"""The channels there are. A channel that is named here is wired: into the settings, the service, the dialogue and every
page. This is the one list; what all of them are asked for is derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import ChannelFacts
from bot.channels.sms.settings import SMS, SmsSettings
from bot.channels.viber.settings import VIBER, ViberSettings
from dialogues.channels import Channels, preferences


class AllChannelSettings(ViberSettings, SmsSettings):
    """The settings of every channel."""


_ALL: tuple[ChannelFacts[AllChannelSettings], ...] = (VIBER, SMS)

CHANNELS: Mapping[str, ChannelFacts[AllChannelSettings]] = MappingProxyType({facts.name: facts for facts in _ALL})
SPOKEN: Channels = MappingProxyType({facts.name: facts.words for facts in _ALL})
"""What the dialogue knows of them."""
PREFERENCES = preferences(SPOKEN)
"""What a citizen may wish about them."""
