"""Viber's settings, and the channel that they make."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from pydantic import Field, SecretStr, field_validator

from bot.channels.port import ChannelFacts
from bot.channels.settings import ChannelSettings, base_url, header_value
from bot.channels.viber.channel import NAME_LIMIT, ViberChannel
from bot.channels.viber.compose import compose
from bot.channels.viber.parse import NAME
from bot.channels.viber.words import WORDS
from dialogues.turn import Reply


class ViberSettings(ChannelSettings):
    """docs/settings.md explains each."""

    viber_auth_token: SecretStr | None = None
    viber_sender_name: str = Field("gov.gr", min_length=1, max_length=NAME_LIMIT)
    viber_api_url: str = "https://chatapi.viber.com/pa"
    viber_rate: float = Field(40, gt=0, allow_inf_nan=False)

    _viber_base = field_validator("viber_api_url")(base_url)
    _viber_header = field_validator("viber_auth_token")(header_value)


def needs(settings: ViberSettings) -> tuple[tuple[str, object], ...]:
    return (("VIBER_AUTH_TOKEN", settings.viber_auth_token),)


def build(settings: ViberSettings, session: aiohttp.ClientSession, welcome: Mapping[str, Reply]) -> ViberChannel:
    token = settings.viber_auth_token
    return ViberChannel(
        token.get_secret_value() if token else "",
        settings.viber_sender_name,
        session,
        welcome=welcome,
        api_url=settings.viber_api_url,
        rate=settings.viber_rate,
    )


VIBER = ChannelFacts(NAME, WORDS, compose, needs, build)
