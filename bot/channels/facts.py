"""The channels there are. A channel that is named here is wired: into the settings, the service and every page.

What citizens call it, how they pick there and what they may prefer is in dialogues/channels.py, for the floors below.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import ChannelFacts
from bot.channels.sms.settings import SMS, SmsSettings
from bot.channels.viber.settings import VIBER, ViberSettings


class AllChannelSettings(ViberSettings, SmsSettings):
    """The settings of every channel."""


CHANNELS: Mapping[str, ChannelFacts[AllChannelSettings]] = MappingProxyType({VIBER.name: VIBER, SMS.name: SMS})
