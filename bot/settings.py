"""Settings come from the environment (a ``.env`` file is read). A bad value stops the start and says which."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from casestore.vault import MIN_SECRET
from connectors.signatures import Signatures

MIN_DIFFERENT = 8  # different characters in a secret: 32 random bytes in base64 have some 30
_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &._+-]{1,11}")


class BadSettings(Exception):
    """One line per setting that is wrong; never its value."""


class Settings(BaseSettings):
    """All settings; docs/settings.md explains each. Secrets do not show in ``repr``."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = Field("sqlite+aiosqlite:///data/counter.db", repr=False)  # may hold a password
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    secret_key: Annotated[tuple[SecretStr, ...], NoDecode]

    viber_auth_token: SecretStr | None = None
    viber_sender_name: str = Field("gov.gr", min_length=1, max_length=28)
    viber_api_url: str = "https://chatapi.viber.com/pa"
    viber_rate: float = Field(40, gt=0, allow_inf_nan=False)

    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_from: str | None = None
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    sms_rate: float = Field(10, gt=0, allow_inf_nan=False)

    registries_url: str | None = None
    registries_client_id: str | None = None
    registries_client_secret: SecretStr | None = None
    registry_events_secret: SecretStr | None = None
    login_url: str | None = None
    login_client_id: str | None = None
    login_client_secret: SecretStr | None = None

    model_path: str = "models/counter.tar.gz"
    worker_port: int = Field(0, ge=0, le=65535)
    feed_seconds: float = Field(30, gt=0, le=86_400)
    reconcile_hours: float = Field(24, ge=0, le=8760)
    reconcile_pause_seconds: float = Field(1, ge=0, le=3600)

    @field_validator("secret_key", mode="before")
    @classmethod
    def _ring(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("secret_key")
    @classmethod
    def _strong(cls, ring: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not ring or any(len(secret.get_secret_value()) < MIN_SECRET for secret in ring):
            raise ValueError(f"needs at least one secret, each of {MIN_SECRET} characters or more")
        if any(len(set(secret.get_secret_value())) < MIN_DIFFERENT for secret in ring):
            raise ValueError("has a secret that is easily guessed: make one with `openssl rand -base64 32`")
        return ring

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):  # the latter quotes a port that is none
            raise ValueError("is no database's address") from None
        if url.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise ValueError("must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        if url.drivername == "sqlite+aiosqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("needs a file: what is kept in memory is lost")
        return value

    @field_validator("public_url", "viber_api_url", "twilio_api_url", "registries_url", "login_url")
    @classmethod
    def _is_base(cls, value: str | None) -> str | None:
        if value is not None and not _is_base_url(value):
            raise ValueError("must be https://host, with a path at most (http:// on this machine only)")
        return value.rstrip("/") if value else value

    @field_validator("viber_auth_token", "twilio_auth_token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _is_word(value.get_secret_value()):
            raise ValueError("must be printable ASCII without blanks")
        return value

    @field_validator("registry_events_secret")
    @classmethod
    def _signs(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            Signatures(_parts(value), lambda: datetime.now(UTC))
        return value

    @field_validator("twilio_account_sid", "twilio_messaging_service_sid")
    @classmethod
    def _is_sid(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isalnum()):
            raise ValueError("must be letters and digits")
        return value

    @field_validator("twilio_from")
    @classmethod
    def _is_sender(cls, value: str | None) -> str | None:
        if value is not None and not _SENDER.fullmatch(value):
            raise ValueError("must be a number as +302101234567, a short code, or a name of at most 11 letters")
        return value

    @model_validator(mode="before")
    @classmethod
    def _blank_is_unset(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        trimmed = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in trimmed.items() if value != ""}

    def missing_for(self, part: str) -> tuple[str, ...]:
        """The settings that ``part`` (viber, sms, registries, events, login) still lacks, by name; empty: it is on."""
        return tuple(name for name, present in self._needs()[part] if not present)

    def _needs(self) -> dict[str, tuple[tuple[str, object], ...]]:
        sender = self.twilio_from or self.twilio_messaging_service_sid
        return {
            "viber": (("VIBER_AUTH_TOKEN", self.viber_auth_token),),
            "sms": (
                ("TWILIO_ACCOUNT_SID", self.twilio_account_sid),
                ("TWILIO_AUTH_TOKEN", self.twilio_auth_token),
                ("TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID", sender),
            ),
            "registries": (
                ("REGISTRIES_URL", self.registries_url),
                ("REGISTRIES_CLIENT_ID", self.registries_client_id),
                ("REGISTRIES_CLIENT_SECRET", self.registries_client_secret),
            ),
            "events": (("REGISTRY_EVENTS_SECRET", self.registry_events_secret),),
            "login": (
                ("LOGIN_URL", self.login_url),
                ("LOGIN_CLIENT_ID", self.login_client_id),
                ("LOGIN_CLIENT_SECRET", self.login_client_secret),
            ),
        }

    def all_secrets(self) -> list[str]:
        """Every secret value there is, for the log's scrubber."""
        values = (getattr(self, name) for name in type(self).model_fields if name != "secret_key")
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return [*self.secrets(), *self.event_secrets(), *found, *filter(None, [make_url(self.database_url).password])]

    def event_secrets(self) -> list[str]:
        """What registries may sign their events with, newest first; none: their events are not taken."""
        return [] if self.registry_events_secret is None else _parts(self.registry_events_secret)

    def secrets(self) -> list[str]:
        """The key ring, newest first."""
        return [secret.get_secret_value() for secret in self.secret_key]


def load(**overrides: Any) -> Settings:
    """Read the environment. Raises :class:`BadSettings`."""
    try:
        return Settings(**overrides)
    except UnicodeDecodeError:
        raise BadSettings(".env: is not UTF-8") from None
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in e['loc'][:1]).upper()}: {_say(e)}" for e in error.errors()]
        raise BadSettings("\n".join(sorted(set(lines)))) from None


def _say(error: Any) -> str:
    return "is not set" if error["type"] == "missing" else str(error["msg"]).removeprefix("Value error, ")


def _parts(secrets: SecretStr) -> list[str]:
    """Secrets that are separated by commas."""
    return [part.strip() for part in secrets.get_secret_value().split(",") if part.strip()]


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
