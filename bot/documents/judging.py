"""What a registry says of a paper that was handed in here: accepted, or rejected. By event, by polling, by asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.cases.model import Case, Change, DocumentStatus
from casestore.documents.lifecycle import DocumentState
from casestore.documents.repository import Documents

_JUDGED: Mapping[str, DocumentState] = MappingProxyType(
    {
        DocumentStatus.ACCEPTED: DocumentState.ACCEPTED,
        DocumentStatus.REJECTED: DocumentState.REJECTED,
        DocumentStatus.MISSING: DocumentState.REJECTED,  # it was handed in, and is wanted again
    }
)


def judgement(status: str) -> DocumentState | None:
    """What this status of a paper makes of what was handed in for it; ``None`` while nobody has looked at it."""
    return _JUDGED.get(status)


class PaperJudgements:
    """A :data:`bot.registries.recorder.ChangeListener`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def __call__(self, connection: AsyncConnection, changes: Sequence[Change]) -> None:
        for change in changes:
            before = _statuses(change.before.case) if change.before else {}
            now = change.after.told_at or change.after.case.updated_at
            for code, status in _statuses(change.after.case).items():
                if status != before.get(code) and (state := judgement(status)):
                    await self._documents.judged(connection, change.after.case.reference, code, state, now)


def _statuses(case: Case) -> dict[str, str]:
    return {paper.code: paper.status for paper in case.documents}
