"""The channels there are, and what the rest of the service may know of each without having it on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import Compose
from bot.channels.sms import parse as sms
from bot.channels.sms.compose import compose as compose_sms
from bot.channels.viber import parse as viber
from bot.channels.viber.compose import compose as compose_viber

COMPOSE: Mapping[str, Compose] = MappingProxyType({viber.NAME: compose_viber, sms.NAME: compose_sms})
