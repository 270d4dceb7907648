"""All registries of the State over one interoperability centre, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from connectors import cadastre, civil_protection, contacts, efka, kep, permits
from connectors.ambient import Ambient, real
from connectors.audit import Audit
from connectors.caseservice import CaseService
from connectors.credentials import ClientCredentials
from connectors.guard import Limits
from connectors.ked import Dialect, Ked, Line
from connectors.registry import CaseRegistry, ContactRegistry
from connectors.rest import RestJson

CASE_REGISTRIES = (permits.WORDS, efka.WORDS, cadastre.WORDS, civil_protection.WORDS, kep.WORDS)


@dataclass(frozen=True, slots=True)
class Registries:
    """``cases`` by name (``permits``, ...); ``breakers()`` says how each is doing, for doctor and metrics."""

    cases: Mapping[str, CaseRegistry]
    contacts: ContactRegistry
    lines: tuple[Ked, ...]

    def breakers(self) -> Mapping[str, str]:
        """Registry name to ``closed``, ``open`` or ``half-open``."""
        return {ked.registry: ked.state for ked in self.lines}


def connect(
    url: str,
    client_id: str,
    client_secret: str,
    *,
    session: aiohttp.ClientSession,
    audit: Audit,
    unit: str = "citizen-counter",
    limits: Limits | None = None,
    ambient: Ambient | None = None,
    dialect: Dialect | None = None,
) -> Registries:
    """``url`` is the centre's base, with no path. ``unit`` is the agency's name in every audit record.

    Nothing is called here; the session is the caller's to close.
    """
    base, ambient, limits = url.rstrip("/"), ambient or real(), limits or Limits()
    credentials = ClientCredentials(f"{base}/oauth/token", client_id, client_secret, session, ambient)
    line = Line(base, session, credentials, dialect or RestJson(), audit, ambient, unit)
    people = Ked(contacts.REGISTRY, contacts.SERVICE, line, limits)
    services = {words: Ked(words.registry, words.service, line, limits) for words in CASE_REGISTRIES}
    return Registries(
        cases={words.registry: CaseService(words, ked) for words, ked in services.items()},
        contacts=contacts.Contacts(people, ambient.ticks),
        lines=(people, *services.values()),
    )
