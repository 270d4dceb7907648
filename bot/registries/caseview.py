"""A case on record as the dialogue sees it."""

from __future__ import annotations

from datetime import datetime

from casestore.cases.model import HANDED_IN, WANTED, Case
from dialogues.ports import CaseView


def view(case: Case, as_of: datetime | None = None) -> CaseView:
    """``as_of``: its registry cannot be asked, and this is how it stood then."""
    return CaseView(
        reference=case.reference,
        registry=case.registry,
        procedure=case.procedure,
        title=case.title,
        stage=case.stage,
        updated_at=case.updated_at,
        expected_by=case.expected_by,
        outcome=case.outcome,
        closed=case.closed,
        note=case.note,
        received=tuple(d.title for d in case.documents if d.status in HANDED_IN),
        missing=tuple((d.code, d.title, d.deadline) for d in case.documents if d.status in WANTED),
        as_of=as_of,
    )
