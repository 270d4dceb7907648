"""The records of the sandbox State. Frozen: a change makes a new record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connectors.sandbox.books import BOOKS, Book, Procedure, Stage


class NotThere(LookupError):
    """No such case, citizen, registry or procedure."""


class NotAllowed(ValueError):
    """The case is closed, or the change makes no sense for it. The text is for the clerk who asked."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """``mobile`` as ΕΜΕπ keeps it: ten digits, or ``None``."""

    afm: str
    first: str
    last: str
    mobile: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """``status`` is ``missing``, ``submitted``, ``accepted`` or ``rejected``."""

    code: str
    title: str
    status: str
    reason: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """``stage_since`` is when it came to its stage; ``sequence`` counts its changes from 1."""

    registry: str
    reference: str
    afm: str
    procedure: str
    title: str
    stage: str
    stage_since: datetime
    updated_at: datetime
    sequence: int = 1
    expected_by: date | None = None
    note: str = ""
    outcome: str | None = None
    closed: bool = False
    documents: tuple[Document, ...] = ()

    @property
    def book(self) -> Book:
        return BOOKS[self.registry]

    @property
    def kind(self) -> Procedure:
        return procedure_of(self.registry, self.procedure)

    @property
    def now_at(self) -> Stage:
        return stage_of(self.kind, self.stage)

    @property
    def waits(self) -> bool:
        """Something is asked of the citizen."""
        return any(document.status in ("missing", "rejected") for document in self.documents)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one case, as its event tells it. ``id`` is unique per registry."""

    id: str
    type: str
    registry: str
    reference: str
    at: datetime
    data: Mapping[str, Any]


def book_of(registry: str) -> Book:
    if registry not in BOOKS:
        raise NotThere("Δεν υπάρχει τέτοιο μητρώο.")
    return BOOKS[registry]


def procedure_of(registry: str, code: str) -> Procedure:
    procedure = book_of(registry).procedure(code)
    if procedure is None:
        raise NotThere("Δεν υπάρχει τέτοια διαδικασία σε αυτό το μητρώο.")
    return procedure


def stage_of(procedure: Procedure, code: str) -> Stage:
    stage = procedure.stage(code)
    if stage is None:
        raise NotAllowed("Η διαδικασία δεν έχει τέτοιο στάδιο.")
    return stage
