"""A case as it stands, what a registry says of it, and which moves are legal. Pure.

A case only moves forward: an older word changes nothing. What is closed stays as it was closed, and a decision is not
taken back: a word that says otherwise is refused, whoever brings it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

CLOSED_KEPT = timedelta(days=120)  # after its last change; longer than it is shown


class DocumentStatus(StrEnum):
    """How it stands with a paper. Registries move it as they like: one that was accepted may be wanted again."""

    MISSING = "missing"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


HANDED_IN = frozenset({DocumentStatus.SUBMITTED, DocumentStatus.ACCEPTED})
WANTED = frozenset({DocumentStatus.MISSING, DocumentStatus.REJECTED})


class ChangeResult(StrEnum):
    """What became of a report."""

    NEW = "new"  # it is on record now
    KNOWN = "known"  # older than what is on record, or the same
    REFUSED = "refused"  # no legal move


@dataclass(frozen=True, slots=True)
class Document:
    """A paper a case waits for. ``status`` is a :class:`DocumentStatus`, as its registry says."""

    code: str
    title: str
    status: str
    reason: str = ""
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands. ``stage`` is a code of its procedure; ``sequence`` counts its changes."""

    registry: str
    reference: str
    procedure: str
    title: str
    stage: str
    sequence: int
    updated_at: datetime
    expected_by: date | None = None
    note: str = ""
    outcome: str | None = None
    closed: bool = False
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case on record: whose it is, and when its registry last spoke of it (``None``: not noted)."""

    citizen_id: int
    case: Case
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A registry's word on a case. ``instead_of``: it was compared with ours of this sequence and is to stand in its
    place, even without a higher one. ``reopening``: a person has looked, and what is illegal is taken as well."""

    citizen_id: int
    case: Case
    instead_of: int | None = None
    reopening: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a report; ``reason`` says why it was refused.

    ``before`` is ``None`` for a case that was not on record.
    """

    result: ChangeResult
    before: StoredCase | None
    after: StoredCase
    reason: str = ""


_SETTLED = ("stage", "outcome", "closed", "documents")
"""What of a closed case does not change any more; a title or a note may be put right."""


def illegal_move(before: Case, after: Case) -> str | None:
    """Why this is no legal move: ``closed`` or ``decision taken back``; ``None`` when it is one."""
    if before.closed and any(getattr(before, name) != getattr(after, name) for name in _SETTLED):
        return "closed"
    if before.outcome is not None and after.outcome is None:
        return "decision taken back"
    return None


def is_past(case: Case, now: datetime) -> bool:
    """Closed so long ago that it is not kept any more: it is not put on record again."""
    return case.closed and case.updated_at < now - CLOSED_KEPT


def evaluate(before: StoredCase | None, told: Told, now: datetime) -> Change:
    """What a word means for what is on record."""
    after = StoredCase(told.citizen_id, told.case, now)
    if before is None:
        return Change(ChangeResult.KNOWN if is_past(told.case, now) else ChangeResult.NEW, None, after)
    if not _is_news(before, told):
        return Change(ChangeResult.KNOWN, before, after)
    reason = None if told.reopening else illegal_move(before.case, told.case)
    return Change(ChangeResult.REFUSED if reason else ChangeResult.NEW, before, after, reason or "")


def _is_news(before: StoredCase, told: Told) -> bool:
    if told.instead_of == before.case.sequence:
        return (before.citizen_id, before.case) != (told.citizen_id, told.case)
    return told.case.sequence > before.case.sequence


def evaluate_all(held: Mapping[str, StoredCase], told: Iterable[Told], now: datetime) -> list[Change]:
    """Word after word, each against what the ones before it led to. ``held`` is by reference."""
    standing, changes = dict(held), list[Change]()
    for word in told:
        change = evaluate(standing.get(word.case.reference), word, now)
        if change.result is ChangeResult.NEW:
            standing[word.case.reference] = change.after
        changes.append(change)
    return changes
