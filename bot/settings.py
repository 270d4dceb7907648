"""Settings come from the environment (a ``.env`` file is read). A bad value stops the start and says which.

:func:`load` is the one place where the service reads the environment. A channel's own are declared in its folder
(``bot/channels/<name>/settings.py``) and are part of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.channels.facts import CHANNELS, AllChannelSettings
from bot.channels.settings import base_url
from casestore.vault import MIN_SECRET
from connectors.signatures import Signatures

MIN_DIFFERENT = 8  # different characters in a secret: 32 random bytes in base64 have some 30
_NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "registries": ("registries_url", "registries_client_id", "registries_client_secret"),
        "login": ("login_url", "login_client_id", "login_client_secret"),
    }
)
EVENT_SECRETS: Mapping[str, str] = MappingProxyType(
    {name: f"registry_events_secret_{name}" for name in ("permits", "efka", "cadastre", "civil_protection", "kep")}
)
"""By registry, the setting of the secret that is its own."""
PARTS = (*CHANNELS, *_NEEDS, "events")
"""What is on or off, by its settings."""


class BadSettings(Exception):
    """One line per setting that is wrong; never its value."""


class Settings(AllChannelSettings):
    """All settings; docs/settings.md explains each. Secrets do not show in ``repr``."""

    database_url: str = Field("sqlite+aiosqlite:///data/counter.db", repr=False)  # may hold a password
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    secret_key: Annotated[tuple[SecretStr, ...], NoDecode]

    registries_url: str | None = None
    registries_client_id: str | None = None
    registries_client_secret: SecretStr | None = None
    registry_events_secret: SecretStr | None = None
    registry_events_secret_permits: SecretStr | None = None
    registry_events_secret_efka: SecretStr | None = None
    registry_events_secret_cadastre: SecretStr | None = None
    registry_events_secret_civil_protection: SecretStr | None = None
    registry_events_secret_kep: SecretStr | None = None
    login_url: str | None = None
    login_client_id: str | None = None
    login_client_secret: SecretStr | None = None

    seal_key: SecretStr | None = None  # an address in PKCS#11 may hold its PIN
    seal_cert: str | None = None
    seal_chain: str | None = None
    tsa_url: str | None = None
    qr_key: str | None = None
    qr_cert: str | None = None

    trusted_proxies: str = "127.0.0.0/8,::1/128"
    files_endpoint: str | None = None
    files_region: str = "us-east-1"
    files_key_id: str | None = None
    files_secret: SecretStr | None = None
    files_url: str | None = None  # after what it needs
    scanner_url: str | None = None
    pg_dump: str | None = None
    model_path: str = "models/counter.tar.gz"
    worker_port: int = Field(0, ge=0, le=65535)
    budget_messages_per_minute: int = Field(30, ge=0)
    budget_messages_per_day: int = Field(300, ge=0)
    notices_default: Literal["on", "off"] = "on"
    notices_quiet: Literal["on", "off"] = "on"
    notices_gather_minutes: float = Field(5, ge=0, le=1440)
    broadcast_operators: SecretStr | None = None
    broadcast_batch: int = Field(1000, ge=10, le=200_000)
    feed_seconds: float = Field(30, gt=0, le=86_400)
    case_check_days: float = Field(7, ge=0, le=365)
    reconcile_hours: float = Field(24, ge=0, le=8760)
    staff_hours: str = ""
    staff_demo: Literal["on", "off"] = "off"
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

    _base = field_validator("registries_url", "login_url", "files_endpoint")(base_url)

    @field_validator("registry_events_secret", *EVENT_SECRETS.values())
    @classmethod
    def _signs(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            Signatures(_parts(value), lambda: datetime.now(UTC))
        return value

    @field_validator("files_url")
    @classmethod
    def _known_place(cls, value: str | None, others: ValidationInfo) -> str | None:
        place = urlsplit(value or "")
        is_folder, is_bucket = place.scheme == "file" and place.path.strip("/"), place.scheme == "s3" and place.netloc
        if value is not None and not is_folder and not is_bucket:
            raise ValueError("must be file:// and an absolute folder, or s3://bucket/prefix; without it: the database")
        if is_bucket and not (others.data.get("files_key_id") and others.data.get("files_secret")):
            raise ValueError("needs FILES_KEY_ID and FILES_SECRET for a bucket")
        return value

    @field_validator("scanner_url")
    @classmethod
    def _known_scanner(cls, value: str | None) -> str | None:
        place = urlsplit(value or "")
        if value is not None and not (place.scheme == "unix" and place.path) and not _has_port(place):
            raise ValueError("must be unix:///path/of/the/socket or tcp://host:port")
        return value

    @field_validator("tsa_url")
    @classmethod
    def _known_stamps(cls, value: str | None) -> str | None:
        try:
            place = urlsplit(value or "http://none")
            known = place.scheme in ("http", "https") and bool(place.hostname)
        except ValueError:  # it quotes what is wrong
            known = False
        if not known:
            raise ValueError("must be the address of an RFC 3161 service")
        return value

    @field_validator("seal_cert", "seal_chain", "qr_key", "qr_cert")
    @classmethod
    def _there(cls, value: str | None) -> str | None:
        try:
            there = value is None or Path(value).is_file()
        except (OSError, ValueError):  # a name that no file can have
            there = False
        if not there:
            raise ValueError("is no file")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            _ = [ip_network(one.strip()) for one in value.split(",")]
        except ValueError:
            raise ValueError("must be addresses or networks, separated by commas") from None
        return value

    def proxy_networks(self) -> list[str]:
        """Whose word counts on where a request comes from."""
        return [one.strip() for one in self.trusted_proxies.split(",")]

    @property
    def is_sample(self) -> bool:
        """Is it the demo's authority that seals? Raises :class:`BadSettings` where a key is named and not all that
        belongs with it."""
        if self.seal_key is None:
            return True
        missing = [name.upper() for name in ("seal_cert", "seal_chain", "tsa_url") if not getattr(self, name)]
        if missing:
            raise BadSettings(f"SEAL_KEY: needs {', '.join(missing)} beside it")
        return False

    @property
    def authority_folder(self) -> Path:
        """Of the demo's own authority: beside the database where that is a file."""
        url = make_url(self.database_url)
        of_file = Path(url.database or "data").parent if url.drivername.startswith("sqlite") else Path("data")
        return of_file / "authority"

    def operator_entries(self) -> list[str]:
        """Who acts on mass notices, each as ``name:salt$hash``."""
        return [] if self.broadcast_operators is None else _parts(self.broadcast_operators)

    def missing_for(self, part: str) -> tuple[str, ...]:
        """The settings that a part (:data:`PARTS`) still lacks, by name; empty: it is on."""
        channel = CHANNELS.get(part)
        if channel is not None:
            return channel.missing(self)
        if part == "events":
            return () if self.event_secrets() or any(self.own_event_secrets().values()) else ("REGISTRY_EVENTS_SECRET",)
        return tuple(name.upper() for name in _NEEDS[part] if not getattr(self, name))

    def all_secrets(self) -> list[str]:
        """Every secret value there is, for the log's scrubber."""
        values = (getattr(self, name) for name in type(self).model_fields if name != "secret_key")
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        each = [secret for value in (self.event_secrets(), *self.own_event_secrets().values()) for secret in value]
        return [*self.secrets(), *each, *found, *filter(None, [make_url(self.database_url).password])]

    def event_secrets(self) -> list[str]:
        """What registries may sign their events with, newest first; none: their events are not taken."""
        return [] if self.registry_events_secret is None else _parts(self.registry_events_secret)

    def own_event_secrets(self) -> dict[str, list[str]]:
        """By registry, what it alone may sign its events with; then the common ones do not sign for it."""
        own = {registry: getattr(self, name) for registry, name in EVENT_SECRETS.items()}
        return {registry: _parts(value) for registry, value in own.items() if value is not None}

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


def _has_port(place: SplitResult) -> bool:
    try:
        return place.scheme == "tcp" and bool(place.hostname) and place.port is not None
    except ValueError:  # a port that is none
        return False
