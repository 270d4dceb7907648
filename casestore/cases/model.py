"""A case as it stands, what a registry says of it, and which moves are legal. Pure.

A case only moves forward: an older report changes nothing. What is closed stays as it was closed, and a decision is
not taken back: a report that says otherwise is refused, whoever brings it.
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
class CaseReport:
    """What a registry says of a case, and of whom: ``afm``.

    Ours changes only if the report's ``sequence`` is higher. A comparison may replace ours without that: ``instead_of``
    is then the sequence of ours that it was compared with, and nothing is replaced if ours has moved on meanwhile.
    ``reopening``: a person has looked at it, and a move that is not legal is taken, too.
    """

    afm: str
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


def evaluate(before: StoredCase | None, report: CaseReport, citizen_id: int, now: datetime) -> Change:
    """What a report means for what is on record. ``citizen_id``: whose the case is by the report."""
    after = StoredCase(citizen_id, report.case, now)
    if before is None:
        return Change(ChangeResult.KNOWN if is_past(report.case, now) else ChangeResult.NEW, None, after)
    if not _is_news(before, after, report.instead_of):
        return Change(ChangeResult.KNOWN, before, after)
    reason = None if report.reopening else illegal_move(before.case, report.case)
    return Change(ChangeResult.REFUSED if reason else ChangeResult.NEW, before, after, reason or "")


def _is_news(before: StoredCase, after: StoredCase, instead_of: int | None) -> bool:
    if instead_of == before.case.sequence:
        return (before.citizen_id, before.case) != (after.citizen_id, after.case)
    return after.case.sequence > before.case.sequence


def evaluate_all(
    held: Mapping[str, StoredCase], reports: Iterable[CaseReport], owners: Mapping[str, int], now: datetime
) -> list[Change]:
    """Report after report, each against what the ones before it led to. ``held`` is by reference, ``owners`` are
    citizens' ids by ΑΦΜ."""
    standing, changes = dict(held), list[Change]()
    for report in reports:
        change = evaluate(standing.get(report.case.reference), report, owners[report.afm], now)
        if change.result is ChangeResult.NEW:
            standing[report.case.reference] = change.after
        changes.append(change)
    return changes
