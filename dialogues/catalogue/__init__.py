"""Facts that answers are made of, as data: what a stage means, what a procedure takes, where an office is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dialogues.catalogue.certificates import BadEntry, CertificateKind, certificate_kinds
from dialogues.catalogue.facts import Facts
from dialogues.catalogue.terms import Terms, load_terms
from dialogues.say import LocalizedText
from nlu.names import Entry, read_catalogue
from nlu.yaml_file import read_yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a case: its title, and what happens after it."""

    title: LocalizedText
    next: LocalizedText


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure's title, how its missing papers are handed in, and the stages it words in its own way."""

    title: LocalizedText
    submit: LocalizedText
    stages: Mapping[str, Stage]


@dataclass(frozen=True, slots=True)
class Service:
    """What is publicly known about getting something from the State. ``None``: the source does not say.

    ``source`` names where it was read, ``seen`` the day. ``documents`` may be none at all. ``page`` is its own page
    where one is known, else that of the office that handles it.
    """

    code: str
    title: LocalizedText
    agency: str
    owner: LocalizedText
    where: LocalizedText
    page: str
    source: LocalizedText
    seen: date
    documents: tuple[LocalizedText, ...] | None = None
    needs: LocalizedText | None = None
    time: LocalizedText | None = None
    fee: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """The telephone of a whole service, whose it is, and where that was read."""

    number: str
    whose: LocalizedText
    source: str


@dataclass(frozen=True, slots=True)
class Office:
    """A service that citizens visit: where its hours are found, its page, and which registry is its.

    ``ask`` names it in a sentence as the one that knows: «το ξέρει ο e-ΕΦΚΑ».
    """

    code: str
    title: LocalizedText
    registry: str
    ask: LocalizedText
    page: str
    finder: LocalizedText
    note: LocalizedText | None = None
    phone: Phone | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Procedures of cases and the stages that many of them share; services and offices, for anyone. All by code."""

    procedures: Mapping[str, Procedure]
    stages: Mapping[str, Stage]
    services: Mapping[str, Service]
    offices: Mapping[str, Office]
    certificates: frozenset[str]
    """The codes by which a certificate is asked for."""
    issued: Mapping[str, CertificateKind]
    """Those that are issued from here."""
    facts: Facts
    """Answers to narrower questions about any of these."""
    terms: Terms

    def procedure(self, code: str) -> Procedure | None:
        return self.procedures.get(code)

    def stage(self, procedure: str, code: str) -> Stage | None:
        """The procedure's own wording, else the shared one, else ``None``: registries add stages without telling."""
        known = self.procedures.get(procedure)
        own = known.stages.get(code) if known else None
        return own or self.stages.get(code)


@cache
def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read the catalogue's files. A malformed entry raises ``KeyError`` or ``TypeError`` with its field."""
    data = _read(folder / "stages.yml")
    procedures = {code: _procedure(entry) for code, entry in data["procedures"].items()}
    known = {entry.code: entry for entry in read_catalogue()}
    offices = {code: _office(known[code], entry) for code, entry in _read(folder / "offices.yml").items()}
    services = {code: _service(known[code], entry, offices) for code, entry in _read(folder / "procedures.yml").items()}
    certificates = frozenset(entry.code for entry in known.values() if entry.kind == "certificate_type")
    terms = load_terms(folder / "terms.yml")
    issued = certificate_kinds(_read(folder / "certificates.yml"))
    for code, kind in issued.items():
        if code not in certificates & services.keys() or not kind.case_of <= procedures.keys():
            raise BadEntry(code, "is no certificate with a name and a service, or of no known procedure")
    facts = Facts(_read(folder / "facts.yml"), _asks(services, offices), terms)
    return Catalogue(procedures, _stages(data["stages"]), services, offices, certificates, issued, facts, terms)


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(file)
    return found


def _service(known: Entry, facts: Mapping[str, Any], offices: Mapping[str, Office]) -> Service:
    documents, page = facts.get("documents"), facts.get("page", offices[facts["agency"]].page)
    more = {"documents": None if documents is None else tuple(documents), "page": page}
    return Service(known.code, _title(known), **{**facts, **more})


def _office(known: Entry, facts: Mapping[str, Any]) -> Office:
    phone = {"phone": Phone(**facts["phone"])} if "phone" in facts else {}
    return Office(known.code, _title(known), known.registry, **{**facts, **phone})


def _asks(services: Mapping[str, Service], offices: Mapping[str, Office]) -> dict[str, LocalizedText]:
    """Who knows more, of everything that can be asked about."""
    handled = {code: offices[service.agency].ask for code, service in services.items()}
    return {**handled, **{code: office.ask for code, office in offices.items()}}


def _title(known: Entry) -> LocalizedText:
    return {"el": known.el, "en": known.en}


def _procedure(entry: Mapping[str, Any]) -> Procedure:
    return Procedure(entry["title"], entry["submit"], _stages(entry["stages"]))


def _stages(entries: Mapping[str, Any]) -> dict[str, Stage]:
    return {code: Stage(entry["title"], entry["next"]) for code, entry in entries.items()}


@cache
def title_words() -> tuple[tuple[str, ...], ...]:
    """Words of titles that mean the same, in both languages."""
    return tuple(tuple(row.split()) for row in read_yaml(FOLDER / "title_words.yml"))
