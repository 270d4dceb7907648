"""All registries of the State over one interoperability centre, its login and its events: ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import aiohttp

from connectors import cadastre, civil_protection, contacts, efka, kep, permits
from connectors.ambient import Ambient, real
from connectors.audit import Audit
from connectors.caseservice import CaseService
from connectors.contacts import Contacts
from connectors.credentials import ClientCredentials, Credentials, Password
from connectors.events import EventReader
from connectors.guard import Limits
from connectors.ked import Ked, Line
from connectors.memory import Keeping
from connectors.registry import CaseRegistry
from connectors.rest import RestJson
from connectors.signatures import Signatures
from connectors.soapxml import Schemas, SoapXml
from connectors.wire import Dialect

CASE_REGISTRIES = (permits.WORDS, efka.WORDS, cadastre.WORDS, civil_protection.WORDS, kep.WORDS)
REGISTRIES = (contacts.REGISTRY, *(words.registry for words in CASE_REGISTRIES))
"""All names."""


@dataclass(frozen=True, slots=True)
class Registries:
    """``cases`` by name (``permits``, ...); ``breakers()`` says how each is doing, for doctor and metrics."""

    cases: Mapping[str, CaseRegistry]
    contacts: Contacts
    lines: tuple[Ked, ...]

    def breakers(self) -> Mapping[str, str]:
        """Registry name to ``closed``, ``open`` or ``half-open``."""
        return {ked.registry: ked.state for ked in self.lines}


class Spoken(StrEnum):
    """How a registry is asked."""

    JSON = "json"  # with a token that our pair is given for
    BASIC = "json-basic"  # with our pair itself
    SOAP = "soap"  # with our pair as a UsernameToken


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and a secret that a registry, or the centre for all of them, has given us."""

    name: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What is not as usual: by registry, how it is asked and a pair of its own; by service, its SOAP schema."""

    spoken: Mapping[str, Spoken] = field(default_factory=dict)
    pairs: Mapping[str, Pair] = field(default_factory=dict)
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
    but: Exceptions | None = None,
    limits: Limits | None = None,
    keeping: Keeping | None = None,
    ambient: Ambient | None = None,
) -> Registries:
    """``url`` is the centre's base, with no path. ``unit`` is the agency's name in every audit record.

    All are asked in JSON with the one pair, ``but`` for the exceptions; ``bus`` is ``esbpilot`` for the centre's
    pilot. Nothing is called here; the session is the caller's to close. Raises ``ValueError`` for an exception of a
    registry that there is not.
    """
    ambient, limits, keeping = ambient or real(), limits or Limits(), keeping or Keeping()
    usual, but = Pair(client_id, client_secret), but or Exceptions()
    lines = _Lines(_Centre(url.rstrip("/"), bus, session, audit, ambient, unit), but.schemas)
    if strange := {*but.spoken, *but.pairs} - set(REGISTRIES):
        raise ValueError(f"no such registry: {', '.join(sorted(strange))}")

    def ked(registry: str, service: str) -> Ked:
        line = lines.line(but.spoken.get(registry, Spoken.JSON), but.pairs.get(registry, usual))
        return Ked(registry, service, line, limits)

    people = ked(contacts.REGISTRY, contacts.SERVICE)
    services = {words: ked(words.registry, words.service) for words in CASE_REGISTRIES}
    return Registries(
        cases={words.registry: CaseService(words, one, ambient, keeping) for words, one in services.items()},
        contacts=Contacts(people, ambient),
        lines=(people, *services.values()),
    )


@dataclass(frozen=True, slots=True)
class _Centre:
    base: str
    bus: str
    session: aiohttp.ClientSession
    audit: Audit
    ambient: Ambient
    unit: str


class _Lines:
    """One line for each pair and way of asking: registries that share a pair share its token."""

    def __init__(self, centre: _Centre, schemas: Schemas) -> None:
        self._centre = centre
        self._schemas = schemas
        self._made: dict[tuple[Spoken, Pair], Line] = {}

    def line(self, spoken: Spoken, pair: Pair) -> Line:
        if (spoken, pair) not in self._made:
            centre, (credentials, dialect) = self._centre, self._way(spoken, pair)
            self._made[spoken, pair] = Line(
                centre.base, centre.session, credentials, dialect, centre.audit, centre.ambient, centre.unit
            )
        return self._made[spoken, pair]

    def _way(self, spoken: Spoken, pair: Pair) -> tuple[Credentials, Dialect]:
        base, bus = self._centre.base, self._centre.bus
        if spoken is Spoken.SOAP:
            return Password(pair.secret), SoapXml(pair.name, bus=bus, schemas=self._schemas)
        if spoken is Spoken.BASIC:
            return Password(pair.secret), RestJson(bus, basic=pair.name)
        session, ambient = self._centre.session, self._centre.ambient
        return ClientCredentials(f"{base}/oauth/token", pair.name, pair.secret, session, ambient), RestJson(bus)


def event_reader(secrets: Sequence[str], now: Callable[[], datetime]) -> EventReader:
    """``secrets`` newest first, each ``whsec_`` and base64. Raises ``ValueError`` for one that is not."""
    return EventReader({words.registry: words for words in CASE_REGISTRIES}, Signatures(secrets, now))
