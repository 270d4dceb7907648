"""All registries of the State over one interoperability centre, its login and its events: ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import aiohttp

from connectors import cadastre, civil_protection, contacts, efka, kep, permits
from connectors.audit import Audit
from connectors.cache import CachePolicy
from connectors.call_policy import Limits
from connectors.caseservice import CaseService
from connectors.contacts import Contacts
from connectors.credentials import ClientCredentials, Password, TokenSource
from connectors.events import EventReader
from connectors.ked import Connection, Ked
from connectors.registry import CaseRegistry
from connectors.rest import RestJson
from connectors.runtime import Runtime, system_runtime
from connectors.signatures import Signatures
from connectors.soapxml import Schemas, SoapXml
from connectors.wire import Dialect

CASE_REGISTRIES = (
    permits.VOCABULARY,
    efka.VOCABULARY,
    cadastre.VOCABULARY,
    civil_protection.VOCABULARY,
    kep.VOCABULARY,
)
VOCABULARIES = {vocabulary.registry: vocabulary for vocabulary in CASE_REGISTRIES}
REGISTRIES = (contacts.REGISTRY, *VOCABULARIES)
"""All names."""


@dataclass(frozen=True, slots=True)
class Registries:
    """``cases`` by name (``permits``, ...). ``breakers()`` is how this process's own calls have fared: a new one has
    all of them closed."""

    cases: Mapping[str, CaseRegistry]
    contacts: Contacts
    calls: tuple[Ked, ...]

    def breakers(self) -> Mapping[str, str]:
        """Registry name to ``closed``, ``open`` or ``half-open``."""
        return {ked.registry: ked.state for ked in self.calls}


class WireProtocol(StrEnum):
    """How a registry is asked."""

    JSON = "json"  # with a token that our name and secret are exchanged for
    BASIC = "json-basic"  # with our name and secret themselves
    SOAP = "soap"  # with our name and secret as a UsernameToken


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and a secret that a registry, or the centre for all of them, has given us."""

    name: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What is not as usual: by registry, its protocol and credentials; by service, its SOAP schema."""

    protocols: Mapping[str, WireProtocol] = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    schemas: Schemas = field(default_factory=Schemas)


def connect(
    url: str,
    client_id: str,
    client_secret: str,
    *,
    session: aiohttp.ClientSession,
    audit: Audit,
    unit: str = "citizen-counter",
    bus: str = "esb",
    overrides: Overrides | None = None,
    limits: Limits | None = None,
    cache_policy: CachePolicy | None = None,
    runtime: Runtime | None = None,
) -> Registries:
    """``url`` is the centre's base, with no path. ``unit`` is the agency's name in every audit record.

    All are called in JSON with these credentials, but for ``overrides``; ``bus`` is ``esbpilot`` for the centre's
    pilot. Nothing is called here; the session is the caller's to close. Raises ``ValueError`` where ``overrides`` name
    a registry that does not exist.
    """
    runtime, limits, cache_policy = runtime or system_runtime(), limits or Limits(), cache_policy or CachePolicy()
    usual, overrides = Credentials(client_id, client_secret), overrides or Overrides()
    connections = _Connections(_Centre(url.rstrip("/"), bus, session, audit, runtime, unit), overrides.schemas)
    if unknown := {*overrides.protocols, *overrides.credentials} - set(REGISTRIES):
        raise ValueError(f"no such registry: {', '.join(sorted(unknown))}")

    def ked(registry: str, service: str) -> Ked:
        connection = connections.connection(
            overrides.protocols.get(registry, WireProtocol.JSON), overrides.credentials.get(registry, usual)
        )
        return Ked(registry, service, connection, limits)

    contact_calls = ked(contacts.REGISTRY, contacts.SERVICE)
    services = {vocabulary: ked(vocabulary.registry, vocabulary.service) for vocabulary in CASE_REGISTRIES}
    return Registries(
        cases={
            vocabulary.registry: CaseService(vocabulary, service, runtime, cache_policy)
            for vocabulary, service in services.items()
        },
        contacts=Contacts(contact_calls, runtime),
        calls=(contact_calls, *services.values()),
    )


@dataclass(frozen=True, slots=True)
class _Centre:
    base: str
    bus: str
    session: aiohttp.ClientSession
    audit: Audit
    runtime: Runtime
    unit: str


class _Connections:
    """One connection for each credentials and protocol: registries that share credentials share their token."""

    def __init__(self, centre: _Centre, schemas: Schemas) -> None:
        self._centre = centre
        self._schemas = schemas
        self._made: dict[tuple[WireProtocol, Credentials], Connection] = {}

    def connection(self, protocol: WireProtocol, credentials: Credentials) -> Connection:
        if (protocol, credentials) not in self._made:
            centre, (tokens, dialect) = self._centre, self._way(protocol, credentials)
            self._made[protocol, credentials] = Connection(
                centre.base, centre.session, tokens, dialect, centre.audit, centre.runtime, centre.unit
            )
        return self._made[protocol, credentials]

    def _way(self, protocol: WireProtocol, credentials: Credentials) -> tuple[TokenSource, Dialect]:
        base, bus = self._centre.base, self._centre.bus
        if protocol is WireProtocol.SOAP:
            return Password(credentials.secret), SoapXml(credentials.name, bus=bus, schemas=self._schemas)
        if protocol is WireProtocol.BASIC:
            return Password(credentials.secret), RestJson(bus, basic=credentials.name)
        session, runtime = self._centre.session, self._centre.runtime
        return ClientCredentials(
            f"{base}/oauth/token", credentials.name, credentials.secret, session, runtime
        ), RestJson(bus)


def event_reader(
    secrets: Sequence[str], now: Callable[[], datetime], own: Mapping[str, Sequence[str]] | None = None
) -> EventReader:
    """``secrets`` sign for all registries but those that have their ``own``, which alone then sign for them. Newest
    first, each ``whsec_`` and base64. Raises ``ValueError`` for one that is not."""
    signs = {registry: Signatures((own or {}).get(registry) or secrets, now) for registry in VOCABULARIES}
    return EventReader(VOCABULARIES, signs, Signatures(secrets, now), now)
