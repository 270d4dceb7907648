"""What changed in a case, as far as a citizen may be told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from casestore.cases.model import Case, Document, DocumentStatus
from casestore.notices.model import Fact
from casestore.notices.timed import LATE as LATE

OPENED, STAGE, MISSING, REJECTED, ACCEPTED = "opened", "stage", "missing", "rejected", "accepted"
DECIDED, CLOSED = "decided", "closed"
KINDS = (DECIDED, CLOSED, MISSING, REJECTED, STAGE, ACCEPTED, OPENED)
REMINDER, PASSED = "reminder", "passed"
BY_TIME = (PASSED, REMINDER, LATE)
"""What no registry tells: a paper will be due, it was due, nothing happens."""
BY_DATE = "date"
"""In the detail of a case that sits, after since when: the day is over that its registry gave."""
REVOKED = "revoked"
"""Of no case: a certificate that was issued here counts no more."""
ALL_KINDS = (*KINDS, *BY_TIME)
"""The first of those in a notice leads it: what it says first, and what is asked about afterwards."""
_OF_DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        DocumentStatus.MISSING: MISSING,
        DocumentStatus.REJECTED: REJECTED,
        DocumentStatus.ACCEPTED: ACCEPTED,
    }
)


def facts_of(before: Case | None, after: Case) -> tuple[Fact, ...]:
    """What is new in ``after``. Of a case that was not on record: that it was opened."""
    if before is None:
        return (Fact(after.sequence, OPENED),)
    return tuple(_facts(before, after))


def _facts(before: Case, after: Case) -> Iterator[Fact]:
    if after.outcome is not None and after.outcome != before.outcome:
        yield Fact(after.sequence, DECIDED)
    if after.closed and not before.closed:
        yield Fact(after.sequence, CLOSED)
    if after.stage != before.stage:
        yield Fact(after.sequence, STAGE)
    moved = list(_moved(before, after))
    for status, kind in _OF_DOCUMENTS.items():
        if codes := tuple(document.code for document in moved if document.status == status):
            yield Fact(after.sequence, kind, codes)


def _moved(before: Case, after: Case) -> Iterator[Document]:
    """Documents that stand otherwise, or are due on another day."""
    held = {document.code: (document.status, document.deadline) for document in before.documents}
    return (each for each in after.documents if held.get(each.code) != (each.status, each.deadline))
