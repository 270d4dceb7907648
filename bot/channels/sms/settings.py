"""The settings of SMS, and the channel that they make."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import aiohttp
from pydantic import Field, SecretStr, field_validator

from bot.channels.port import Billing, ChannelFacts, Part
from bot.channels.settings import ChannelSettings, base_url, header_value
from bot.channels.sms.channel import SmsChannel
from bot.channels.sms.compose import compose, holds
from bot.channels.sms.destinations import DEFAULT, countries, is_destination
from bot.channels.sms.encoding import segments
from bot.channels.sms.parse import NAME
from bot.channels.sms.words import WORDS
from dialogues.turn import Reply

_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &._+-]{1,11}")


class SmsSettings(ChannelSettings):
    """docs/settings.md explains each."""

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    sms_rate: float = Field(10, gt=0, allow_inf_nan=False)
    sms_destinations: str = DEFAULT
    budget_sms_parts_per_day: int = Field(300, ge=0)
    sms_part_price: float = Field(0, ge=0, allow_inf_nan=False)
    sms_parts_alarm: int = Field(20_000, ge=0)

    _twilio_base = field_validator("twilio_api_url")(base_url)
    _twilio_header = field_validator("twilio_auth_token")(header_value)

    @field_validator("twilio_account_sid", "twilio_messaging_service_sid")
    @classmethod
    def _is_sid(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isalnum()):
            raise ValueError("must be letters and digits")
        return value

    @field_validator("sms_destinations")
    @classmethod
    def _are_countries(cls, value: str) -> str:
        countries(value)
        return value

    @field_validator("twilio_from")
    @classmethod
    def _is_sender(cls, value: str | None) -> str | None:
        if value is not None and not _SENDER.fullmatch(value):
            raise ValueError("must be a number as +302101234567, a short code, or a name of at most 11 letters")
        return value


def needs(settings: SmsSettings) -> tuple[tuple[str, object], ...]:
    return (
        ("TWILIO_ACCOUNT_SID", settings.twilio_account_sid),
        ("TWILIO_AUTH_TOKEN", settings.twilio_auth_token),
        ("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID", settings.twilio_from or settings.twilio_messaging_service_sid),
    )


def build(settings: SmsSettings, session: aiohttp.ClientSession, _welcome: Mapping[str, Reply]) -> SmsChannel:
    service, token = settings.twilio_messaging_service_sid, settings.twilio_auth_token
    return SmsChannel(
        settings.twilio_account_sid or "",
        token.get_secret_value() if token else "",
        session,
        public_url=settings.public_url,
        sender=None if service else settings.twilio_from,
        messaging_service_sid=service,
        api_url=settings.twilio_api_url,
        rate=settings.sms_rate,
        destinations=countries(settings.sms_destinations),
    )


def parts(part: Part) -> int:
    """As Twilio will count them. A file adds the line of its address to the text, which is in it by now."""
    return max(1, segments(part.text).parts)


def billing(settings: SmsSettings) -> Billing:
    return Billing(settings.budget_sms_parts_per_day, settings.sms_part_price, settings.sms_parts_alarm)


def answered(settings: SmsSettings) -> Callable[[str], bool]:
    listed = countries(settings.sms_destinations)
    return lambda address: is_destination(address, listed)


SMS = ChannelFacts(NAME, WORDS, compose, needs, build, parts, billing, answered, holds)
