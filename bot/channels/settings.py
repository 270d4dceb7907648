"""What the settings of a channel are built on, and how a value is looked at. Each channel's own are in its folder."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def base_url(value: str | None) -> str | None:
    """For a field validator. Raises :class:`ValueError` unless it is the base of a web service."""
    if value is not None and not _is_base_url(value):
        raise ValueError("must be https://host, with a path at most (http:// on this machine only)")
    return value.rstrip("/") if value else value


def header_value(value: SecretStr | None) -> SecretStr | None:
    """For a field validator. Raises :class:`ValueError` unless it fits into a header."""
    if value is not None and not _is_word(value.get_secret_value()):
        raise ValueError("must be printable ASCII without blanks")
    return value


class ChannelSettings(BaseSettings):
    """``public_url`` is the base at which providers call the service."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    public_url: str = "http://127.0.0.1:8080"

    _public_base = field_validator("public_url")(base_url)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_unset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != ""}


def _is_word(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _is_base_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        private = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
        whole = private and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # brackets that do not close, a port that is none
        return False
    return whole and _is_word(value) and not set("?#@") & set(value)
